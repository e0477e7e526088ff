"""SDKs that nobody recorded for us: spans made by hand from the names that they publish, read like all the others."""

from __future__ import annotations

import json
import os
import time
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backend.store.otlp import INSERT_SETTINGS
from backend.traces import services
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.conventions.other_sdk_steps import OTHERS
from tests.conventions.other_sdks import CALLS
from tests.support.otlp import key_values, request, span

pytestmark = pytest.mark.store
PROJECT = UUID(int=11)


def read(store, sample: dict[str, Any]) -> Any:
    """The span as the API has it."""
    trace, own = os.urandom(16), os.urandom(8)
    events = [Span.Event(name=name, attributes=key_values(given)) for name, given in sample.get("events", [])]
    attributes = {k: json.dumps(v) if isinstance(v, dict) else v for k, v in sample["attributes"].items()}
    sent = span(sample.get("name", "call"), trace_id=trace, span_id=own, attributes=attributes, events=events)
    body = check_traces(request(sent, scope=sample["scope"]).SerializeToString(), time.time_ns()).body
    store.insert_protobuf("otlp_traces", frame(body, PROJECT, time.time_ns()), INSERT_SETTINGS["otlp_traces"])
    return services.get_span(PROJECT, trace.hex(), own.hex())


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(m["role"], p["content"]) for m in messages for p in m["parts"] if p["type"] == "text"]


def calls(messages: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(p["name"], p["arguments"]) for m in messages for p in m["parts"] if p["type"] == "tool_call"]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_to_a_model_reads_right(store, name: str) -> None:
    sample = CALLS[name]
    found, wanted = read(store, sample), sample["reads"]
    assert (found.type, found.provider, found.request_model or found.response_model) == (
        "llm",
        wanted["provider"],
        wanted["model"],
    )
    numbers = (found.usage.input_tokens, found.usage.output_tokens, found.usage.cache_read_tokens)
    assert numbers == wanted["usage"]
    assert ("user", "Weather in Ulm?") in said(found.input_messages)
    if "answer" in wanted:
        assert said(found.output_messages) == [("assistant", wanted["answer"])]
    if "call" in wanted:
        assert calls(found.output_messages) == [("get_weather", {"city": "Ulm"})]
    assert (found.session_id, found.user_id) == (wanted.get("session", ""), wanted.get("user", ""))
    assert found.finish_reasons == wanted.get("finish", [])


@pytest.mark.parametrize("name", OTHERS)
def test_a_step_that_calls_no_model_reads_right(store, name: str) -> None:
    sample = OTHERS[name]
    found, wanted = read(store, sample), sample["reads"]
    assert found.type == wanted["type"]
    if "tool" in wanted:
        assert (found.tool_name or found.tool["name"], found.tool["arguments"], found.tool["result"]) == wanted["tool"]
    if "documents" in wanted:
        assert [(doc["content"], doc["score"]) for doc in found.documents] == wanted["documents"]
