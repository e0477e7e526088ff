"""The span processor: counts and queues each finished span in the caller's time, and leaves the rest to the worker."""

from __future__ import annotations

import os
import threading
import time
import uuid
from dataclasses import replace

from opentelemetry import context as otel_context
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from spanhouse.accounts import Accounts, FlushReport
from spanhouse.encoding import size_of
from spanhouse.ledger import Ledger
from spanhouse.parameters import Settings
from spanhouse.propagation import inherited
from spanhouse.queue import Queue
from spanhouse.scores import ScoreQueue
from spanhouse.sender import Sender
from spanhouse.spool import Spool
from spanhouse.threads import start_bare
from spanhouse.warn import failed, warn
from spanhouse.worker import Worker


class _Process:
    """What a process has of its own: a forked child begins with an empty one."""

    def __init__(self, settings: Settings, sender: Sender, service: str, foreign: set[int]) -> None:
        run = f"{os.getpid()}x{uuid.uuid4().hex[:16]}"
        self.accounts = Accounts()
        self.queue = Queue(settings.queue_spans, settings.queue_bytes, self.accounts.lock)
        self.spool = _open_spool(settings, run)
        if self.spool is not None:
            try:
                self.accounts.attach(Ledger(self.spool.folder))
            except OSError as error:
                warn(f"spans of a process that dies will not be counted: {error}")
        self.worker = Worker(settings, sender, self.accounts, self.queue, self.spool, service)
        self.scores = ScoreQueue(settings, sender, self.spool)
        self.foreign = foreign  # ids of spans that the parent had begun: it will end and count them
        self.wake = threading.Event()
        self.thread: threading.Thread | None = None
        self.closed = False
        self.used = False


def _open_spool(settings: Settings, run: str) -> Spool | None:
    if not settings.spool:
        return None
    try:
        return Spool(settings.spool_dir, settings.endpoint, settings.api_key, settings.spool_bytes, run)
    except OSError as error:
        warn(f"there is no spool, what cannot be sent is dropped: {error}")
        return None


