"""Compiled filters against a real engine: each finds the rows that plain Python finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from backend.store.client import Store
from tests.support.filter_world import PROJECT, FilterWorld

pytestmark = pytest.mark.store
Row = dict[str, Any]
TEXTS = (
    "trace_id", "parent_span_id", "name", "type", "error_type", "status_message", "service_name", "environment",
    "release", "scope_name",
    "provider", "operation", "request_model", "response_model", "session_id", "user_id", "trace_name",
    "tool_name", "agent_name", "prompt_name", "input", "output", "input_preview", "output_preview",
)  # fmt: skip
NUMBERS = ("input_tokens", "output_tokens", "total_tokens", "time_to_first_token_ns", "reported_cost")
DEFAULTS: Row = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys(NUMBERS, -1),
    "project_id": PROJECT,
    "status_code": 0,
    "duration_ns": 0,
    "tags": [],
    "attributes": {},
    "resource_attributes": {},
}
ROWS: list[Row] = [
    {
        "span_id": "a1",
        "trace_id": "ff",
        "name": "chat gpt-4o",
        "type": "llm",
        "request_model": "gpt-4o",
        "response_model": "gpt-4o-2024",
        "status_code": 1,
        "duration_ns": 2_500_000_000,
        "input": "Où est la gare? 100% sure",
        "output": "À droite",
        "input_tokens": 90,
        "output_tokens": 20,
        "tags": ["prod", "Été"],
        "user_id": "u_1",
        "attributes": {"plan": "gold", "score": "0.75", "langfuse.trace.metadata.tenant": "Acme"},
        "reported_cost": 0.02,
        "environment": "live",
    },
    {
        "span_id": "a2",
        "trace_id": "ff",
        "name": "tool",
        "type": "tool",
        "tool_name": "Search",
        "status_code": 2,
        "error_type": "TimeoutError",
        "duration_ns": 150_000_000,
        "input": '{"q": "weather"}',
        "user_id": "uX1",
        "parent_span_id": "a1",
        "status_message": "the gateway was busy",
        "attributes": {"plan": "", "score": "n/a"},
    },
    {
        "span_id": "a3",
        "trace_id": "ee",
        "name": "chat claude",
        "type": "llm",
        "request_model": "claude-sonnet-4-5",
        "total_tokens": 5000,
        "duration_ns": 900_000_000,
        "time_to_first_token_ns": 300_000_000,
        "output": "The WEATHER is fine",
        "tags": ["dev"],
        "attributes": {"metadata": '{"tenant": "globex", "seats": 12}'},
        "resource_attributes": {"cloud.region": "eu"},
        "service_name": "Shop",
    },
    {
        "span_id": "a4",
        "trace_id": "dd",
        "name": "root",
        "type": "span",
        "duration_ns": 0,
        "output": json.dumps("これは東京です ёж"),
        "session_id": "S-1",
    },
    {
        "span_id": "a5",
        "name": "it's a \\ back\"slash",
        "type": "chain",
        "input": "tab\there 東京に行きたい",
        "output": "line\none {f0:String} 🌦",
        "attributes": {"odd key's": "1"},
    },
]
CASES: list[tuple[str, Callable[[Row], bool]]] = [
    ("", lambda r: True),
    ("weather", lambda r: "weather" in (r["input"] + r["output"] + r["name"]).lower()),
    ("GARE droite", lambda r: "gare" in r["input"].lower() and "droite" in r["output"].lower()),
    ('"100% sure"', lambda r: "100% sure" in r["input"]),
    ('name:"it\'s a \\\\ back\\"slash"', lambda r: r["span_id"] == "a5"),
    ('input:"tab\there "', lambda r: r["span_id"] == "a5"),
    ('"line\none"', lambda r: r["span_id"] == "a5"),
    ('"{f0:String} 🌦"', lambda r: r["span_id"] == "a5"),
    ('attr."odd key\'s":1', lambda r: r["span_id"] == "a5"),
    ("name:it*back*", lambda r: r["span_id"] == "a5"),
    ("name:*\\*", lambda r: "\\" in r["name"]),
    ("東京", lambda r: r["span_id"] in ("a4", "a5")),
    ("ЁЖ", lambda r: r["span_id"] == "a4"),
    ("où", lambda r: "où" in r["input"].lower()),
    ("weath", lambda r: False),
    ('"weather is"', lambda r: "weather is" in r["output"].lower()),
    ('"weather fine"', lambda r: False),
    ("input:weather", lambda r: "weather" in r["input"].lower()),
    ("type:llm,tool", lambda r: r["type"] in ("llm", "tool")),
    ("-type:llm", lambda r: r["type"] != "llm"),
    ("type!=llm", lambda r: r["type"] != "llm"),
    ("status:error", lambda r: r["status_code"] == 2),
    ("NOT status:ok,error", lambda r: r["status_code"] == 0),
    ("has:error", lambda r: r["status_code"] == 2),
    ("has:status", lambda r: r["status_code"] != 0),
    ("model:GPT-4o", lambda r: "gpt-4o" in (r["request_model"].lower(), r["response_model"].lower())),
    ("model:gpt-4o-*", lambda r: any(r[k].lower().startswith("gpt-4o-") for k in ("request_model", "response_model"))),
    ('model:"gpt-4o-*"', lambda r: False),
    ("-has:model", lambda r: not (r["request_model"] or r["response_model"])),
    ("user:u_1", lambda r: r["trace_id"] == "ff"),
    ("user:u_*", lambda r: r["trace_id"] == "ff"),
    ("user:U_1", lambda r: False),
    ("user:*", lambda r: r["trace_id"] == "ff"),
    ("session:S-1", lambda r: r["session_id"] == "S-1"),
    ("trace:FF", lambda r: r["trace_id"] == "ff"),
    ("tag:été", lambda r: r["trace_id"] == "ff"),
    ("tag:p*,dev", lambda r: r["trace_id"] in ("ff", "ee")),
    ("has:tag", lambda r: r["trace_id"] in ("ff", "ee")),
    ("tool:search", lambda r: r["tool_name"].lower() == "search"),
    ("service:shop", lambda r: r["service_name"] == "Shop"),
    ("latency>=900ms", lambda r: r["duration_ns"] >= 900_000_000),
    ("latency:0", lambda r: r["duration_ns"] == 0),
    ("latency!=0", lambda r: r["duration_ns"] != 0),
    ("latency>-1s", lambda r: True),
    ("ttft<1s", lambda r: 0 <= r["time_to_first_token_ns"] < 10**9),
    ("tokens>=110", lambda r: r["span_id"] in ("a1", "a3")),
    ("tokens<1k", lambda r: r["span_id"] == "a1"),
    ("sunshine", lambda r: r["span_id"] == "a1"),
    ('"Sunshine now" -moonlight', lambda r: r["span_id"] == "a1"),
    ("input:sunshine", lambda r: r["span_id"] == "a1"),
    ("output:sunshine", lambda r: False),
    ("output:moonlight", lambda r: r["span_id"] == "a2"),
    ("-sunshine", lambda r: r["span_id"] != "a1"),
    ("has:tokens", lambda r: r["span_id"] in ("a1", "a3")),
    ("input_tokens<100", lambda r: 0 <= r["input_tokens"] < 100),
    ("attr.plan:GOLD", lambda r: r["attributes"].get("plan", "").lower() == "gold"),
    ("has:attr.plan", lambda r: "plan" in r["attributes"]),
    ("metadata.score>0.5", lambda r: r["span_id"] == "a1"),
    ("-metadata.score>0.5", lambda r: r["span_id"] != "a1"),
    ("resource.cloud.region:eu", lambda r: r["resource_attributes"].get("cloud.region") == "eu"),
    (
        "type:llm (tokens>1k OR tag:prod) -user:uX1",
        lambda r: r["span_id"] == "a3",
    ),
    (
        "type:tool OR type:llm status:ok",
        lambda r: r["type"] == "tool" or (r["type"] == "llm" and r["status_code"] == 1),
    ),
    ("weather -type:tool,tool", lambda r: r["span_id"] == "a3"),
    ("weather -(type:tool OR (type:tool OR type:tool))", lambda r: r["span_id"] == "a3"),
    ("error", lambda r: r["status_code"] == 2),
    ('"error"', lambda r: False),
    ("-root", lambda r: r["parent_span_id"] != ""),
    ("is:root,error", lambda r: True),
    ("gateway", lambda r: r["span_id"] == "a2"),
    ("TimeoutError", lambda r: r["span_id"] == "a2"),
    ("cost>0.01", lambda r: r["span_id"] == "a1"),
    ("cost<1 cost>=0.02", lambda r: r["span_id"] == "a1"),
    ("-has:cost", lambda r: r["span_id"] != "a1"),
    ("environment:live", lambda r: r["trace_id"] == "ff"),
    ("-environment:live", lambda r: r["trace_id"] != "ff"),
    ("environment!=live", lambda r: r["trace_id"] != "ff"),
    ("user:uX1 type:llm", lambda r: r["span_id"] == "a1"),
    ("has:user,session", lambda r: r["trace_id"] in ("ff", "dd")),
    ("metadata.tenant:acme", lambda r: r["span_id"] == "a1"),
    ("metadata.tenant:g*", lambda r: r["span_id"] == "a3"),
    ("metadata.seats>=12", lambda r: r["span_id"] == "a3"),
    ("has:metadata.tenant", lambda r: r["span_id"] in ("a1", "a3")),
    ("-has:metadata.seats", lambda r: r["span_id"] != "a3"),
    ("child(tool:search error)", lambda r: r["span_id"] == "a1"),
    ("child(type:llm)", lambda r: False),
    ("parent(model:gpt-4o*)", lambda r: r["span_id"] == "a2"),
    ("-parent(type:llm) -child(error)", lambda r: r["span_id"] in ("a3", "a4", "a5")),
    ("parent(child(error))", lambda r: r["span_id"] == "a2"),
    ("trace(tool:search) root", lambda r: r["span_id"] == "a1"),
    ("score.helpful<0.5", lambda r: r["trace_id"] == "ff"),
    ("score.helpful:0.4", lambda r: r["trace_id"] == "ff"),
    ("score.helpful>0.5", lambda r: False),
    ("score.correct:yes", lambda r: r["span_id"] == "a2"),
    ("score.correct:no", lambda r: False),
    ("score.tone:kind*", lambda r: r["trace_id"] == "ee"),
    ("score.tone!=rude", lambda r: True),
    ("has:score", lambda r: r["trace_id"] in ("ff", "ee")),
    ("has:score.correct", lambda r: r["span_id"] == "a2"),
    ("-score.tone:*", lambda r: r["trace_id"] != "ee"),
    ("NOT (type:llm OR type:tool)", lambda r: r["type"] not in ("llm", "tool")),
]


# What was said of a span in log events; the last two are of another project and of no span.
LOG_EVENT: Row = {"project_id": PROJECT, "trace_id": "ff", "event_name": "gen_ai.user.message"}
LOG_EVENTS: list[Row] = [
    {"span_id": "a1", "body": "Sunshine now, please"},
    {"span_id": "a2", "body": "all the moonlight", "event_name": "gen_ai.choice"},
    {"span_id": "a3", "body": "sunshine", "project_id": UUID(int=2)},
    {"span_id": "a1", "body": "moonlight", "trace_id": "ee"},
]
SCORE: Row = {
    "project_id": PROJECT, "trace_id": "ff", "span_id": "", "name": "helpful", "data_type": "numeric", "value": 0.0,
    "text_value": "", "deleted": 0,
}  # fmt: skip
SCORES: list[Row] = [
    {"value": 0.4},
    {"span_id": "a2", "name": "Correct", "data_type": "boolean", "value": 1.0},
    {"trace_id": "ee", "name": "tone", "data_type": "categorical", "text_value": "Kind words"},
    {"trace_id": "dd", "name": "tone", "data_type": "categorical", "text_value": "rude", "deleted": 1},
    {"trace_id": "dd", "value": 0.1, "project_id": UUID(int=2)},
]


@pytest.fixture(scope="module")
def filters(_migrated_store: Store) -> FilterWorld:
    world = FilterWorld(_migrated_store)
    world.insert("spans", [whole(row) for row in ROWS])
    world.insert("log_events", [{**LOG_EVENT, **row} for row in LOG_EVENTS])
    world.insert("scores", [{**SCORE, "id": str(i), **row} for i, row in enumerate(SCORES)])
    return world


def whole(row: Row) -> Row:
    return {**DEFAULTS, **row}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text or "empty" for text, _ in CASES])
def test_the_engine_finds_what_python_finds(filters: FilterWorld, text: str, expected: Callable[[Row], bool]) -> None:
    assert filters.find(text) == [row["span_id"] for row in ROWS if expected(whole(row))]
