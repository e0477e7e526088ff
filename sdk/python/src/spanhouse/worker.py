"""Carries finished spans to the server, and to the disk when the server is away. One thread, or whoever flushes."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass

from opentelemetry.sdk.trace import ReadableSpan

from spanhouse import reasons
from spanhouse.accounts import Accounts
from spanhouse.encoding import encode
from spanhouse.ledger import adopt
from spanhouse.parameters import Settings
from spanhouse.queue import Queue
from spanhouse.sender import Answer, Sender
from spanhouse.spool import Kept, Spool
from spanhouse.warn import failed, warn

PROTOBUF = "application/x-protobuf"
# The server takes 32 MiB; smaller requests are sooner there, and two of them are in memory at once.
MAX_BATCH_BYTES = 4 * 1024 * 1024
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
MAX_FAILURES = 5  # of the server (500) on the same request
IDLE_LOOK_S = 5.0  # how often an idle process looks for files that others left
REFUSED_REPORT_S = 60.0


@dataclass
class Batch:
    """One request: its spans until it is written, so that it can be halved."""

    spans: list[ReadableSpan]
    body: bytes = b""
    failures: int = 0


class Worker:
    """Runs under `busy`, one thread at a time; but the end of the process does not wait for a hung request."""

    def __init__(
        self, settings: Settings, sender: Sender, accounts: Accounts, queue: Queue, spool: Spool | None, service: str
    ) -> None:
        self._settings, self._sender, self._accounts, self._queue = settings, sender, accounts, queue
        self._spool = spool
        self._service = service
        self._instance = str(uuid.uuid4())
        self.busy = threading.Lock()
        self.busy_thread = 0
        self.abandoned = False  # another thread has taken over what this one was sending
        self._batches: deque[Batch] = deque()
        self._retry_at = 0.0
        self._wait_s = FIRST_WAIT_S
        self._look_at = 0.0
        self._failures: dict[str, int] = {}
        self._report: tuple[dict[str, int], bytes] | None = None
        self._report_at = 0.0
        self._reported_ns = time.time_ns()

    # --- one round ----------------------------------------------------------------------------------------------------

    def work(self, deadline: float | None = None) -> None:
        """Send what waits. With a deadline (monotonic): at once, and what cannot be sent now goes to the spool."""
        self.busy_thread = threading.get_ident()
        try:
            if self._send_live(deadline) and self._may_try(deadline):
                self._send_kept(deadline)
                self._send_report(deadline)
        finally:
            self.busy_thread = 0

    def _may_try(self, deadline: float | None) -> bool:
        now = time.monotonic()
        return now >= self._retry_at if deadline is None else now < deadline

    def _send_live(self, deadline: float | None) -> bool:
        """Whether all that waited is settled."""
        while self._has_batch():
            if not self._may_try(deadline):
                self._make_room()
                return False
            answer = self._post(self._settings.traces_url, self._batches[0].body, deadline)
            if self.abandoned:
                return False
            if self._settle(self._batches[0], answer):
                continue
            if deadline is None:
                self._make_room()
                return False
            if answer.after_s is None or time.monotonic() + answer.after_s >= deadline:
                self.keep_all(drop=False)
                return False
            time.sleep(answer.after_s)
        return True

    def _post(self, url: str, body: bytes, deadline: float | None, content_type: str = PROTOBUF) -> Answer:
        left = None if deadline is None else deadline - time.monotonic()
        return self._sender.post(url, body, content_type, left)

    def _has_batch(self) -> bool:
        while True:
            if not self._batches:
                spans = self._queue.take(self._settings.batch_spans, MAX_BATCH_BYTES)
                if not spans:
                    return False
                self._batches.append(Batch(spans))
            if self._write(self._batches[0]):
                return True
            self._batches.popleft()

    def _write(self, batch: Batch) -> bool:
        """Whether anything of the batch can be sent."""
        if not batch.body:
            batch.body, written = encode(batch.spans, self._settings.mask)
            self._accounts.drop("encode_failed", len(batch.spans) - len(written))
            batch.spans = written
        return bool(batch.spans)

    def _settle(self, batch: Batch, answer: Answer) -> bool:
        """Whether the batch is done with."""
        if answer.taken:
            self._accounts.took(len(batch.spans), answer.rejected)
            if answer.rejected:
                warn(f"the server rejected {answer.rejected} spans: {answer.text}")
            self._retry_at, self._wait_s = 0.0, FIRST_WAIT_S
        elif answer.again:
            batch.failures += answer.reason == "server_error"
            if batch.failures < MAX_FAILURES:
                self._wait(answer)
                return False
            self._drop(answer.reason, len(batch.spans), answer)
        elif answer.reason == "too_large" and len(batch.spans) > 1:
            middle = len(batch.spans) // 2
            self._batches.popleft()
            self._batches.extendleft((Batch(batch.spans[middle:]), Batch(batch.spans[:middle])))
            return True
        else:
            self._drop(answer.reason, len(batch.spans), answer)
        self._batches.popleft()
        return True

    def _wait(self, answer: Answer) -> None:
        wait = self._wait_s * (0.75 + random.random() / 2) if answer.after_s is None else answer.after_s
        self._retry_at = time.monotonic() + wait
        self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
        warn(f"{self._settings.traces_url} does not take spans now ({answer.text}); they are kept and sent later")

    def _drop(self, reason: str, count: int, answer: Answer, *, ours: bool = True) -> None:
        self._accounts.drop(reason, count, ours=ours)
        warn(f"spans are dropped: {reasons.REASONS[reason]}; {self._settings.traces_url} said {answer.text}")

    # --- the disk -----------------------------------------------------------------------------------------------------

    def _make_room(self) -> None:
        """While the server is away: move the older half of the queue to the disk, so that new spans find room."""
        while self._spool is not None and self._queue.half_full:
            batch = Batch(self._queue.take(self._settings.batch_spans, MAX_BATCH_BYTES))
            if not batch.spans or not self._keep(batch):
                return

    def keep_all(self, *, drop: bool) -> None:
        """Everything in memory to the disk. `drop`: the process ends, what the disk does not take is given up."""
        if self._spool is None and not drop:
            return
        while self._has_batch():
            if not self._keep(self._batches[0], drop=drop):
                return
            self._batches.popleft()

    def _keep(self, batch: Batch, *, drop: bool = True) -> bool:
        """Whether the batch is settled: on disk, or dropped for want of room."""
        if not self._write(batch):
            return True
        reason = "unreachable"
        if self._spool is not None:
            try:
                if self._spool.keep("spans", batch.body, len(batch.spans)):
                    self._accounts.kept(len(batch.spans))
                    return True
            except OSError as error:
                warn(f"{self._spool.folder} cannot be written: {error}")
            reason = "spool_full"
        if drop:
            self._accounts.drop(reason, len(batch.spans))
            warn(f"spans are dropped: {reasons.REASONS[reason]}")
        return drop

    def _send_kept(self, deadline: float | None) -> None:
        """Files of the spool, and the counts of processes that died; one process of all does this at a time."""
        spool = self._spool
        if spool is None or (deadline is None and time.monotonic() < self._look_at):
            return
        self._look_at = time.monotonic() + IDLE_LOOK_S
        try:
            for reason, count in adopt(spool.folder).items():
                self._accounts.drop(reason, count, ours=False)
            files = [kept for kept in spool.waiting() if kept.kind == "spans"]
            lock = spool.lock() if files else None
            if lock is None:
                return
            with lock:
                for kept in files:
                    if not self._may_try(deadline) or not self._send_file(spool, kept, deadline):
                        return
        except OSError as error:
            warn(f"{spool.folder} cannot be read: {error}")

    def _send_file(self, spool: Spool, kept: Kept, deadline: float | None) -> bool:
        """Whether the file is settled."""
        ours = kept.run == spool.run
        try:
            body = spool.read(kept)
        except FileNotFoundError:
            return True
        answer = self._post(self._settings.traces_url, body, deadline) if body else Answer("spool_unreadable")
        if self.abandoned:
            return False
        if answer.again:
            self._failures[kept.path] = self._failures.get(kept.path, 0) + (answer.reason == "server_error")
            if self._failures[kept.path] < MAX_FAILURES:
                self._wait(answer)
                return False
        spool.remove(kept)
        self._failures.pop(kept.path, None)
        if ours:
            self._accounts.kept(-kept.items)
        if not answer.taken:
            self._drop(answer.reason, kept.items, answer, ours=ours)
        elif ours:
            self._accounts.took(kept.items, answer.rejected)
        else:
            self._accounts.recovered += kept.items - min(answer.rejected, kept.items)
        return True

    # --- what was dropped ---------------------------------------------------------------------------------------------

    def _send_report(self, deadline: float | None) -> None:
        if not self._may_try(deadline) or time.monotonic() < self._report_at:
            return
        if self._report is None:
            counts = self._accounts.to_report()
            if not counts:
                return
            now = time.time_ns()
            body = reasons.report(counts, self._instance, self._service, self._reported_ns, now)
            self._report, self._reported_ns = (counts, body), now
        counts, body = self._report  # the same bytes until they are taken: the server counts them once
        answer = self._post(self._settings.metrics_url, body, deadline)
        if answer.again:
            self._wait(answer)
        elif answer.reason:  # kept in the ledger, for a key or a server that takes it
            self._report_at = time.monotonic() + REFUSED_REPORT_S
        else:
            self._accounts.reported(counts)
            self._report = None

    def run_round(self) -> None:
        try:
            with self.busy:
                self.work()
        except Exception:
            failed("sending spans")