class Delivery(SpanProcessor):
    def __init__(self, settings: Settings, service: str) -> None:
        self._settings = settings
        self._service = service
        self._sender = Sender(settings)
        self._making = threading.RLock()
        self._process: _Process | None = None
        self._foreign: set[int] = set()

    @property
    def process(self) -> _Process:
        """This process's own part; made at its first use, which in a forked child is its first span."""
        found = self._process
        if found is None:
            with self._making:
                found = self._process
                if found is None:
                    found = _Process(self._settings, self._sender, self._service, self._foreign)
                    self._process = found
        return found

    # --- in the caller's time -----------------------------------------------------------------------------------------

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        try:
            process = self.process
            if process.worker.busy_thread == threading.get_ident():
                return  # a mask that makes spans would never come to an end
            for key, value in inherited(parent_context):
                if span.attributes is None or key not in span.attributes:
                    span.set_attribute(key, value)
            context = span.get_span_context()
            if context is not None and context.trace_flags.sampled:
                process.accounts.begun(context.span_id)
        except Exception:
            failed("starting a span")

    def on_end(self, span: ReadableSpan) -> None:
        try:
            context = span.context
            if context is None or not context.trace_flags.sampled:
                return
            process = self.process
            if context.span_id in process.foreign or process.worker.busy_thread == threading.get_ident():
                return
            size = size_of(span)
            with process.accounts.lock:
                process.accounts.ended(context.span_id)
                if process.closed:
                    process.accounts.drop("after_shutdown", 1)
                    return
                if not process.queue.put(span, size):
                    process.accounts.drop("queue_full", 1)
            self._wake(process)
        except Exception:
            failed("ending a span")

    def _wake(self, process: _Process) -> None:
        process.used = True
        if process.thread is None:
            self._start(process)
        waiting = len(process.queue)
        if waiting and waiting % self._settings.batch_spans == 0:
            process.wake.set()

    def _start(self, process: _Process) -> None:
        with self._making:
            if process.thread is not None or process.closed:
                return
            thread = threading.Thread(target=self._run, args=(process,), name="spanhouse", daemon=True)
            process.thread = thread
            try:
                start_bare(thread)
            except RuntimeError:  # the interpreter is ending: flush() sends in its caller's thread
                process.thread = None

    def add_score(self, score: dict[str, object]) -> None:
        process = self.process
        if not process.closed:
            process.scores.put(score)
            self._wake(process)

    # --- in the sending thread ----------------------------------------------------------------------------------------

    def _run(self, process: _Process) -> None:
        otel_context.attach(_quiet())
        while not process.closed:
            process.wake.wait(self._settings.flush_interval)
            process.wake.clear()
            if not process.closed:
                self._round(process, None)

    def _round(self, process: _Process, deadline: float | None) -> None:
        left = -1 if deadline is None else max(deadline - time.monotonic(), 0.0)
        if process.worker.busy_thread == threading.get_ident() or not process.worker.busy.acquire(timeout=left):
            return
        try:
            process.worker.work(deadline)
            process.scores.work(deadline)
        except Exception:
            failed("sending")
        finally:
            process.worker.busy.release()

    # --- at the end ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Send what earlier processes left, without waiting for a first span."""
        if self.process.spool is not None:
            self.process.used = True
            self._start(self.process)

    def flush(self, timeout: float) -> FlushReport:
        """Send everything now. What the server does not take goes to the spool. Returns within about `timeout`."""
        process = self._process
        if process is None:
            return FlushReport()
        token = otel_context.attach(_quiet())
        try:
            self._round(process, time.monotonic() + timeout)
        finally:
            otel_context.detach(token)
        return self.report()

    @property
    def is_over(self) -> bool:
        return self._process is not None and self._process.closed

    def report(self) -> FlushReport:
        process = self._process
        if process is None:
            return FlushReport()
        sent, dropped, pending = process.scores.counts()
        return replace(process.accounts.report(), scores_sent=sent, scores_dropped=dropped, scores_pending=pending)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.flush(timeout_millis / 1000).pending == 0

    def shutdown(self, timeout: float | None = None) -> None:
        """Flush; what cannot be sent goes to the spool, what has no room there is dropped. Later spans are dropped."""
        process = self._process
        if process is None or process.closed:
            return
        timeout = self._settings.exit_timeout if timeout is None else timeout
        with process.accounts.lock:
            process.closed = True
            process.foreign = process.foreign | process.accounts.give_up_open()
        process.wake.set()
        if process.used or process.accounts.to_report():
            self.flush(timeout)
        # A thread that hangs in a request keeps `busy`; what it sends is kept as well, and stored once.
        process.worker.abandoned = not process.worker.busy.acquire(timeout=0.05)
        try:
            process.worker.keep_all(drop=True)
            process.scores.keep_all()
        finally:
            if not process.worker.abandoned:
                process.worker.busy.release()

    def end(self) -> None:
        """The process ends: nothing is counted any more."""
        if self._process is not None:
            self._process.accounts.close()

    def forked(self) -> None:
        """In the child: what waits in memory is the parent's to send, and its threads and locks are not ours."""
        self._making = threading.RLock()
        old, self._process = self._process, None
        if old is None:
            return
        self._foreign = set(old.accounts.open) | old.foreign
        ledger = old.accounts.ledger
        if ledger is not None:
            ledger.close(remove=False)  # our copy of the lock would outlive the parent
            old.accounts.ledger = None


def _quiet() -> Context:
    """A context in which instrumentations of HTTP libraries record nothing."""
    found = otel_context.get_current()
    for key in (getattr(otel_context, "_SUPPRESS_INSTRUMENTATION_KEY", None), "suppress_instrumentation"):
        if key:
            found = otel_context.set_value(key, True, found)
    return found
