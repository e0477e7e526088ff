"""Spending on the real engine: calls whose cost is known, on days before today."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.metrics import scans
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from tests.conftest import World
from tests.support.otlp import request, span

SECOND = 1_000_000_000
Spend = Callable[..., bytes]


def noon(days_ago: int = 0) -> int:
    """Yesterday's noon in UTC, so that nothing of a test lies in the future; and of days before it."""
    day = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1 + days_ago)
    return int(day.timestamp()) * SECOND


def costing(dollars: float | None, at_ns: int, *, trace_id: bytes | None = None, parent: bytes = b"", **more: Any):
    """A call that reports its cost; None: one whose model has no price."""
    attributes: dict[str, Any] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "house-model",
        "gen_ai.usage.input_tokens": 10, **{name.replace("__", "."): value for name, value in more.items()},
    }  # fmt: skip
    if dollars is not None:
        attributes["gen_ai.usage.cost"] = dollars
    times = {"start_time_unix_nano": at_ns, "end_time_unix_nano": at_ns + SECOND}
    return span("call", trace_id=trace_id or os.urandom(16), parent=parent, attributes=attributes, **times)


@pytest.fixture
def spend(store: Store, world: World) -> Spend:
    """`spend(span, …)` stores spans in alice's project."""

    def stored(*spans: Any, project: Any = None) -> None:
        body = frame(request(*spans).SerializeToString(), (project or world.project).id, time.time_ns())
        store.insert_protobuf("otlp_traces", body, INSERT_SETTINGS["otlp_traces"])
        scans.forget()

    scans.forget()
    return stored
