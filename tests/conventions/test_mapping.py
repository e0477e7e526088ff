"""Why a span looks as it does: what `explain` says agrees with what the database stored."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import Any
from uuid import UUID

import pytest

from backend.conventions.columns import FIELDS
from backend.conventions.mapping import FieldMapping, SpanMapping, explain
from backend.conventions.messages import RawSpan
from backend.store.client import Store
from tests.support.corpus import LIBRARIES, store_library

PROJECT = UUID(int=7)
ROWS = (
    "SELECT * REPLACE(arrayMap(e -> (e.name, 0, e.attributes), events) AS events)"
    " FROM spans FINAL WHERE project_id = {project_id:UUID}"
)


def by_name(mapping: SpanMapping) -> dict[str, FieldMapping]:
    return {one.name: one for one in mapping.fields}


def test_the_first_present_attribute_wins_and_the_others_are_named() -> None:
    attributes = {"gen_ai.request.model": "", "llm.request.model": "m", "llm.model_name": "n", "odd": "1"}
    found = explain(RawSpan(attributes=attributes), {}, {"request_model": "m"})
    model = by_name(found)["request_model"]
    assert (model.source, model.key, model.value) == ("attribute", "llm.request.model", "m")
    assert [one.key for one in model.lost] == ["llm.model_name"]
    assert found.unused == ("odd",)


def test_a_span_that_an_older_table_read_is_told_as_it_was_read() -> None:
    attributes = {"gen_ai.request.model": "new", "llm.request.model": "old"}
    model = by_name(explain(RawSpan(attributes=attributes), {}, {"request_model": "old"}))["request_model"]
    assert (model.key, [one.key for one in model.lost]) == ("llm.request.model", ["gen_ai.request.model"])


def test_what_was_added_to_is_derived() -> None:
    attributes = {"gen_ai.usage.input_tokens": "10", "gen_ai.usage.cache_read.input_tokens": "5"}
    found = by_name(explain(RawSpan(attributes=attributes), {}, {"input_tokens": 15, "cache_read_tokens": 5}))
    assert (found["input_tokens"].source, found["input_tokens"].value, found["input_tokens"].stored) == (
        "derived", "10", "15",
    )  # fmt: skip
    assert found["cache_read_tokens"].source == "attribute"


def test_the_resource_fills_what_the_span_does_not_say() -> None:
    resource = {"user.id": "r", "service.name": "shop", "host.name": "h"}
    stored = {"user_id": "r", "session_id": "s", "service_name": "shop", "release": ""}
    found = explain(RawSpan(attributes={"session.id": "s"}), resource, stored)
    sources = {name: one.source for name, one in by_name(found).items()}
    assert sources == {
        "user_id": "resource", "session_id": "attribute", "service_name": "resource", "release": "none"
    }  # fmt: skip
    assert found.unused_resource == ("host.name",)


def test_a_type_without_a_word_is_inferred() -> None:
    found = explain(RawSpan(attributes={"openinference.span.kind": "NO WORD"}), {}, {"type": "llm"})
    assert (by_name(found)["type"].source, by_name(found)["type"].stored) == ("inferred", "llm")
    said = explain(RawSpan(attributes={"gen_ai.operation.name": "Chat"}), {}, {"type": "llm"})
    assert by_name(said)["type"].key == "gen_ai.operation.name"


def test_the_exception_event_may_name_the_error() -> None:
    events = [("exception", 1, {"exception.type": "ValueError"})]
    found = by_name(explain(RawSpan(events=events), {}, {"error_type": "ValueError"}))["error_type"]
    assert (found.source, found.value) == ("event", "ValueError")


def test_it_says_which_convention_spoke_and_what_it_read() -> None:
    attributes = {
        "openinference.span.kind": "LLM",
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hi",
        "llm.output_messages.0.message.content": "Ho",
        "llm.input_messages": "not indexed",
    }
    found = explain(RawSpan(type="llm", attributes=attributes), {}, {})
    assert found.convention == "openinference"
    assert "llm.input_messages.0.message.role" in found.read
    assert found.unused == ("llm.input_messages",)


def test_a_hostile_span_is_explained_too() -> None:
    attributes = {key: "[" * 5000 for field in FIELDS for key in field.keys} | {"": "", "a" * 9999: "\ud800"}
    stored: dict[str, Any] = {field.name: "x" for field in FIELDS} | {"type": "llm", "tags": [1], "input_tokens": 1}
    found = explain(RawSpan(attributes=attributes, type="llm"), {"": ""}, stored)
    assert json.dumps(asdict(found))


@pytest.mark.store
@pytest.mark.parametrize("library", LIBRARIES)
def test_it_agrees_with_the_database(store: Store, library: str) -> None:
    store_library(store, library, PROJECT)
    rows = store.read(ROWS, {"project_id": PROJECT})
    assert rows
    found = [(row, by_name(explained(row))) for row in rows]
    for row, fields in found:
        assert (fields["input"].key, fields["output"].key) == (row["input_key"], row["output_key"])
        assert fields["service_name"].source in ("resource", "none")
        empty = {name for name in fields if row[name] in ("", -1, [])}
        assert empty == {name for name, one in fields.items() if one.source == "none"}
    # Nearly every value is found where the table says: what was added up or inferred is the exception.
    sources = Counter(one.source for _, fields in found for name, one in fields.items() if name != "type")
    told = sources["attribute"] + sources["resource"] + sources["event"]
    assert told >= 0.9 * (told + sources["derived"] + sources["inferred"]), sources


def explained(row: dict[str, Any]) -> SpanMapping:
    attributes = {**row["attributes"]}
    for side in ("input", "output"):
        if row[f"{side}_key"]:
            attributes[row[f"{side}_key"]] = row[side]
    events = [(name, time_ns, dict(held)) for name, time_ns, held in row["events"]]
    span = RawSpan(row["name"], row["type"], row["scope_name"], attributes, events=events)
    return explain(span, row["resource_attributes"], row)
