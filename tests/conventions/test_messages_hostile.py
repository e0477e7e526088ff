"""A span can hold anything: rendering never raises, and what cannot be read is shown as the text it is."""

from __future__ import annotations

import json
import logging
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.conventions.messages import LogEvent, RawSpan, render

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                [
                    "role",
                    "content",
                    "parts",
                    "type",
                    "text",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "id",
                    "messages",
                    "choices",
                    "message",
                    "output",
                    "generations",
                    "candidates",
                    "kwargs",
                    "lc",
                    "data",
                    "thinking",
                    "source",
                    "image_url",
                    "input_audio",
                    "functionCall",
                    "toolUse",
                    "summary",
                    "system",
                    "input",
                    "contents",
                    "tools",
                ]
            ),
            inner,
            max_size=5,
        ),
        st.sampled_from(
            ["user", "assistant", "tool", "text", "tool_use", "function_call", "image_url", "reasoning", "human"]
        ),
    ),
    max_leaves=25,
)
KEYS = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.result",
    "input.value",
    "output.value",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.contents.0.message_content.type",
    "llm.input_messages.0.message.tool_calls.0.tool_call.function.arguments",
    "llm.prompts",
    "retrieval.documents.0.document.metadata",
    "retrieval.documents.0.document.score",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.0.tool_calls.0.arguments",
    "gen_ai.prompt",
    "gen_ai.completion",
    "traceloop.entity.input",
    "traceloop.entity.output",
    "ai.prompt.messages",
    "ai.response.toolCalls",
    "ai.values",
    "mlflow.spanInputs",
    "mlflow.spanOutputs",
    "pydantic_ai.all_messages",
    "request_data",
    "gcp.vertex.agent.llm_request",
]
TYPES = ["llm", "embedding", "tool", "retriever", "agent", "span"]
EVENTS = ["gen_ai.user.message", "gen_ai.choice", "gen_ai.content.prompt", "gen_ai.client.inference.operation.details"]


def checked(span: RawSpan, caplog: pytest.LogCaptureFixture) -> None:
    """Renders, sees that no renderer failed, and that the result can be sent as JSON in UTF-8."""
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        found = render(span)
    assert caplog.records == []
    whole = [found.input_messages, found.output_messages, found.tool, found.documents, found.tool_definitions]
    json.dumps(whole, ensure_ascii=False, allow_nan=False).encode()


# The log handler is shared by the examples of one test on purpose: `checked` empties it each time.
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSON.map(json.dumps), st.sampled_from(TYPES), st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_any_json_in_any_attribute(
    caplog: pytest.LogCaptureFixture, text: str, kind: str, one: str, other: str
) -> None:
    checked(
        RawSpan(type=kind, attributes={one: text, other: text}, input=text, output=text, input_key="a", output_key="b"),
        caplog,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSON.map(json.dumps), st.sampled_from(TYPES), st.sampled_from(EVENTS))
def test_any_json_in_any_event(caplog: pytest.LogCaptureFixture, text: str, kind: str, event: str) -> None:
    attributes = dict.fromkeys(
        ["content", "message", "gen_ai.prompt", "role", "tool_calls", "gen_ai.input.messages"], text
    )
    span = RawSpan(type=kind, events=[(event, 1, attributes)], log_events=[LogEvent(event, text, attributes)])
    checked(span, caplog)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1000 + "]" * 1000,
        '{"a":' * 1000 + "1" + "}" * 1000,
        '[{"role":"user","content":' + "[" * 1000 + "]" * 1000 + "}]",
        "[" * 100_000,
        '[{"role": "user", "content": "broken',
        '[{"role": "user", "content": "half a pair \\ud83d"}]',
        "1" * 10_000,
        '{"content": ' + "9" * 10_000 + "}",
        '[NaN, Infinity, {"role": "user", "content": 1e999}]',
        "\x00\x01",
    ],
    ids=lambda text: text[:24].replace("\x00", "0"),
)
def test_text_that_breaks_parsers_is_shown_raw(text: str, caplog: pytest.LogCaptureFixture) -> None:
    for key in KEYS:
        checked(RawSpan(type="llm", attributes={key: text}), caplog)
    found = render(RawSpan(type="llm", input=text, input_key="gen_ai.input.messages"))
    if "role" not in text:
        assert found.input_messages[0]["parts"][0]["content"] == text


def test_absurd_indexes_take_no_memory() -> None:
    attributes = {
        "llm.input_messages.999999999.message.content": "last",
        "llm.input_messages.7.message.content": "first",
        "llm.input_messages.-1.message.content": "no index",
        "llm.input_messages.٣.message.content": "no index",
        "llm.input_messages." + "9" * 5000 + ".message.content": "no index",
        "llm.input_messages.7.message.tool_calls.888888888.tool_call.function.name": "wave",
    }
    found = render(RawSpan(type="llm", attributes=attributes)).input_messages
    assert [one["parts"][0]["content"] for one in found] == ["first", "last"]
    assert found[0]["parts"][1]["name"] == "wave"


def test_megabytes_are_rendered_in_a_moment(caplog: pytest.LogCaptureFixture) -> None:
    long = json.dumps([{"role": "user", "content": "x" * 5_000_000}])
    many = json.dumps([{"type": "function_call", "call_id": "c", "name": "t", "arguments": "{}"}] * 10_000)
    started = time.monotonic()
    checked(RawSpan(type="llm", input=long, input_key="gen_ai.input.messages"), caplog)
    checked(RawSpan(type="llm", output=many, output_key="output.value"), caplog)
    checked(RawSpan(type="llm", input="y" * 5_000_000, input_key="custom"), caplog)
    assert time.monotonic() - started < 5  # about 0.5 s here; a quadratic step would take minutes


def test_a_failing_renderer_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(span: RawSpan) -> None:
        raise ValueError("a reader's mistake")

    monkeypatch.setattr("backend.conventions.messages.RENDERERS", [("broken", broken)])
    found = render(RawSpan(type="llm", input="asked", output="answered", input_key="a", output_key="b"))
    assert found.input_messages[0]["parts"][0]["content"] == "asked"
    assert found.output_messages[0]["parts"][0]["content"] == "answered"
