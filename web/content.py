"""What the span panel shows: messages and values made ready for the template, long ones cut, hostile ones harmless."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, cast

from backend.conventions.messages.values import number
from backend.conventions.parameters import parameters, response_schema, verdict
from backend.core import limits
from backend.traces.conversation import Difference
from backend.traces.view import SpanView
from web import chat
from web.chat import Group, ShownMessage
from web.jsonview import vector_note
from web.shown import Mode, Reader, Shown, ShownAttribute
from web.values import messages_of

SAYS_VERDICT = ("guardrail", "evaluator")
# What a check says when it found something.
ALARMS = {("passed", "false"), ("valid", "false")} | {
    (name, "true") for name in ("triggered", "tripwire_triggered", "flagged", "blocked")
}


@dataclass(frozen=True)
class ShownTool:
    """A tool that the model was offered."""

    name: str
    description: str
    parameters: Shown | None
    whole: Shown | None
    address: str


@dataclass(frozen=True)
class ShownDocument:
    """`share`: its score on a bar of 100, None when it has none."""

    id: str
    title: str
    text: Shown
    score: float | None
    share: float | None
    metadata: Shown | None


@dataclass(frozen=True)
class SpanContent:
    """Everything the panel shows that needs work before the template."""

    input_groups: list[Group]
    output_groups: list[Group]
    input: Shown | None
    output: Shown | None
    plain: list[tuple[str, Shown]]  # instead of all above, when the messages are asked for as JSON or as sent
    tool_arguments: Shown | None
    tool_result: Shown | None
    tools: list[ShownTool]
    documents: list[ShownDocument]
    vectors: list[str]
    parameters: list[tuple[str, Shown]]
    response_schema: Shown | None
    verdict: list[tuple[str, Shown]]
    alarm: bool
    attributes: list[ShownAttribute]
    attribute_count: int
    resource: list[ShownAttribute]
    events: list[tuple[Any, int, list[ShownAttribute]]] = field(
        default_factory=list[tuple[Any, int, list[ShownAttribute]]]
    )
    links: list[tuple[Any, list[ShownAttribute]]] = field(default_factory=list[tuple[Any, list[ShownAttribute]]])
    cut: bool = False
    http_failure: str = ""  # "429 Too Many Requests"

    @property
    def input_messages(self) -> list[ShownMessage]:
        return [one for group in self.input_groups if group.kind != "removed" for one in group.messages]

    @property
    def output_messages(self) -> list[ShownMessage]:
        return [one for group in self.output_groups for one in group.messages]

    @property
    def has_messages(self) -> bool:
        return bool(self.input_groups or self.output_groups)

    @property
    def says_something(self) -> bool:
        return bool(
            self.has_messages or self.input or self.output or self.documents or self.plain or self.vectors
            or self.tool_arguments or self.tool_result
        )  # fmt: skip


def present(
    span: SpanView, *, base: str = "", mode: Mode = "auto", difference: Difference | None = None
) -> SpanContent:
    """`base`: the span's own address; what is left out is loaded from below it. Without it nothing is left to load."""
    reader = Reader(base=base, mode=mode)
    tool = span.tool or {}
    inputs, outputs = span.input_messages, span.output_messages
    plain = _plain(span, mode, reader)
    arguments, result = (None if plain else tool.get(key) for key in ("arguments", "result"))
    found = verdict(span.attributes, span.output) if span.type in SAYS_VERDICT else {}
    input_groups = [] if plain else chat.groups(inputs, "in", reader, difference)
    return SpanContent(
        input_groups=input_groups,
        output_groups=[] if plain else chat.groups(outputs, "out", reader),
        input=reader.value(span.input, "input") if span.input and not inputs and not arguments and not plain else None,
        output=reader.value(span.output, "output")
        if span.output and not outputs and not result and not plain
        else None,
        plain=plain,
        tool_arguments=reader.value(arguments, "args") if arguments not in (None, "") else None,
        tool_result=reader.value(result, "result") if result not in (None, "") else None,
        tools=[_tool(one, i, reader) for i, one in enumerate(span.tool_definitions)],
        documents=_documents(span, reader),
        vectors=_vectors(span),
        parameters=_pairs(parameters(span.attributes, span.scope_name), reader),
        response_schema=_schema(span, reader),
        verdict=_pairs(found, reader),
        alarm=any((name.rpartition(".")[2], said.lower()) in ALARMS for name, said in found.items()),
        attributes=reader.attributes(span.attributes, "attr"),
        attribute_count=len(span.attributes),
        resource=reader.attributes(span.resource_attributes, "res"),
        events=[
            (event, event.time_ns - span.start_ns, reader.attributes(event.attributes, f"event.{i}"))
            for i, event in enumerate(span.events[: limits.SHOWN_EVENTS])
        ],
        links=[(one, reader.attributes(one.attributes, f"link.{i}")) for i, one in enumerate(span.links)],
        cut=reader.cut,
        http_failure=http_failure(span),
    )


