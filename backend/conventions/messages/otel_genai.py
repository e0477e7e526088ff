"""OpenTelemetry GenAI, current: gen_ai.input.messages and its siblings, on the span, in a span event or a log event."""

from __future__ import annotations

from collections.abc import Mapping

from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.parts import read_parts
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_messages, read_response, read_tools, system_messages
from backend.conventions.messages.values import json_attribute

DETAILS = ("gen_ai.client.inference.operation.details", "gen_ai.client.inference.details")
CONTENT_KEYS = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result",
    "gen_ai.tool.name",
    "gen_ai.retrieval.documents",
    "gen_ai.retrieval.query.text",
)


def render(span: RawSpan) -> Rendered | None:
    sources = [span.attributes]
    sources += [attributes for name, _, attributes in span.events if name in DETAILS]
    sources += [event.attributes for event in span.log_events if event.event_name in DETAILS]
    found = Rendered()
    for attributes in sources:
        found.fill(_of_attributes(attributes, span))
    return found


def _of_attributes(attributes: Mapping[str, str], span: RawSpan) -> Rendered:
    found = Rendered()
    if not any(key in attributes for key in CONTENT_KEYS):
        return found
    system = json_attribute(attributes, "gen_ai.system_instructions")
    said = _conversation(json_attribute(attributes, "gen_ai.input.messages"), "user")
    starts_so = bool(said) and said[0]["role"] == "system"  # some libraries say the instructions in both places
    found.input_messages = said if starts_so else system_messages(system) + said
    output = json_attribute(attributes, "gen_ai.output.messages")
    found.output_messages = read_response(output) or _conversation(output, "assistant")
    found.tool_definitions = read_tools(json_attribute(attributes, "gen_ai.tool.definitions"))
    found.tool = _tool(attributes, span)
    found.documents = read_documents(json_attribute(attributes, "gen_ai.retrieval.documents"))
    asked = attributes.get("gen_ai.retrieval.query.text")
    if asked and not found.input_messages:
        found.input_messages = [message("user", read_parts(asked))]
    return found


def _conversation(value: object, role: str) -> list[Message]:
    if value is None:
        return []
    return read_messages(value, role) or [message(role, read_parts(value))]


def _tool(attributes: Mapping[str, str], span: RawSpan) -> dict[str, object] | None:
    keys = ("gen_ai.tool.name", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result")
    if span.type != "tool" and not any(key in attributes for key in keys[1:]):
        return None
    return {
        "name": attributes.get(keys[0]) or None,
        "arguments": json_attribute(attributes, keys[1]),
        "result": json_attribute(attributes, keys[2]),
    }
