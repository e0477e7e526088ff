"""OpenLLMetry (Traceloop), older names too: gen_ai.prompt.N.…, gen_ai.completion.N.…, traceloop.entity.input/output."""

from __future__ import annotations

from collections.abc import Mapping

from backend.conventions.messages.parts import read_parts, reasoning, tool_call
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import (
    merged,
    message,
    read_messages,
    read_request,
    read_response,
    read_tools,
    role_of,
)
from backend.conventions.messages.values import (
    as_map,
    below,
    decoded,
    indexed,
    is_list,
    is_map,
    json_text,
    number,
    opened,
)

INPUTS = ("gen_ai.prompt", "llm.prompts")
OUTPUTS = ("gen_ai.completion", "llm.completions")


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    found = Rendered()
    if span.type == "tool":
        found.tool = _tool(attributes)
        return found
    found.input_messages = _all(attributes, INPUTS, "user")
    found.output_messages = _all(attributes, OUTPUTS, "assistant")
    found.tool_definitions = [
        tool
        for one in indexed(attributes, "llm.request.functions")
        for tool in read_tools(json_text(_open_schema(one)))
    ]
    found.documents = [_document(attributes) for name, _, attributes in span.events if name == "db.query.result"]
    if not found.says_something and ("traceloop.entity.input" in attributes or "traceloop.entity.output" in attributes):
        _of_entity(found, attributes)
    return found


def _all(attributes: Mapping[str, str], prefixes: tuple[str, ...], role: str) -> list[Message]:
    for prefix in prefixes:
        messages = [_message(one, role) for one in indexed(attributes, prefix)]
        if messages:
            return merged(messages)
    return []


def _message(item: Mapping[str, str], role: str) -> Message:
    """{"role", "content", "finish_reason", "tool_calls.0.name", "tool_call_id", …} of one index."""
    role = role_of(item.get("role"), role)
    parts = [reasoning(item["reasoning"])] if item.get("reasoning") else []
    parts += _content(item.get("content", ""))
    parts += [_call(one) for one in indexed(item, "tool_calls")]
    if item.get("function_call.name"):
        parts.append(tool_call(item["function_call.name"], item.get("function_call.arguments")))
    if role == "tool":
        made = read_messages(
            {"role": "tool", "content": item.get("content", ""), "tool_call_id": item.get("tool_call_id")}, role
        )
        parts = made[0]["parts"] if made else parts
    return message(role, parts, item.get("finish_reason"))


def _content(said: str) -> list[dict[str, object]]:
    """Text; several parts were written as their JSON; a list of plain values is text that looks like JSON."""
    value = opened(said)
    is_parts = is_list(value) and all(is_map(one) and "type" in one for one in value)
    return read_parts(value if is_parts and value else said)


def _call(item: Mapping[str, str]) -> dict[str, object]:
    name = item.get("name") or item.get("function.name") or ""
    return tool_call(name, item.get("arguments") or item.get("function.arguments"), item.get("id"))


def _open_schema(item: Mapping[str, str]) -> dict[str, object]:
    return {**item, "parameters": opened(item.get("parameters") or item.get("input_schema"))}


def _of_entity(found: Rendered, attributes: Mapping[str, str]) -> None:
    """A decorated function: messages only when its arguments or its result are messages."""
    given = as_map(decoded(attributes.get("traceloop.entity.input", "")))
    for candidate in (given.get("inputs"), given.get("kwargs"), given.get("args"), given):
        found.input_messages = found.input_messages or read_request(candidate) or []
    result = decoded(attributes.get("traceloop.entity.output", ""))
    for candidate in (as_map(result).get("outputs"), result):
        found.output_messages = found.output_messages or read_response(candidate) or []


def _document(event: Mapping[str, str]) -> dict[str, object]:
    """What a vector database found: db.query.result.id, .document, .distance or .score, .metadata."""
    said = below(event, "db.query.result")
    return {
        "id": said.get("id") or None,
        "content": said.get("document", ""),
        "score": number(said.get("score") or said.get("distance")),
        "metadata": as_map(opened(said.get("metadata", ""))),
    }


def _tool(attributes: Mapping[str, str]) -> dict[str, object] | None:
    if "traceloop.entity.name" not in attributes and "traceloop.entity.input" not in attributes:
        return None
    given = decoded(attributes["traceloop.entity.input"]) if "traceloop.entity.input" in attributes else None
    call = as_map(given)
    if set(call) >= {"args", "kwargs"}:  # a decorated function: positional arguments only when there are any
        given = call if call["args"] else call["kwargs"]
    output = attributes.get("traceloop.entity.output")
    return {
        "name": attributes.get("traceloop.entity.name") or None,
        "arguments": given,
        "result": None if output is None else decoded(output),
    }
