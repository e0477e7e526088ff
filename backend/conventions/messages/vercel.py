"""Vercel AI SDK: ai.prompt.messages, ai.response.text, ai.response.toolCalls, ai.toolCall.args, …"""

from __future__ import annotations

from collections.abc import Mapping

from backend.conventions.messages.parts import reasoning, text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_call, read_request, read_tools
from backend.conventions.messages.values import as_list, as_map, as_text, decoded, first_text, json_attribute


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    if not any(key.startswith("ai.") for key in attributes):
        return None
    if "ai.toolCall.name" in attributes:
        return Rendered(
            tool={
                "name": attributes["ai.toolCall.name"],
                "arguments": json_attribute(attributes, "ai.toolCall.args", "ai.toolCall.input"),
                "result": json_attribute(attributes, "ai.toolCall.result", "ai.toolCall.output"),
            }
        )
    return Rendered(
        input_messages=_input(attributes),
        output_messages=_output(attributes),
        tool_definitions=read_tools(json_attribute(attributes, "ai.prompt.tools")),
    )


def _input(attributes: Mapping[str, str]) -> list[Message]:
    asked = read_request(json_attribute(attributes, "ai.prompt.messages"))
    asked = asked or read_request(json_attribute(attributes, "ai.prompt"))
    if asked:
        return asked
    value = json_attribute(attributes, "ai.values")  # embedMany: a list of JSON texts
    values = [as_text(decoded(as_text(one))) for one in as_list(value)]
    if "ai.value" in attributes:
        values = [as_text(decoded(attributes["ai.value"]))]
    return [message("user", [text(one)]) for one in values if one]


def _output(attributes: Mapping[str, str]) -> list[Message]:
    thought = first_text(attributes, "ai.response.reasoning")
    said = first_text(attributes, "ai.response.text", "ai.result.text", "ai.response.object", "ai.result.object")
    calls = as_list(json_attribute(attributes, "ai.response.toolCalls", "ai.result.toolCalls"))
    parts = [reasoning(thought)] if thought else []
    parts += [text(said)] if said else []
    parts += [read_call(as_map(call)) for call in calls]
    reason = first_text(attributes, "ai.response.finishReason", "ai.finishReason")
    return [message("assistant", parts, reason)] if parts else []
