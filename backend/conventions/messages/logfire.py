"""Pydantic AI and Logfire: pydantic_ai.all_messages, all_messages_events, request_data, tool_response."""

from __future__ import annotations

from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_messages, read_request, read_response, read_tools
from backend.conventions.messages.values import as_list, as_map, as_text, json_attribute


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    if span.type == "tool":
        keys = ("tool_arguments", "tool_response")
        given, result = (json_attribute(attributes, key) for key in keys)
        return Rendered(tool={"name": None, "arguments": given, "result": result}) if given or result else None
    found = Rendered()
    whole = _conversation(json_attribute(attributes, "pydantic_ai.all_messages", "all_messages_events", "events"))
    # The conversation holds the answer too: what the model said last is the output.
    answered = bool(whole) and whole[-1]["role"] == "assistant"
    found.input_messages, found.output_messages = (whole[:-1], whole[-1:]) if answered else (whole, [])
    if not whole:
        request = json_attribute(attributes, "request_data")
        found.input_messages = read_request(request) or []
        found.output_messages = read_response(json_attribute(attributes, "response_data")) or []
        found.tool_definitions = read_tools(as_map(request).get("tools")) if as_map(request).get("tools") else []
    if not found.output_messages and attributes.get("final_result"):
        found.output_messages = [message("assistant", [text(as_text(attributes["final_result"]))])]
    return found


ROLE_OF_PART = {"system-prompt": "system", "tool-return": "tool", "builtin-tool-return": "tool"}


def _of_envelope(item: dict[str, object]) -> list[dict[str, object]]:
    """Pydantic AI before 0.1: {"kind": "request" | "response", "parts"}, a role to each part of a request."""
    if item.get("kind") == "response":
        return [{"role": "assistant", "parts": item.get("parts")}]
    if item.get("kind") != "request":
        return [item]
    parts = [as_map(part) for part in as_list(item.get("parts"))]
    roles = [ROLE_OF_PART.get(str(part.get("part_kind")), "user") for part in parts]
    return [{"role": role, "parts": [part]} for role, part in zip(roles, parts, strict=True)]


def _conversation(value: object) -> list[Message]:
    """Messages; or the older events, each {"event.name": "gen_ai.choice", "message": {…}} or a message itself."""
    items = [one for item in as_list(value) for one in _of_envelope(as_map(item))]
    flat = [{**item, **as_map(item.get("message"))} for item in items]
    return (read_messages(flat, "user") or []) if flat else []
