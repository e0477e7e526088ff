"""The current span and attributes in threads and thread pools that are started inside a block.

Threads begin with an empty context, whatever runs around their start. So `Thread.start` and `ThreadPoolExecutor.submit`
are wrapped, once, to carry the OpenTelemetry context along; nothing else of the caller's context. `threads=False`
leaves them alone; then `wrap` does the same for one function.
"""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import thread as pool_module
from typing import Any, Callable, TypeVar

from opentelemetry import context as otel_context

F = TypeVar("F", bound=Callable[..., Any])
_start = threading.Thread.start
_submit = ThreadPoolExecutor.submit
_POOL_WORKER = getattr(pool_module, "_worker", None)


def wrap(function: F) -> F:
    """The function, to be run anywhere (a thread, a pool, a callback) as if it ran here: inside the current span."""
    return _bound(function, otel_context.get_current())  # type: ignore[return-value]


def _bound(function: Callable[..., Any], context: Any) -> Callable[..., Any]:
    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        token = otel_context.attach(context)
        try:
            return function(*args, **kwargs)
        finally:
            otel_context.detach(token)

    return inside


def _start_with_context(self: threading.Thread) -> None:
    try:
        context = otel_context.get_current()
        # A pool's threads outlive the block that they were started in; `submit` gives each task its own context.
        if context and getattr(self, "_target", None) is not _POOL_WORKER:
            _carry(self, context)
    except Exception:
        pass
    _start(self)


def _carry(thread: threading.Thread, context: Any) -> None:
    run = thread.run

    def run_inside() -> None:
        # The attribute would keep the thread alive in a circle.
        thread.__dict__.pop("run", None)
        token = otel_context.attach(context)
        try:
            run()
        finally:
            otel_context.detach(token)

    thread.__dict__["run"] = run_inside


def _submit_with_context(self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    return _submit(self, _bound(fn, otel_context.get_current()), *args, **kwargs)


def start_bare(thread: threading.Thread) -> None:
    """A thread of our own, which outlives the block that happens to start it."""
    _start(thread)


def install() -> None:
    if threading.Thread.start is _start:
        threading.Thread.start = _start_with_context  # type: ignore[method-assign]
    if ThreadPoolExecutor.submit is _submit:
        ThreadPoolExecutor.submit = _submit_with_context  # type: ignore[method-assign, assignment]


def uninstall() -> None:
    """Only where nobody has wrapped them after us."""
    if threading.Thread.start is _start_with_context:
        threading.Thread.start = _start  # type: ignore[method-assign]
    if ThreadPoolExecutor.submit is _submit_with_context:
        ThreadPoolExecutor.submit = _submit  # type: ignore[method-assign]
