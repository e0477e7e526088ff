"""One value of a span by its address: `in.3.0` is the first part of the fourth input message, `attr:KEY` an attribute.

The panel shows the beginning of a value; with its address the rest of it is asked for. Pure.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from backend.core.errors import NotFound
from backend.traces import conversation
from backend.traces.otlp_json import otlp_json
from backend.traces.view import Message, SpanView
from web.replay import as_curl, openai_messages


def value_at(span: SpanView, address: str) -> object:
    """Raises NotFound when the span has no such value."""
    kind, colon, key = address.partition(":")
    try:
        found = _keyed(span, kind, key) if colon else _plain(span, address)
    except (KeyError, IndexError, ValueError, TypeError):
        found = None
    if found is None:
        raise NotFound("This span has no such value (any more). Open the span again.")
    return found


def _keyed(span: SpanView, kind: str, key: str) -> object:
    if kind == "attr":
        return span.attributes[key]
    if kind == "res":
        return span.resource_attributes[key]
    place, _, number = kind.partition(".")
    return {"event": span.events, "link": span.links}[place][_index(number)].attributes[key]


def _plain(span: SpanView, address: str) -> object:
    name, *numbers = address.split(".")
    at = [_index(one) for one in numbers]
    if not at:
        return WHOLE[name](span)
    if name in ("in", "out"):
        message = (span.input_messages if name == "in" else span.output_messages)[at[0]]
        return part_value(parts_of(message)[at[1]]) if len(at) > 1 else conversation.text_of(message)
    if name == "doc":
        document = span.documents[at[0]]
        return document.get("content") or "" if len(at) == 1 else document.get("metadata")
    return {"tool": span.tool_definitions}[name][at[0]]


def _index(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise ValueError(text)
    return int(text)


def messages_of(span: SpanView) -> dict[str, Any]:
    """All messages of a call, in the OpenTelemetry GenAI schema."""
    tools = {"tool_definitions": span.tool_definitions} if span.tool_definitions else {}
    return {"input_messages": span.input_messages, "output_messages": span.output_messages, **tools}


WHOLE: Mapping[str, Callable[[SpanView], object]] = {
    "input": lambda span: span.input,
    "output": lambda span: span.output,
    "args": lambda span: (span.tool or {})["arguments"],
    "result": lambda span: (span.tool or {})["result"],
    "stack": lambda span: span.error.stacktrace if span.error else None,
    "in": lambda span: span.input_messages,
    "out": lambda span: span.output_messages,
    "messages": messages_of,
    "tools": lambda span: span.tool_definitions,
    "raw": otlp_json,
    "openai": openai_messages,
    "curl": as_curl,
}


def parts_of(message: Message) -> list[dict[str, Any]]:
    """What is no part is a text."""
    given = message.get("parts") or []
    return [
        cast("dict[str, Any]", part) if isinstance(part, dict) else {"type": "text", "content": part}
        for part in (given if isinstance(given, list) else [given])
    ]


def part_value(part: Mapping[str, Any]) -> object:
    """What is shown of a part: its text, its arguments, its result, its address."""
    match part.get("type"):
        case "text" | "reasoning":
            return part.get("content") or ""
        case "tool_call":
            return {} if part.get("arguments") is None else part["arguments"]
        case "tool_call_response":
            response = part.get("response", part.get("result"))
            return "" if response is None else response
        case "blob":
            return part.get("content") or part.get("data") or ""
        case "uri" | "file":
            return part.get("uri") or part.get("file_id") or ""
        case _:
            return dict(part)


def text_of(value: object, *, pretty: bool = True) -> str:
    """Text as it is; everything else as JSON."""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False, default=str, indent=2 if pretty else None)
    except (RecursionError, ValueError, TypeError):
        return "(nested too deep to be shown)"


def inside(value: object, pointer: str) -> object:
    """The member of a JSON value that a JSON Pointer (RFC 6901) names. Raises NotFound."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(value)
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        try:
            value = value[_index(name)] if isinstance(value, list) else cast("dict[str, Any]", value)[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise NotFound("This value has no such member.") from None
    return value


def decoded_media(value: object) -> bytes | None:
    """The bytes of base64 text; None when it is something else."""
    text = "".join(value.split()) if isinstance(value, str) else ""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None
