"""Spans of no known convention: a provider's JSON in input and output is read; for calls to models, text is what was said."""

from __future__ import annotations

from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_documents, read_request, read_response, read_tools
from backend.conventions.messages.values import as_map, decoded


def render(span: RawSpan) -> Rendered | None:
    if not span.input and not span.output:
        return None
    given, result = decoded(span.input), decoded(span.output)
    if span.type == "tool":
        return Rendered(tool={"name": None, "arguments": given or None, "result": result if span.output else None})
    found = Rendered()
    found.input_messages = read_request(given) or _said(span, "user", span.input)
    if span.type == "embedding":
        return found
    found.output_messages = read_response(result) or _said(span, "assistant", span.output)
    found.tool_definitions = read_tools(as_map(given).get("tools"))
    if span.type in ("retriever", "reranker"):
        found.documents = read_documents(result)
    return found


def _said(span: RawSpan, role: str, said: str) -> list[Message]:
    return [message(role, [text(str(decoded(said)) if said[:1] == '"' else said)])] if said and span.is_call else []
