"""Of each field: without the attribute that filled it, the next one of the table does, down to the last."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pytest

from backend.conventions.columns import FIELDS
from backend.conventions.field import Field
from backend.conventions.sql import FEEDERS
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.support.otlp import request, span

pytestmark = pytest.mark.store
PROJECT = UUID(int=5)
PLAIN = [field for field in FIELDS if field.name not in FEEDERS and len(field.keys) > 1]


def value(field: Field, rank: int) -> Any:
    """Another one for each key."""
    if field.kind in ("int", "float"):
        return 100 + rank
    if field.kind == "list":
        return [f"v{rank}"]
    return rank % 2 == 0 if field.kind == "flag" else f"v{rank}"


def test_without_the_winning_attribute_the_next_one_fills_the_column(store: Store) -> None:
    sent = [
        span(f"{field.name} {rank}", attributes={key: value(field, field.keys.index(key)) for key in field.keys[rank:]})
        for field in PLAIN
        for rank in range(len(field.keys))
    ]
    body = check_traces(request(*sent).SerializeToString(), time.time_ns()).body
    store.insert_protobuf("otlp_traces", frame(body, PROJECT, 7), INSERT_SETTINGS["otlp_traces"])
    rows = store.read("SELECT * FROM spans WHERE project_id = {project_id:UUID}", {"project_id": PROJECT})
    assert len(rows) == len(sent) > 200
    wrong: list[tuple[str, Any]] = []
    for row in rows:
        name, rank = row["name"].split(" ")
        field = next(field for field in PLAIN if field.name == name)
        if row[name] != value(field, int(rank)):
            wrong.append((f"{name}: {field.keys[int(rank)]}", row[name]))
    assert wrong == []
