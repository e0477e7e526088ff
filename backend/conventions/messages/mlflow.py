"""MLflow: mlflow.spanInputs and mlflow.spanOutputs; every value is JSON, text too. Of a stream, its chunk events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.parts import text, tool_call
from backend.conventions.messages.schema import Message, Part, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_tools
from backend.conventions.messages.values import as_list, as_map, first_text, json_attribute, parse

CHUNK = "mlflow.chunk.item."


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    found = read_pair(span, attributes.get("mlflow.spanInputs", ""), attributes.get("mlflow.spanOutputs", ""))
    if span.type == "llm" and found is not None and not any(one["parts"] for one in found.output_messages):
        # MLflow's summary of a streamed answer has no tool calls, and says "stop" whatever the last chunk said.
        answers = _streamed(span)
        found.output_messages, found.streamed = answers or found.output_messages, bool(answers)
    tools = json_attribute(attributes, "mlflow.chat.tools")
    if tools is not None:
        found = found or Rendered()
        found.tool_definitions = read_tools(tools)
    return found


# -- chunks of OpenAI's chat completions -------------------------------------------------------------------------------
@dataclass
class _Choice:
    """One answer as it grows. `calls`: index of the call → its id, name and pieces of its arguments."""

    said: list[str] = field(default_factory=list[str])
    calls: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict[str, tuple[str, str, list[str]]])
    reason: str = ""

    def message(self) -> Message:
        parts: list[Part] = [text("".join(self.said))] if self.said else []
        parts += [tool_call(name, "".join(pieces), call_id) for call_id, name, pieces in self.calls.values()]
        return message("assistant", parts, self.reason)


def _streamed(span: RawSpan) -> list[Message]:
    choices: dict[str, _Choice] = {}
    for chunk in _chunks(span):
        for one in map(as_map, as_list(chunk.get("choices"))):
            _add(choices.setdefault(str(one.get("index")), _Choice()), one)
    return [choice.message() for choice in choices.values() if choice.said or choice.calls]


def _chunks(span: RawSpan) -> Iterator[dict[str, object]]:
    for name, _, attributes in span.events:
        if name.startswith(CHUNK):
            yield as_map(parse(attributes.get("mlflow.chunk.value", "")))


def _add(choice: _Choice, chunk: dict[str, object]) -> None:
    delta = as_map(chunk.get("delta"))
    said = first_text(delta, "content")
    choice.said += [said] if said else []
    choice.reason = first_text(chunk, "finish_reason") or choice.reason
    for call in map(as_map, as_list(delta.get("tool_calls"))):
        function, index = as_map(call.get("function")), str(call.get("index"))
        call_id, name, pieces = choice.calls.get(index, ("", "", []))
        pieces.append(first_text(function, "arguments"))
        choice.calls[index] = (first_text(call, "id") or call_id, first_text(function, "name") or name, pieces)
