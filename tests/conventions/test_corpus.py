"""Recorded bodies of real SDKs, through ingest and the real engine: the calls read as their makers know them."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from backend.store.client import Store
from backend.traces import services
from backend.traces.view import SpanView
from tests.support.corpus import LIBRARIES, expected, recorded, spans_in, store_library

pytestmark = pytest.mark.store
PROJECT = UUID(int=7)
# Per cent of the facts that are right. Raise a floor when more is read; never lower it without a reason beside it.
FLOORS: dict[str, int] = {
    "google-adk": 90,  # it never says which model answered
    "js-ai-sdk-v7-modern": 100,
    "langfuse-v4": 100,
    "langsmith-otel-only": 100,
    "litellm-otel": 100,
    "mlflow-openai": 100,
    "openinference-langchain": 99,
    "openinference-llama-index": 100,
    "openinference-openai": 100,
    "openinference-openai-agents": 97,
    "otel-genai-anthropic": 100,
    "otel-google-genai-default": 98,
    "otel-openai-genai-eventonly": 100,
    "otel-openai-genai-latest": 100,
    "otel-openai-v2-content": 100,
    "otel-openai-v2-default": 100,
    "phoenix-otel-http": 100,
    "pydantic-ai-logfire": 100,
    "strands-agents": 100,
    "traceloop-openai": 100,
    "traceloop-openai-0.40": 98,
    "traceloop-sdk": 100,
    "web-http-json": 0,
}
TOKENS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cached_input_tokens": "cache_read_tokens",
    "cache_creation_tokens": "cache_write_tokens",
    "reasoning_tokens": "reasoning_tokens",
}
Facts = Counter[tuple[str, bool]]


def test_every_library_has_a_floor() -> None:
    assert sorted(FLOORS) == LIBRARIES


@pytest.mark.parametrize("library", LIBRARIES)
def test_its_calls_read_as_their_maker_knows_them(store: Store, library: str) -> None:
    store_library(store, library, PROJECT)
    traces = {span.trace_id.hex() for one in recorded(library).values() for span in spans_in(one)}
    views = {span.span_id: span for trace in traces for span in services.get_trace(PROJECT, trace).spans}
    facts, wrong = Facts(), list[str]()
    for scenario in expected(library)["scenarios"]:
        _check_scenario(library, scenario, views, facts, wrong)
    right = sum(count for (_, ok), count in facts.items() if ok)
    share = 100 * right / max(facts.total(), 1)
    print(f"{library}: {right} of {facts.total()}", *wrong, sep="\n  ")  # noqa: T201 - shown when it fails
    assert share >= FLOORS[library], f"{share:.1f} % of {facts.total()} facts are right"


def _check_scenario(
    library: str, scenario: dict[str, Any], views: dict[str, SpanView], facts: Facts, wrong: list[str]
) -> None:
    bodies = [recorded(library)[name] for name in scenario["files"]]
    sent = [span for body in bodies for span in spans_in(body)]
    # What the bytes do not carry, nobody can show.
    said = _squashed(" ".join(str(body.message).encode().decode("unicode_escape", "ignore") for body in bodies))
    free = [views[s.span_id.hex()] for s in sent if s.span_id.hex() in views]
    assert len(free) == len(sent), "spans are missing"
    free = [view for view in free if view.type in ("llm", "embedding")]
    for call in scenario["llm_calls"]:
        if call.get("request_model", "\0") not in said:
            continue
        best = max(free, key=lambda view, call=call: _closeness(call, view), default=None)
        told = [("call found", best is not None, call.get("request_model"), None)]
        if best is not None:
            free.remove(best)
            told += _facts(call, best, said)
        for what, ok, want, got in told:
            facts[what, ok] += 1
            if not ok:
                wrong.append(f"{scenario['scenario']}: {what}: want {str(want)[:60]!r}, got {str(got)[:60]!r}")


def _closeness(call: dict[str, Any], view: SpanView) -> int:
    return (
        4 * (bool(view.response_id) and view.response_id == call.get("response_id"))
        + 3 * (view.usage.output_tokens is not None and view.usage.output_tokens == call.get("output_tokens"))
        + 3 * (bool(_text_of(call)) and _text_of(call) in _squashed(_said(view)))
        + 2 * view.request_model.endswith(call.get("request_model", "\0"))
        + ((view.status.code == "error") == bool(call.get("error")))
    )


def _facts(call: dict[str, Any], view: SpanView, said: str) -> list[tuple[str, bool, object, object]]:
    embedding = call.get("operation") == "embeddings"
    kind = "embedding" if embedding else "llm"
    found: list[tuple[str, bool, object, object]] = [("type", view.type == kind, kind, view.type)]
    for field in ("request_model", "response_model"):
        want, got = call.get(field), getattr(view, field)
        if want and f'"{want}"' in said:
            found.append((field, got == want or got.endswith("/" + want), want, got))
    for field, name in TOKENS.items():
        want, got = call.get(field), getattr(view.usage, name)
        if not want or (embedding and field == "output_tokens") or not _carries(said, want):
            continue
        accepted = {want, call.get("input_tokens_incl_cache", want)} if field == "input_tokens" else {want}
        if field == "output_tokens":  # some count thoughts beside it
            accepted.add(want + call.get("reasoning_tokens", 0))
        found.append((name, got in accepted, accepted, got))
    text = _text_of(call)
    if text and text in said and not embedding:
        found.append(("output text", text in _squashed(_said(view)), text, _said(view)))
    if not call.get("error"):
        calls = [part for m in view.output_messages for part in m["parts"] if part["type"] == "tool_call"]
        for wanted in call.get("tool_calls", []):
            if wanted["name"] in said and all(str(v) in said for v in (wanted.get("arguments") or {}).values()):
                named = [part for part in calls if part.get("name") == wanted["name"]]
                right = any(_opened(part.get("arguments")) == wanted.get("arguments") for part in named)
                found.append(("tool call", right, wanted, calls))
    return found


def _carries(said: str, number: int) -> bool:
    return re.search(rf"(?<![\d.]){number}(?![\d])", said) is not None


def _text_of(call: dict[str, Any]) -> str:
    text = call.get("output_text")
    return _squashed(text) if isinstance(text, str) else ""


def _said(view: SpanView) -> str:
    parts = (part for message in view.output_messages for part in message["parts"])
    return " ".join(str(part.get("content") or "") for part in parts if part["type"] in ("text", "reasoning"))


def _squashed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _opened(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value
