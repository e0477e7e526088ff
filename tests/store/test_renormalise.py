"""Stored spans made again after the table of names changed: the derived columns follow, nothing else moves."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from backend.conventions import picking, renormalise_sql
from backend.core.limits import DAY_NS
from backend.scores import services as scores
from backend.scores.view import NewScore
from backend.store import renormalise
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.support.otlp import key_values, llm_span, request, span

pytestmark = pytest.mark.store
PROJECT, OTHER = UUID(int=3), UUID(int=4)
NOW = time.time_ns()
ROWS = "SELECT * FROM spans FINAL WHERE project_id = {project_id:UUID} ORDER BY span_id"


def put(store: Store, project: UUID, *spans: Span) -> None:
    body = check_traces(request(*spans, resource={"user.id": "u"}).SerializeToString(), NOW).body
    store.insert_protobuf("otlp_traces", frame(body, project, NOW), INSERT_SETTINGS["otlp_traces"])


def rows(store: Store, project: UUID = PROJECT) -> list[dict[str, Any]]:
    return store.read(ROWS, {"project_id": project})


def run(store: Store, project: UUID = PROJECT, *, everything: bool = True) -> int:
    found = list(renormalise.batches(store, project, NOW - DAY_NS, NOW + DAY_NS, everything=everything))
    for batch in found:
        renormalise.renormalise(store, batch, everything=everything)
    return sum(batch.spans for batch in found)


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in names}


def some_spans() -> list[Span]:
    event = Span.Event(
        name="exception", time_unix_nano=NOW, attributes=key_values({"exception.type": "ValueError", "n": 1})
    )
    failed = span(
        "fails",
        attributes={"my.words": "new name", "input.value": "héllo", "output.value": "", "n": 3, "list": [1, "x"]},
        events=[event],
        links=[Span.Link(trace_id=b"\x01" * 16, span_id=b"\x02" * 8, attributes=key_values({"why": "retry"}))],
        status=Status(code=Status.STATUS_CODE_ERROR, message="broke"),
    )
    return [failed, llm_span(b"\x05" * 16, parent=b"\x06" * 8), span("plain", kind=Span.SPAN_KIND_SERVER)]


def test_with_the_same_table_nothing_changes(store: Store) -> None:
    put(store, PROJECT, *some_spans())
    before = rows(store)
    assert run(store) == 3
    after = rows(store)
    assert [without(row, "version") for row in after] == [without(row, "version") for row in before]
    assert [row["version"] for row in after] == [NOW + 1] * 3
    assert {row["mapping_version"] for row in after} == {renormalise.MAPPING_VERSION}


def test_a_changed_table_changes_its_columns_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, PROJECT, *some_spans())
    put(store, OTHER, *some_spans())
    before, others = rows(store), rows(store, OTHER)
    teach(monkeypatch, "tool_name", "my.words")
    teach(monkeypatch, "input", "list")
    run(store)
    after = rows(store)
    fails = next(row for row in after if row["name"] == "fails")
    assert (fails["tool_name"], fails["input"], fails["input_key"]) == ("new name", '[1,"x"]', "list")
    assert fails["attributes"]["input.value"] == "héllo"
    assert "list" not in fails["attributes"]
    changed = ("version", "tool_name", "type", "input", "input_key", "input_preview", "attributes")
    assert [without(row, *changed) for row in after] == [without(row, *changed) for row in before]
    assert [row["events"] for row in after] == [row["events"] for row in before]
    assert rows(store, OTHER) == others
    run(store)
    assert [without(row, "version") for row in rows(store)] == [without(row, "version") for row in after]


def teach(monkeypatch: pytest.MonkeyPatch, name: str, key: str) -> None:
    """Put `key` first among the keys of the field."""
    fields = tuple(replace(f, keys=(key, *f.keys)) if f.name == name else f for f in picking.FIELDS)
    monkeypatch.setattr(picking, "FIELDS", fields)


def test_what_this_version_has_read_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, PROJECT, *some_spans())
    assert run(store, everything=False) == 0
    for module in (renormalise, renormalise_sql):
        monkeypatch.setattr(module, "MAPPING_VERSION", 999)
    assert run(store, everything=False) == 3
    assert {row["mapping_version"] for row in rows(store)} == {999}
    assert run(store, everything=False) == 0


def test_what_arrives_meanwhile_stays(store: Store) -> None:
    sent = span("first", attributes={"user.id": "old"})
    put(store, PROJECT, sent)
    run(store)
    del sent.attributes[:]
    sent.attributes.extend(key_values({"user.id": "new"}))
    body = check_traces(request(sent).SerializeToString(), NOW).body
    store.insert_protobuf("otlp_traces", frame(body, PROJECT, NOW + 10), INSERT_SETTINGS["otlp_traces"])
    run(store)
    assert [row["user_id"] for row in rows(store)] == ["new"]


def test_batches_are_small_and_cover_everything(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renormalise, "RENORMALISED_AT_ONCE", 2)
    times = [NOW - i * 61_000_000_000 for i in range(5)]
    put(store, PROJECT, *(span(start_time_unix_nano=t, end_time_unix_nano=t) for t in times))
    found = list(renormalise.batches(store, PROJECT, NOW - DAY_NS, NOW + DAY_NS, everything=True))
    assert [batch.spans for batch in found] in ([2, 2, 1], [1, 2, 2], [2, 1, 2])
    assert all(a.to_ns <= b.from_ns for a, b in zip(found, found[1:], strict=False))
    for batch in found:
        renormalise.renormalise(store, batch, everything=True)
    assert {row["version"] for row in rows(store)} == {NOW + 1}


def test_scores_stay_with_their_spans(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = llm_span(b"\x05" * 16)
    put(store, PROJECT, sent)
    score = NewScore(name="good", value=1, trace_id=sent.trace_id.hex(), span_id=sent.span_id.hex())
    scores.create_scores(PROJECT, [score], author="alice")
    before = scores.scores_of_trace(PROJECT, sent.trace_id.hex())
    teach(monkeypatch, "tool_name", "my.words")
    assert run(store) == 1
    assert scores.scores_of_trace(PROJECT, sent.trace_id.hex()) == before != []


def test_stopped_at_any_batch_it_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renormalise, "RENORMALISED_AT_ONCE", 1)
    times = [NOW - i * 61_000_000_000 for i in range(4)]
    put(store, PROJECT, *(span(start_time_unix_nano=t, end_time_unix_nano=t) for t in times))
    before = rows(store)
    for module in (renormalise, renormalise_sql):
        monkeypatch.setattr(module, "MAPPING_VERSION", 999)
    batches = renormalise.batches(store, PROJECT, NOW - DAY_NS, NOW + DAY_NS)
    renormalise.renormalise(store, next(batches))
    renormalise.renormalise(store, next(batches))  # and here it was killed
    half = rows(store)
    assert sorted(row["mapping_version"] for row in half) == [before[0]["mapping_version"]] * 2 + [999] * 2
    assert [row["span_id"] for row in half] == [row["span_id"] for row in before]
    assert run(store, everything=False) == 2
    assert {row["mapping_version"] for row in rows(store)} == {999}
    assert len(rows(store)) == 4
