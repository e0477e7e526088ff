"""The generated SELECT on the real engine: OTLP in, columns out."""

from __future__ import annotations

import json
import time
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from backend.conventions.columns import FIELDS
from backend.conventions.http_failure import failed_status
from backend.conventions.picking import candidate_codes
from backend.conventions.sql import normalising_select
from backend.core.limits import PREVIEW_CHARS
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.support.otlp import key_values, request, span

pytestmark = pytest.mark.store
PROJECT = UUID(int=3)


@pytest.fixture
def stored(store):
    """Store one span with these attributes; its row."""

    def store_one(attributes=None, resource=None, scope="tests", **fields):
        sent = request(span(attributes=attributes, **fields), resource=resource, scope=scope)
        body = check_traces(sent.SerializeToString(), time.time_ns()).body
        store.insert_protobuf("otlp_traces", frame(body, PROJECT, 77), INSERT_SETTINGS["otlp_traces"])
        sql = "SELECT *, toUnixTimestamp64Nano(start_time) AS start_ns FROM spans WHERE project_id = {project_id:UUID}"
        return store.read(sql, {"project_id": PROJECT})[0]

    return store_one


def test_every_key_belongs_to_one_field():
    keys = [key for field in FIELDS for key in field.keys]
    assert len(keys) == len(set(keys)) == len(candidate_codes())


def test_the_select_names_each_column_once():
    assert normalising_select().count(" AS input_tokens") == 1


def test_genai_attributes_fill_their_columns(stored):
    row = stored(
        {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "OpenAI",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.output_tokens": 0,
            "gen_ai.response.finish_reasons": ["stop", "length"],
            "gen_ai.request.temperature": 0.5,
            "gen_ai.response.time_to_first_chunk": 0.25,
            "gen_ai.conversation.id": "c1",
        }
    )
    assert (row["type"], row["provider"], row["request_model"]) == ("llm", "openai", "gpt-4o")
    assert (row["input_tokens"], row["output_tokens"], row["reasoning_tokens"]) == (12, 0, -1)
    assert (row["finish_reasons"], row["temperature"], row["session_id"]) == (["stop", "length"], 0.5, "c1")
    assert row["time_to_first_token_ns"] == 250_000_000


def test_openinference_attributes_fill_the_same_columns(stored):
    row = stored(
        {
            "openinference.span.kind": "LLM",
            "llm.model_name": "claude",
            "llm.token_count.prompt": 5,
            "llm.token_count.prompt_details.cache_read": 3,
            "session.id": "s",
            "tag.tags": ["a", "b"],
        }
    )
    assert (row["type"], row["request_model"], row["response_model"]) == ("llm", "claude", "claude")
    assert (row["input_tokens"], row["cache_read_tokens"], row["session_id"], row["tags"]) == (5, 3, "s", ["a", "b"])


def test_openllmetry_attributes_fill_the_same_columns(stored):
    row = stored({"traceloop.span.kind": "tool", "traceloop.entity.input": "{}", "gen_ai.system": "Anthropic"})
    assert (row["type"], row["input"], row["input_key"]) == ("tool", "{}", "traceloop.entity.input")
    assert row["provider"] == "anthropic"


def test_the_earlier_name_wins_and_an_empty_value_does_not(stored):
    row = stored(
        {
            "llm.token_count.prompt": 9,
            "gen_ai.usage.input_tokens": 4,
            "gen_ai.request.model": "",
            "llm.request.model": "m",
        }
    )
    assert (row["input_tokens"], row["request_model"]) == (4, "m")


def test_a_plain_span_stays_a_span(stored):
    assert stored({"http.request.method": "GET"})["type"] == "span"


def test_attributes_come_back_as_sent_and_content_is_stored_once(stored):
    row = stored({"input.value": "hello", "n": 3, "f": 1.5, "yes": True, "list": [1, "x", False], "bytes": b"\x00\x01"})
    assert row["attributes"] == {"n": "3", "f": "1.5", "yes": "true", "list": '[1,"x",false]', "bytes": "AAE="}
    assert (row["input"], row["input_key"], row["output_key"]) == ("hello", "input.value", "")


def test_the_span_itself_comes_back_to_the_nanosecond(stored):
    start = time.time_ns() - 5
    row = stored(
        trace_id=b"\x01" * 16,
        span_id=b"\x02" * 8,
        parent=bytes(8),
        start_time_unix_nano=start,
        end_time_unix_nano=start + 1,
        kind=Span.SPAN_KIND_CLIENT,
        status=Status(code=Status.STATUS_CODE_ERROR, message="broke"),
    )
    assert (row["trace_id"], row["span_id"], row["parent_span_id"]) == ("01" * 16, "02" * 8, "")
    assert (row["start_ns"], row["duration_ns"], row["kind"], row["status_code"]) == (start, 1, 3, 2)
    assert row["status_message"] == "broke"


