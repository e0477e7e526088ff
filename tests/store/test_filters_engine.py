"""Compiled filters against a real engine: each finds the rows that plain Python finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import clickhouse_connect
import pytest

from backend.store.filters import compile_filter

Row = dict[str, Any]
PROJECT = UUID(int=1)
COLUMNS: dict[str, tuple[str, Any]] = {
    **dict.fromkeys(
        [
            "span_id",
            "trace_id",
            "name",
            "type",
            "error_type",
            "service_name",
            "environment",
            "release",
            "scope_name",
            "provider",
            "operation",
            "request_model",
            "response_model",
            "session_id",
            "user_id",
            "tool_name",
            "agent_name",
            "prompt_name",
            "input",
            "output",
            "input_preview",
            "output_preview",
        ],
        ("String", ""),
    ),
    "status_code": ("Int8", 0),
    "duration_ns": ("UInt64", 0),
    "pending": ("UInt8", 0),
    **dict.fromkeys(["input_tokens", "output_tokens", "total_tokens", "time_to_first_token_ns"], ("Int64", -1)),
    "tags": ("Array(String)", []),
    "attributes": ("Map(LowCardinality(String), String)", {}),
    "resource_attributes": ("Map(LowCardinality(String), String)", {}),
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
        "attributes": {"plan": "gold", "score": "0.75"},
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
        "resource_attributes": {"cloud.region": "eu"},
        "service_name": "Shop",
    },
    {"span_id": "a4", "trace_id": "dd", "name": "root", "type": "span", "duration_ns": 0, "session_id": "S-1"},
    {
        "span_id": "a5",
        "name": "it's a \\ back\"slash",
        "type": "chain",
        "input": "tab\there",
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
    ('input:"tab\there"', lambda r: r["span_id"] == "a5"),
    ('"line\none"', lambda r: r["span_id"] == "a5"),
    ('"{f0:String} 🌦"', lambda r: r["span_id"] == "a5"),
    ('attr."odd key\'s":1', lambda r: r["span_id"] == "a5"),
    ("name:it*back*", lambda r: r["span_id"] == "a5"),
    ("name:*\\*", lambda r: "\\" in r["name"]),
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
    ("user:u_1", lambda r: r["user_id"] == "u_1"),
    ("user:u_*", lambda r: r["user_id"].startswith("u_")),
    ("user:U_1", lambda r: False),
    ("user:*", lambda r: r["user_id"] != ""),
    ("session:S-1", lambda r: r["session_id"] == "S-1"),
    ("trace:FF", lambda r: r["trace_id"] == "ff"),
    ("tag:été", lambda r: "été" in [tag.lower() for tag in r["tags"]]),
    ("tag:p*,dev", lambda r: any(tag.startswith("p") or tag == "dev" for tag in r["tags"])),
    ("has:tag", lambda r: bool(r["tags"])),
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
        lambda r: r["type"] == "llm" and (r["total_tokens"] > 1000 or "prod" in r["tags"]),
    ),
    (
        "type:tool OR type:llm status:ok",
        lambda r: r["type"] == "tool" or (r["type"] == "llm" and r["status_code"] == 1),
    ),
    ("NOT (type:llm OR type:tool)", lambda r: r["type"] not in ("llm", "tool")),
]


# What was said of a span in log events; the last two are of another project and of no span.
LOG_EVENTS: list[list[Any]] = [
    [PROJECT, "ff", "a1", "Sunshine now, please", ""],
    [PROJECT, "ff", "a2", "", "all the moonlight"],
    [UUID(int=2), "ff", "a3", "sunshine", ""],
    [PROJECT, "ee", "a1", "moonlight", ""],
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    client = clickhouse_connect.get_client(dsn="chdb://memory")
    client.command("CREATE DATABASE IF NOT EXISTS filter_tests")
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    # The words of a text are found through these indexes, as in the product's own table.
    indexes = ", ".join(
        f"INDEX {name}_words {name} TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower({name}))"
        for name in ("input", "output", "name")
    )
    client.command(
        f"CREATE OR REPLACE TABLE filter_tests.spans ({columns}, {indexes}) ENGINE = MergeTree ORDER BY span_id"
    )
    rows = [[whole(row)[name] for name in COLUMNS] for row in ROWS]
    client.insert("spans", rows, column_names=list(COLUMNS), database="filter_tests")
    client.command(
        "CREATE OR REPLACE TABLE filter_tests.log_events (project_id UUID, trace_id String, span_id String,"
        " said_in String, said_out String,"
        " INDEX i said_in TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(said_in)),"
        " INDEX o said_out TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = lower(said_out)))"
        " ENGINE = MergeTree ORDER BY span_id"
    )
    client.insert("log_events", LOG_EVENTS, column_names="*", database="filter_tests")
    yield client
    client.close()


def whole(row: Row) -> Row:
    return {**{name: default for name, (_, default) in COLUMNS.items()}, **row}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text or "empty" for text, _ in CASES])
def test_the_engine_finds_what_python_finds(engine: Any, text: str, expected: Callable[[Row], bool]) -> None:
    compiled = compile_filter(text)
    where = compiled.where.replace("FROM log_events", "FROM filter_tests.log_events")
    sql = f"SELECT span_id FROM filter_tests.spans WHERE {where} ORDER BY span_id"
    params = {**compiled.params, "project_id": PROJECT}
    found = [row[0] for row in engine.query(sql, parameters=params).result_rows]
    assert found == [row["span_id"] for row in ROWS if expected(whole(row))]
