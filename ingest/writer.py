"""Closed segments -> ClickHouse. One thread; a segment that was inserted is deleted, one that waits is tried again.

A segment that ClickHouse refuses is halved until the refused span is found; that one goes to quarantine with the
reason, its neighbours are stored. A ClickHouse that is away or busy costs only time: the spool keeps all.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from uuid import UUID

import structlog

from backend.core.errors import OutOfMemory, SpanhouseError, StoreRefused
from backend.core.limits import STATS_FLUSH_S, WRITER_BACKOFF_S
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import Frame, frame, frames
from ingest.quarantine import Quarantine
from ingest.quota import MonthlyUse
from ingest.spool import Segment, Spool, Stored, Tallies, Tally
from ingest.stats import COLUMNS, TABLE, Stats, segment_rows
from ingest.wire import CheckedLogs, CheckedTraces

TABLES: dict[Stored, LiteralString] = {"traces": "otlp_traces", "logs": "otlp_logs"}
SPOOL_REPORT_S = 5.0
IDLE_S = 0.05
SPOOL_COLUMNS = ("process", "seen", "waiting_bytes", "waiting_segments", "oldest_waiting_s", "last_error", "version")
log = structlog.get_logger("ingest.writer")


@dataclass
class _Lost:
    """Items of a segment that went to quarantine."""

    items: Counter[tuple[UUID, int]] = field(default_factory=Counter[tuple[UUID, int]])


def single_items(signal: Stored, whole: Frame) -> list[bytes]:
    """A frame of many spans (or records) as frames of one each."""
    parts: list[bytes] = []
    request = (CheckedTraces if signal == "traces" else CheckedLogs)()
    request.ParseFromString(bytes(whole.body))
    many, inner, leaf = (
        ("resource_spans", "scope_spans", "spans")
        if signal == "traces"
        else ("resource_logs", "scope_logs", "log_records")
    )
    for resource in getattr(request, many):
        for scope in getattr(resource, inner):
            for item in getattr(scope, leaf):
                one = type(request)()
                kept = getattr(one, many).add(resource=resource.resource)
                getattr(getattr(kept, inner).add(scope=scope.scope), leaf).append(item)
                parts.append(frame(one.SerializeToString(), whole.project_id, whole.received_ns))
    return parts


def tallies_of(signal: Stored, data: bytes) -> Tallies:
    """Counted from the frames: for a segment that an earlier process left."""
    tallies: Tallies = {}
    for opened in frames(data):
        tally = tallies.setdefault((opened.project_id, opened.received_ns // 1_000_000_000), Tally())
        tally.requests += 1
        tally.bytes += opened.end - opened.start
        tally.items += count_items(signal, opened)
    return tallies


def count_items(signal: Stored, opened: Frame) -> int:
    if signal == "traces":
        traces = CheckedTraces.FromString(bytes(opened.body))
        return sum(len(scope.spans) for resource in traces.resource_spans for scope in resource.scope_spans)
    logs = CheckedLogs.FromString(bytes(opened.body))
    return sum(len(scope.log_records) for resource in logs.resource_logs for scope in resource.scope_logs)


class Writer:
    def __init__(self, store: Store, spool: Spool, stats: Stats, quarantine: Quarantine, month: MonthlyUse) -> None:
        self.store = store
        self.spool = spool
        self.stats = stats
        self.quarantine = quarantine
        self.month = month
        self.last_error = ""
        self._stopping = threading.Event()
        self._drain_until = 0.0
        self._failures = 0
        self._flushed = self._reported = 0.0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, drain_s: float) -> None:
        """Insert what waits for at most `drain_s` seconds; the rest stays on disk."""
        self._drain_until = time.monotonic() + drain_s
        self._stopping.set()
        # The embedded ClickHouse must not be closed under an insert. A served one may hang; what it has not answered
        # is still on disk.
        self._thread.join(drain_s + 60 if self.store.embedded else drain_s)

    def _run(self) -> None:
        while True:
            segment = self.spool.next_segment()
            stopping = self._stopping.is_set()
            if stopping and (segment is None or self._failures or time.monotonic() > self._drain_until):
                self._housekeeping(force=True)
                return
            try:
                if segment is not None:
                    self._store_segment(segment)
                elif self._failures:
                    self.store.ping()
                self._housekeeping()
                self._recovered()
            except SpanhouseError as error:
                self._failed(error)
            except Exception as error:  # the thread must outlive whatever a segment does to it
                log.exception("writer_failed")
                self._failed(error)
            if segment is None:
                self._stopping.wait(IDLE_S)

    def _failed(self, error: Exception) -> None:
        self.last_error = str(error)[:500]
        wait = WRITER_BACKOFF_S[min(self._failures, len(WRITER_BACKOFF_S) - 1)]
        if not self._failures:
            log.warning("clickhouse_does_not_take_spans", error=self.last_error)
        self._failures += 1
        self._stopping.wait(wait)

    def _recovered(self) -> None:
        if self._failures:
            log.info("clickhouse_takes_spans_again", tries=self._failures)
        self.last_error, self._failures = "", 0

    def _housekeeping(self, *, force: bool = False) -> None:
        now = time.monotonic()
        try:
            if force or now - self._flushed >= STATS_FLUSH_S:
                self._flushed = now
                self.stats.flush(self.store)
                self.quarantine.report(self.store)
                self.month.refresh(self.store)
            if force or now - self._reported >= SPOOL_REPORT_S:
                self._reported = now
                self._report_spool()
        except SpanhouseError:
            if not force:
                raise

    def _report_spool(self) -> None:
        spool, now = self.spool, time.time_ns()
        row = (
            self.stats.process,
            now,
            spool.waiting_bytes,
            spool.waiting_segments,
            spool.oldest_waiting_s(),
            self.last_error,
            now,
        )
        self.store.insert("ingest_spools", SPOOL_COLUMNS, [row])

    # -- one segment ---------------------------------------------------------------------------------------------------
    def _store_segment(self, segment: Segment) -> None:
        lost = _Lost()
        if segment.tallies is None:
            data = self._whole_frames(segment, segment.path.read_bytes())
            segment.tallies = tallies_of(segment.signal, data)
            if data:
                self._insert(segment.signal, data, lost)
        else:
            self._insert_file(segment, lost)
        rows = segment_rows(segment.name, segment.signal, segment.tallies, lost.items)
        self.store.insert(TABLE, COLUMNS, rows)
        self.spool.done(segment)

    def _whole_frames(self, segment: Segment, data: bytes) -> bytes:
        """Without the torn end that a crash may leave: it was never acknowledged, but it is kept to be looked at."""
        end = 0
        for opened in frames(data):
            end = opened.end
        if end < len(data):
            self.quarantine.put(
                segment.signal,
                None,
                data[end:],
                "The end of a segment was cut off by a crash; it had not been acknowledged.",
                0,
            )
        return data[:end]

    def _insert_file(self, segment: Segment, lost: _Lost) -> None:
        """The usual way: the file as it is. Only when it is refused its frames are looked at."""
        table = TABLES[segment.signal]
        try:
            self.store.insert_protobuf_file(table, segment.path, INSERT_SETTINGS[table])
        except (StoreRefused, OutOfMemory):
            self._insert(segment.signal, segment.path.read_bytes(), lost)

    def _insert(self, signal: Stored, data: bytes, lost: _Lost) -> None:
        try:
            self._raw(signal, data)
        except (StoreRefused, OutOfMemory) as error:
            whole = list(frames(data))
            if isinstance(error, OutOfMemory) and len(whole) < 2:
                raise
            # A refusal of everything is a sick database, not a sick span: an empty request must pass first.
            self._raw(signal, frame(b"", whole[0].project_id, whole[0].received_ns))
            self._halve(signal, data, whole, lost, error)

    def _halve(self, signal: Stored, data: bytes, whole: list[Frame], lost: _Lost, error: SpanhouseError) -> None:
        if len(whole) > 1:
            middle = whole[len(whole) // 2].start
            self._insert(signal, data[:middle], lost)
            self._insert(signal, data[middle:], lost)
            return
        items = single_items(signal, whole[0])
        if len(items) > 1:
            half = len(items) // 2
            self._insert(signal, b"".join(items[:half]), lost)
            self._insert(signal, b"".join(items[half:]), lost)
            return
        self.quarantine.put(signal, whole[0].project_id, data, error.message, len(items))
        lost.items[whole[0].project_id, whole[0].received_ns // 1_000_000_000] += len(items)
        log.warning("span_quarantined", reason=error.message[:200])

    def _raw(self, signal: Stored, data: bytes) -> None:
        table = TABLES[signal]
        self.store.insert_protobuf(table, data, INSERT_SETTINGS[table])


def quarantine_folder(root: Path) -> Path:
    return root / "quarantine"