def _plain(span: SpanView, mode: Mode, reader: Reader) -> list[tuple[str, Shown]]:
    if mode == "raw":
        return [
            (label, reader.value(said, label.lower()))
            for label, said in (("Input", span.input), ("Output", span.output))
            if said
        ]
    if mode == "json" and (span.input_messages or span.output_messages):
        return [("Messages", reader.value(messages_of(span), "messages"))]
    return []


def _tool(definition: Mapping[str, Any], index: int, reader: Reader) -> ShownTool:
    inner = definition.get("function")
    named = cast("Mapping[str, Any]", inner) if isinstance(inner, dict) else definition
    schema = named.get("parameters")
    address = f"tool.{index}"
    return ShownTool(
        name=str(named.get("name") or "tool"),
        description=str(named.get("description") or ""),
        # Loaded from below the definition: the schema is one of its members.
        parameters=Reader().value(schema, address) if schema not in (None, "", {}) else None,
        whole=None if named.get("name") else reader.value(dict(definition), address),
        address=address,
    )


def _documents(span: SpanView, reader: Reader) -> list[ShownDocument]:
    scores = [one.get("score") for one in span.documents]
    known = [abs(s) for s in scores if isinstance(s, int | float) and not isinstance(s, bool)]
    top = max([1.0, *known]) if known else 1.0
    shown: list[ShownDocument] = []
    for i, document in enumerate(span.documents):
        given = document.get("metadata")
        metadata = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        score = scores[i] if isinstance(scores[i], int | float) and not isinstance(scores[i], bool) else None
        if score is None and isinstance(scores[i], str):
            score = number(scores[i])
        named = next(
            (metadata[key] for key in ("title", "source", "name", "url", "file_name") if metadata.get(key)), ""
        )
        shown.append(
            ShownDocument(
                id=str(document.get("id") or ""),
                title=str(named),
                text=reader.value(document.get("content") or "", f"doc.{i}"),
                score=score,
                share=None if score is None else round(min(max(abs(score) / top, 0), 1) * 100, 1),
                metadata=reader.value(metadata, f"doc.{i}.1") if metadata else None,
            )
        )
    return shown


def _vectors(span: SpanView) -> list[str]:
    """Embeddings in a line each; there may be thousands of numbers in thousands of them."""
    notes: list[str] = []
    for key in sorted(span.attributes) if span.type == "embedding" else ():
        said = span.attributes[key]
        if not key.endswith(("vector", "embedding")) or said[:1] != "[" or len(said) > limits.JSON_CHARS:
            continue
        if len(notes) == 20:
            return [*notes, "…"]
        try:
            numbers = json.loads(said)
        except (ValueError, RecursionError):
            continue
        if isinstance(numbers, list) and numbers and all(isinstance(n, int | float) for n in numbers):
            notes.append(vector_note(numbers))
    return notes


def _schema(span: SpanView, reader: Reader) -> Shown | None:
    schema = response_schema(span.attributes)
    return Reader(nodes=reader.nodes).value(schema, "") if schema else None


def _pairs(values: Mapping[str, str], reader: Reader) -> list[tuple[str, Shown]]:
    return [(name, reader.value(said, "", limit=500, text=len(said) < 60)) for name, said in values.items()]


def http_failure(span: SpanView) -> str:
    """The status of a refused request in words."""
    code = span.http_failure
    return f"{code} {responses.get(code, '')}".strip() if code else ""
