"""Spans that ClickHouse refuses: kept as files with their reason, and listed for the Ingest page."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from pathlib import Path
from uuid import UUID

from backend.store.client import Store

COLUMNS = ("project_id", "id", "time", "signal", "reason", "items", "bytes", "path", "version")


class Quarantine:
    """`folder/<id>.pb` is an insert body of one frame, `<id>.json` says why. The id is made of the content, so a
    repeat is one entry."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._unsaid: list[tuple[object, ...]] = []
        self._lock = threading.Lock()

    def put(self, signal: str, project_id: UUID | None, data: bytes, reason: str, items: int) -> None:
        """Durable when it returns."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = hashlib.sha256(data).hexdigest()[:24]
        path, now = self.folder / f"{name}.pb", time.time_ns()
        about = {
            "id": name,
            "signal": signal,
            "project_id": str(project_id or ""),
            "reason": reason,
            "items": items,
            "time_ns": now,
        }
        for target, content in ((path, data), (path.with_suffix(".json"), json.dumps(about, indent=1).encode())):
            with open(target, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        with self._lock:
            self._unsaid.append(
                (project_id or UUID(int=0), name, now, signal, reason, items, len(data), str(path), now)
            )

    def report(self, store: Store) -> None:
        """List what was put since the last report."""
        with self._lock:
            rows, self._unsaid = self._unsaid, []
        try:
            store.insert("ingest_quarantine", COLUMNS, rows)
        except Exception:
            with self._lock:
                self._unsaid = rows + self._unsaid
            raise
