"""One value of a span by its address, and a call to send again."""

from __future__ import annotations

import contextlib
import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import NotFound
from backend.traces.view import SpanError, SpanEvent
from tests.web.spans import span
from web.replay import as_curl, openai_messages
from web.values import decoded_media, inside, text_of, value_at

CALL = {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": [1, {"b/c": "deep"}]}}
RESULT = {"type": "tool_call_response", "id": "c1", "response": "4"}
PICTURE = {"type": "blob", "mime_type": "image/png", "content": "AAAA"}
SPAN = span(
    1, input="raw in", output="raw out", attributes={"a.b:c": "v"}, resource_attributes={"r": "w"},
    input_messages=[
        {"role": "user", "parts": [{"type": "text", "content": "It's 漢"}, PICTURE]},
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, CALL]},
        {"role": "tool", "parts": [RESULT]},
    ],
    output_messages=[{"role": "assistant", "parts": ["bare text"]}],
    tool={"name": "f", "arguments": {"x": 1}, "result": None}, error=SpanError("E", "m", "stack"),
    documents=[{"id": "d", "content": "doc text", "metadata": {"source": "s"}}], tool_definitions=[{"name": "f"}],
    events=[SpanEvent("e", 1, {"k": "event value"})], request_model="m",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("input", "raw in"), ("output", "raw out"), ("attr:a.b:c", "v"), ("res:r", "w"), ("event.0:k", "event value"),
        ("in.0.0", "It's 漢"), ("in.1.1", CALL["arguments"]), ("in.2.0", "4"), ("out.0.0", "bare text"),
        ("out.0", "bare text"),
        ("args", {"x": 1}), ("stack", "stack"), ("doc.0", "doc text"), ("doc.0.1", {"source": "s"}),
        ("tool.0", {"name": "f"}),
    ],
)  # fmt: skip
def test_every_value_has_an_address(address: str, value: object) -> None:
    assert value_at(SPAN, address) == value


@pytest.mark.parametrize(
    "address",
    [
        "",
        "x",
        "in.9",
        "in.-1",
        "in.0.9",
        "in.x",
        "attr:none",
        "result",
        "event.5:k",
        "out.0.0.0.0x",
        "tool.99999999999",
    ],
)
def test_an_address_of_nothing_is_not_found(address: str) -> None:
    with pytest.raises(NotFound):
        value_at(SPAN, address)


@settings(deadline=None)
@given(st.text(alphabet="in.out0129:attr-doc", max_size=12))
def test_no_address_makes_it_raise_anything_else(address: str) -> None:
    with contextlib.suppress(NotFound):
        value_at(SPAN, address)


def test_a_pointer_leads_into_json_and_into_json_in_text() -> None:
    assert inside(CALL["arguments"], "/a/1/b~1c") == "deep"
    assert inside('{"a": [1, 2]}', "/a/1") == 2
    for wrong in ("/a/7", "/b", "/a/1/b", "/a/-1"):
        with pytest.raises(NotFound):
            inside('{"a": [1, 2]}', wrong)


def test_the_whole_call_as_messages_and_as_a_command() -> None:
    assert json.loads(text_of(value_at(SPAN, "messages")))["input_messages"] == SPAN.input_messages
    first, second, third = openai_messages(SPAN)
    assert [part["type"] for part in first["content"]] == ["text", "image_url"]
    assert second["tool_calls"][0]["function"] == {"name": "f", "arguments": '{"a": [1, {"b/c": "deep"}]}'}
    assert third == {"role": "tool", "tool_call_id": "c1", "content": "4"}
    words = shlex.split(as_curl(SPAN))
    assert json.loads(words[words.index("-d") + 1])["messages"] == openai_messages(SPAN)


def test_media_is_decoded_only_when_it_is_base64() -> None:
    assert decoded_media("AA AA\n") == b"\0\0\0"
    assert decoded_media("no base64!") is None
    assert decoded_media("") is None
