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
    """Children of pools end without `atexit`. Before each fork, as the application may have imported them since."""
    for name, follow in (("multiprocessing.util", _follow_multiprocessing), ("celery.signals", _follow_celery)):
        module = sys.modules.get(name)
        if module is not None and name not in _hooked:
            _hooked.add(name)
            try:
                follow(module)
            except Exception:
                failed("following forked processes")


def _follow_multiprocessing(util: Any) -> None:
    """The child forgets what its parent had registered, so it is registered in the child."""
    util.register_after_fork(_deliveries, lambda _: util.Finalize(None, end, exitpriority=LATE))


def _follow_celery(signals: Any) -> None:
    """A worker of its pool ends with `os._exit`, after this signal."""
    signals.worker_process_shutdown.connect(lambda **_: end(), weak=False, dispatch_uid="spanhouse")


def _finalize_child() -> None:
    """For `init` inside a child that was not forked from a process with a client."""
    util, process = sys.modules.get("multiprocessing.util"), sys.modules.get("multiprocessing.process")
    try:
        if util is not None and process is not None and process.parent_process() is not None:
            util.Finalize(None, end, exitpriority=LATE)
    except Exception:
        failed("following forked processes")
