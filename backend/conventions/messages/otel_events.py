"""OpenTelemetry GenAI, older: one event per message (gen_ai.user.message, gen_ai.choice, …), on the span or as logs.

Also gen_ai.content.prompt and gen_ai.content.completion, and the Bedrock-shaped contents that Strands writes into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backend.conventions.messages.parts import plain, text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_message, read_request, read_response
from backend.conventions.messages.values import as_map, first, is_map, json_attribute, opened, parse

ROLE_OF_EVENT = {
    "gen_ai.system.message": "system",
    "gen_ai.developer.message": "developer",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
Event = tuple[str, Mapping[str, object]]


def render(span: RawSpan) -> Rendered | None:
    events = list(_events(span))
    if not events:
        return None
    found = Rendered()
    if span.type == "tool":
        found.tool = _tool(events)
        return found
    for name, body in events:
        if name in ROLE_OF_EVENT:
            found.input_messages.append(_message(body, ROLE_OF_EVENT[name]))
        elif name == "gen_ai.choice":
            found.output_messages.append(_choice(body))
    for name, _, attributes in span.events:
        if name == "gen_ai.content.prompt":
            said = json_attribute(attributes, "gen_ai.prompt")
            found.input_messages += read_request(said) or [message("user", [text(str(said or ""))])]
        elif name == "gen_ai.content.completion":
            said = json_attribute(attributes, "gen_ai.completion")
            found.output_messages += read_response(said) or [message("assistant", [text(str(said or ""))])]
    return found


def _events(span: RawSpan) -> Iterator[Event]:
    """Span events with their attributes, log events with their structured body, in the order they arrived."""
    for name, _, attributes in span.events:
        if name.startswith("gen_ai."):
            # Azure AI and Semantic Kernel put the whole body into one attribute.
            body = as_map(parse(attributes.get("gen_ai.event.content", "")))
            yield name, {**{key: opened(value) for key, value in attributes.items()}, **body}
    for event in span.log_events:
        if event.event_name in ROLE_OF_EVENT or event.event_name == "gen_ai.choice":
            body = parse(event.body)
            yield event.event_name, as_map(body) or {**event.attributes, "content": event.body or None}


def _message(body: Mapping[str, object], role: str) -> Message:
    return read_message({**body, "role": body.get("role") or role}, role)


def _choice(body: Mapping[str, object]) -> Message:
    """{"index", "finish_reason", "message": {…} or content parts, "tool_calls"}"""
    inner = opened(body.get("message"))
    item = as_map(inner) if is_map(inner) else {"content": inner if inner is not None else body.get("content")}
    beside = {key: body[key] for key in ("tool_calls", "role") if key in body}
    made = read_message({"role": "assistant", **beside, **item}, "assistant")
    reason = body.get("finish_reason")
    return {**made, "finish_reason": reason} if isinstance(reason, str) and reason else made


def _tool(events: list[Event]) -> dict[str, object]:
    """Strands: the tool's arguments arrive as a tool message, its result as a choice."""
    bodies = dict(reversed(events))
    result = plain(first(bodies.get("gen_ai.choice", {}), "message", "content"))
    return {"name": None, "arguments": bodies.get("gen_ai.tool.message", {}).get("content"), "result": result}
