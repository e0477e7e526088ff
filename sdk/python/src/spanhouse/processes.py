"""The beginning and end of processes: forks, and every way to end that Python tells about."""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import TYPE_CHECKING, Any

from spanhouse.warn import failed

if TYPE_CHECKING:
    from spanhouse.delivery import Delivery

_deliveries: weakref.WeakSet[Delivery] = weakref.WeakSet()
_hooked: set[str] = set()
# Their children end without `atexit`, but call what is registered with these modules' own `Finalize`.
_POOLS = ("multiprocessing.util", "billiard.util")
LATE = -100  # after everything that the application registered


def watch(delivery: Delivery) -> None:
    """Flush it when the process ends, and begin anew in forked children."""
    _deliveries.add(delivery)
    if "atexit" not in _hooked:
        _hooked.add("atexit")
        atexit.register(end)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=_hook_pools, after_in_child=_in_child)
    _hook_pools()
    _finalize_child()


def end() -> None:
    for delivery in list(_deliveries):
        try:
            delivery.shutdown()
            delivery.end()
        except Exception:
            failed("the end of the process")


def _in_child() -> None:
    for delivery in list(_deliveries):
        try:
            delivery.forked()
        except Exception:
            failed("a fork")


def _hook_pools() -> None:
    """Before each fork, as the application may have imported them since."""
    for name in _POOLS:
        module = sys.modules.get(name)
        if module is not None and name not in _hooked:
            _hooked.add(name)
            try:
                module.register_after_fork(_deliveries, lambda _, module=module: _finalize(module))
            except Exception:
                failed("following forked processes")


def _finalize_child() -> None:
    """For `init` inside a child that was not forked from a process with a client."""
    for name in _POOLS:
        module = sys.modules.get(name)
        process = sys.modules.get(name.replace(".util", ".process"))
        if module is not None and getattr(process, "parent_process", lambda: None)() is not None:
            _finalize(module)


def _finalize(module: Any) -> None:
    try:
        module.Finalize(None, end, exitpriority=LATE)
    except Exception:
        failed("following forked processes")