def test_an_end_before_the_start_has_no_duration(stored):
    now = time.time_ns()
    assert stored(start_time_unix_nano=now, end_time_unix_nano=now - 9)["duration_ns"] == 0


def test_a_kind_nobody_knows_is_unspecified(stored):
    assert stored(kind=4_000, status=Status(code=77))["kind"] == 0


def test_the_exception_event_names_the_error(stored):
    event = Span.Event(name="exception", time_unix_nano=5, attributes=key_values({"exception.type": "ValueError"}))
    row = stored(events=[Span.Event(name="other"), event])
    assert row["error_type"] == "ValueError"
    assert row["events"][1]["name"] == "exception"


def test_resource_values_fill_what_the_span_does_not_say(stored):
    row = stored({"user.id": "u-span"}, resource={"user.id": "u-resource", "deployment.environment": "prod"})
    assert (row["user_id"], row["environment"], row["service_name"]) == ("u-span", "prod", "system-tests")


def test_previews_show_the_words_not_the_json(stored):
    messages = [
        {"role": "system", "parts": [{"type": "text", "content": "You are terse."}]},
        {"role": "user", "parts": [{"type": "text", "content": 'Say "é" \\ and\nmore ' + "x" * 500}]},
    ]
    row = stored(
        {
            "gen_ai.input.messages": json.dumps(messages),
            "gen_ai.output.messages": '[{"role": "assistant", "parts": []}]',
        }
    )
    assert row["input_preview"].startswith('Say "é" \\ and\nmore xxx')
    assert len(row["input_preview"]) == PREVIEW_CHARS
    assert row["output_preview"].startswith("[{")


@pytest.mark.parametrize(
    "text", ["", "[", '{"', '"', '{"content":"', '{"content":"\\', '{"content":"a\\u12', "plain", "{}", "日本" * 200]
)
def test_a_preview_of_anything_is_text(stored, text):
    preview = stored({"input.value": text})["input_preview"]
    assert isinstance(preview, str)
    assert len(preview) <= PREVIEW_CHARS


def test_garbage_numbers_are_not_given(stored):
    row = stored(
        {"gen_ai.usage.input_tokens": "many", "gen_ai.usage.output_tokens": -7, "gen_ai.request.temperature": "hot"}
    )
    assert (row["input_tokens"], row["output_tokens"], row["temperature"]) == (-1, -1, -1)


@pytest.mark.parametrize(
    ("status", "fields", "stored_as"),
    [
        (429, {"kind": Span.SPAN_KIND_CLIENT}, (2, "429")),
        (503, {"kind": Span.SPAN_KIND_SERVER}, (2, "503")),
        (404, {"kind": Span.SPAN_KIND_SERVER}, (0, "")),
        (404, {"status": Status(code=Status.STATUS_CODE_OK)}, (1, "")),
        (200, {}, (0, "")),
        ("4000", {}, (0, "")),
        (500, {"status": Status(code=Status.STATUS_CODE_ERROR, message="no")}, (2, "500")),
    ],
)
def test_a_refused_request_is_a_failed_span(stored, status, fields, stored_as):
    row = stored({"http.response.status_code": status}, **fields)
    assert (row["status_code"], row["error_type"]) == stored_as
    kind, ok = row["kind"] == 2, row["status_code"] == 1
    failed = failed_status(row["attributes"], server=kind, ok=ok)
    assert (failed > 0) == (row["status_code"] == 2)


def test_the_span_says_better_than_its_http_status_what_went_wrong(stored):
    row = stored({"http.status_code": 429, "error.type": "RateLimitError"}, kind=Span.SPAN_KIND_CLIENT)
    assert (row["status_code"], row["error_type"]) == (2, "RateLimitError")


@pytest.mark.parametrize(("code", "stored_as"), [(Status.STATUS_CODE_UNSET, 2), (Status.STATUS_CODE_OK, 1)])
def test_a_named_error_is_a_failure_unless_the_span_says_that_all_is_well(stored, code, stored_as):
    row = stored({"error.type": "Timeout"}, status=Status(code=code))
    assert (row["status_code"], row["error_type"]) == (stored_as, "Timeout")
