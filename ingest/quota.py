"""How many spans each project with a quota has stored this month: read now and then, asked on every request."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from uuid import UUID

from backend.core.limits import QUOTA_REFRESH_S
from backend.store.client import Store
from backend.store.queries import intake


class MonthlyUse:
    """`used` answers from memory and never waits; `refresh` reads ClickHouse. A count may be QUOTA_REFRESH_S old."""

    def __init__(self) -> None:
        self._used: dict[UUID, int] = {}
        self._lock = threading.Lock()
        self._next = 0.0

    def used(self, project_id: UUID) -> int:
        """Spans stored since the first of the month (UTC); 0 until the first refresh after the first question."""
        with self._lock:
            if project_id not in self._used:
                self._used[project_id] = 0
                self._next = 0.0
            return self._used[project_id]

    def refresh(self, store: Store) -> None:
        """Read the counts of the projects that were asked for, unless that was done a moment ago."""
        with self._lock:
            asked = list(self._used)
            due = time.monotonic() >= self._next
            if due:
                self._next = time.monotonic() + QUOTA_REFRESH_S
        if not due:
            return
        month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for project_id in asked:
            count = intake.stored_since(store, project_id, int(month.timestamp()))
            with self._lock:
                self._used[project_id] = count
