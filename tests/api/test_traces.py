"""`/api/v1/traces` and `/api/v1/spans` on the real engine."""

from __future__ import annotations

import os
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from tests.api.conftest import Send
from tests.conftest import World
from tests.support.otlp import key_values, llm_span, span

pytestmark = [pytest.mark.store, pytest.mark.django_db]
SECOND = 1_000_000_000


def get(client: Client, path: str, status: int = 200, **query: Any) -> Any:
    reply = client.get(f"/api/v1/{path}" + (f"?{urlencode(query)}" if query else ""))
    assert reply.status_code == status, reply.content
    return reply.json()


def test_a_trace_reads_as_the_design_says(api: Client, send: Send) -> None:
    trace_id, start = os.urandom(16), time.time_ns() // SECOND * SECOND + 123_456_789 - SECOND
    root = span("run", trace_id=trace_id, start_time_unix_nano=start, end_time_unix_nano=start + 1_500_000)
    send(root, llm_span(trace_id, parent=root.span_id))
    view = get(api, f"traces/{trace_id.hex()}")
    assert (view["name"], view["span_count"], view["payloads"], view["scores"]) == ("run", 2, True, [])
    first = next(item for item in view["spans"] if item["name"] == "run")
    assert first["start_time"].endswith(".123456789Z")
    assert (first["duration_ms"], first["parent_span_id"], first["provider"]) == (1.5, None, None)
    assert first["usage"] == dict.fromkeys(first["usage"])  # null, never 0
    call = next(item for item in view["spans"] if item["type"] == "llm")
    assert call["parent_span_id"] == root.span_id.hex()
    assert (call["usage"]["input_tokens"], call["usage"]["cache_read_tokens"]) == (100, None)
    assert call["output_messages"][0]["parts"] == [{"type": "text", "content": "Sunny."}]


def test_a_failed_span_says_why(api: Client, send: Send) -> None:
    failed = span("tool", status=Status(code=Status.STATUS_CODE_ERROR, message="no route"))
    send(failed)
    view = get(api, f"spans/{failed.trace_id.hex()}/{failed.span_id.hex()}")
    assert view["status"] == {"code": "error", "message": "no route"}
    assert view["error"]["message"] == "no route"
    assert view["prompt"] is None
    assert view["scope"] == {"name": "tests", "version": ""}


def test_a_span_says_which_attribute_filled_each_field(api: Client, send: Send) -> None:
    call = llm_span(os.urandom(16))
    call.attributes.extend(key_values({"llm.model_name": "other", "odd": "x" * 400}))
    send(call)
    found = get(api, f"spans/{call.trace_id.hex()}/{call.span_id.hex()}/mapping")
    assert found["mapping_version"] == found["current_version"] > 0
    fields = {one["name"]: one for one in found["fields"]}
    model = fields["request_model"]
    assert (model["key"], model["stored"], model["source"]) == ("gen_ai.request.model", "gpt-4o-mini", "attribute")
    assert {"source": "attribute", "key": "llm.model_name", "member": None, "value": "other"} in model["lost"]
    assert fields["type"]["key"] == "gen_ai.operation.name"
    assert (fields["user_id"]["source"], fields["user_id"]["key"]) == ("none", None)
    assert fields["input"]["key"] == "gen_ai.input.messages"
    assert found["messages"]["convention"] == "otel_genai"
    assert "gen_ai.output.messages" in found["messages"]["attributes"]
    assert found["unused"] == ["odd"]


def test_the_list_is_paged(api: Client, send: Send) -> None:
    now = time.time_ns()
    for i in range(5):
        send(span(f"n{i}", start_time_unix_nano=now - (10 - i) * SECOND, end_time_unix_nano=now))
    seen, cursor = [], ""
    while True:
        page = get(api, "traces", limit=2, cursor=cursor, order="oldest")
        seen += [row["name"] for row in page["results"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["n0", "n1", "n2", "n3", "n4"]


def test_the_window_and_the_filter_narrow_the_list(api: Client, send: Send) -> None:
    now = time.time_ns()
    send(span("old", start_time_unix_nano=now - 7200 * SECOND, end_time_unix_nano=now - 7100 * SECOND))
    send(llm_span(os.urandom(16)))
    assert len(get(api, "traces")["results"]) == 2
    assert len(get(api, "traces", **{"from": "now-1h"})["results"]) == 1
    assert [row["name"] for row in get(api, "traces", to="now-1h")["results"]] == ["old"]
    assert len(get(api, "traces", filter="type:llm")["results"]) == 1


def test_it_hides_other_projects(api: Client, other_api: Client, send: Send, world: World) -> None:
    mine = span("secret")
    send(mine)
    trace_id, span_id = mine.trace_id.hex(), mine.span_id.hex()
    assert get(other_api, "traces")["results"] == []
    for path in (f"traces/{trace_id}", f"spans/{trace_id}/{span_id}", f"spans/{trace_id}/{span_id}/mapping"):
        assert get(other_api, path, 404)["error"]["code"] == "not_found"
        assert "error" not in get(api, path) or get(api, path)["name"] == "secret"
    assert get(other_api, "traces", filter="secret")["results"] == []
    # The project comes from the key alone.
    assert get(other_api, "traces", project="support-bot")["results"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "now", "to": "now-1h"}, "from"),
        ({"limit": "0"}, "limit"),
        ({"limit": "501"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"order": "cost"}, "order"),
        ({"cursor": "garbage"}, "cursor"),
        ({"filter": "nosuchfield:1"}, "filter"),
        ({"limt": "3"}, "limt"),
    ],
)
def test_a_wrong_parameter_is_named(api: Client, send: Send, query: dict[str, str], field: str) -> None:
    error = get(api, "traces", 400, **query)["error"]
    assert (error["code"], error["field"]) == ("invalid_input", field)
    assert error["message"].endswith((".", "?", "`"))


@pytest.mark.parametrize("path", ["traces/xyz", "traces/" + "0" * 31, "spans/xyz/abc"])
def test_an_id_that_is_none_is_named(api: Client, send: Send, path: str) -> None:
    assert get(api, path, 400)["error"]["field"] == "trace_id"


def test_the_whole_list_comes_as_a_file(api: Client, other_api: Client, send: Send) -> None:
    send(*(span(f"=work {number}") for number in range(5)))

    def lines(client: Client, status: int = 200, **query: str) -> list[str]:
        reply = client.get("/api/v1/traces/export", query)
        assert reply.status_code == status
        return b"".join(reply).decode().splitlines()

    assert len(lines(api)) == 5
    told = lines(api, format="csv", filter='"work 3"')
    assert (told[0].split(",")[:2], len(told)) == (["trace_id", "name"], 2)
    assert "'=work 3" in told[1]
    assert lines(other_api) == []
    assert api.get("/api/v1/traces/export", {"format": "xls"}).json()["error"]["field"] == "format"
    assert api.get("/api/v1/traces/export", {"filter": "("}).status_code == 400
