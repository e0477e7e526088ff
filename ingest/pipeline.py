"""From an admitted request to a durable one: decode, check, envelope, spool. The writer carries it on to ClickHouse."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

from backend.core.limits import SPOOL_MAX_BYTES
from backend.store.client import Store
from ingest import otlp_json
from ingest.client_drops import read_client_drops
from ingest.envelope import frame
from ingest.otlp import Checked, check_logs, check_metrics, check_traces, explain
from ingest.quarantine import Quarantine
from ingest.quota import MonthlyUse
from ingest.spool import Spool, Stored
from ingest.stats import Stats
from ingest.writer import Writer, quarantine_folder

Signal = Literal["traces", "logs", "metrics"]
Encoding = Literal["protobuf", "json"]
NOUNS: Mapping[Signal, str] = {"traces": "span", "logs": "log record", "metrics": "data point"}
# A body of this many bytes takes some milliseconds to check; smaller ones are done before a thread would have started.
LARGE_BODY: Mapping[Encoding, int] = {"protobuf": 1 << 19, "json": 1 << 16}
DRAIN_S = 4.0


@dataclass(frozen=True)
class PipelineConfig:
    spool_root: Path
    spool_max_bytes: int = SPOOL_MAX_BYTES
    host_name: str = "localhost"


@dataclass(frozen=True)
class Accepted:
    """`items` received, of which `rejected` were not taken, by reason; `message` says so in words ("" when all are)."""

    items: int
    rejected: int = 0
    reasons: dict[str, int] = field(default_factory=dict[str, int])
    message: str = ""


class Pipeline:
    def __init__(self, config: PipelineConfig, store: Store) -> None:
        self.store = store
        self.spool = Spool(config.spool_root, config.spool_max_bytes)
        self.quarantine = Quarantine(quarantine_folder(config.spool_root))
        self.stats = Stats(config.host_name)
        self.month = MonthlyUse()
        self.writer = Writer(store, self.spool, self.stats, self.quarantine, self.month)
        self._running = False

    async def start(self) -> None:
        """Take a spool slot and start the writer, which first inserts what an earlier process left."""
        await asyncio.to_thread(self.spool.start)
        self.stats.process = f"{self.stats.process}:{self.spool.slot}"
        self.writer.start()
        self._running = True

    async def stop(self) -> None:
        """Everything acknowledged is on disk; as much as a few seconds allow is in ClickHouse, too."""
        if self._running:
            self._running = False
            await asyncio.to_thread(self.spool.stop)
            await asyncio.to_thread(self.writer.stop, DRAIN_S)
            self.spool.release()

    async def accept(self, signal: Signal, encoding: Encoding, body: bytes, project_id: UUID) -> Accepted:
        """Return when everything acceptable of `body` is on disk. Raises Malformed, SpoolFull."""
        now = time.time_ns()
        if len(body) > LARGE_BODY[encoding]:
            checked, details = await asyncio.to_thread(self._check, signal, encoding, body, now)
        else:
            checked, details = self._check(signal, encoding, body, now)
        self.stats.count_client_drops(project_id, checked.client_drops)
        if checked.kept and signal != "metrics":
            stored: Stored = signal
            await self.spool.append(stored, frame(checked.body, project_id, now), project_id, now, checked.kept)
        rest = checked.items - checked.kept
        if rest or not checked.kept:
            # Those kept are counted with their segment, once they are stored.
            requests = 0 if checked.kept else 1
            self.stats.count(
                signal,
                project_id,
                items=rest,
                rejected=checked.rejected,
                requests=requests,
                size=0 if checked.kept else len(body),
            )
        rejected = checked.rejected.total()
        message = explain(checked.rejected, NOUNS[signal], details)
        return Accepted(checked.items, rejected, dict(checked.rejected), message)

    @staticmethod
    def _check(signal: Signal, encoding: Encoding, body: bytes, now_ns: int) -> tuple[Checked, list[str]]:
        wrong: Counter[str] = Counter()
        details: list[str] = []
        if encoding == "json":
            decoded = otlp_json.decode(signal, body)
            body, wrong, details = decoded.message, Counter(decoded.rejected), list(decoded.messages)
        if signal == "metrics":
            checked = check_metrics(body)
            checked.client_drops = read_client_drops(body, now_ns)
        else:
            checked = check_traces(body, now_ns) if signal == "traces" else check_logs(body, now_ns)
        checked.items += wrong.total()
        checked.rejected += wrong
        return checked, details

    def refuse(
        self,
        project_id: UUID | None,
        reason: str,
        *,
        requests: int = 1,
        items: int = 0,
        bytes: int = 0,  # noqa: A002 - the counters' own word
    ) -> None:
        """Count a request that was refused before it was read."""
        self.stats.count(
            "traces", project_id, items=items, rejected={reason: max(items, 1)}, requests=requests, size=bytes
        )

    def ready(self) -> tuple[bool, str]:
        """Whether spans can be taken and stored now; else why not."""
        if not self._running:
            return False, "The receiver is not running."
        if not self.spool.has_room:
            return False, "The spool is full: ClickHouse has not taken what waits."
        if self.writer.last_error:
            return False, f"ClickHouse does not take spans: {self.writer.last_error}"
        return True, ""
