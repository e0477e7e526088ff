"""Spans of no known convention: a provider's JSON in input and output; for calls to models, text is what was said."""

from __future__ import annotations

from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_documents, read_request, read_response, read_tools
from backend.conventions.messages.values import as_map, as_text, decoded, first


def render(span: RawSpan) -> Rendered | None:
    return read_pair(span, span.input, span.output)


def read_pair(span: RawSpan, given_text: str, result_text: str) -> Rendered | None:
    """Two texts, one in and one out, of a span of any type. For conventions that have such a pair of attributes."""
    if not given_text and not result_text:
        return None
    given, result = decoded(given_text), decoded(result_text)
    if span.type == "tool":
        return Rendered(tool={"name": None, "arguments": given or None, "result": result if result_text else None})
    found = Rendered()
    found.input_messages = read_request(given) or _said(span, "user", given)
    if span.type == "embedding":
        return found
    found.output_messages = read_response(result) or _said(span, "assistant", result)
    found.tool_definitions = read_tools(first(as_map(given), "tools", "functions"))
    if span.type in ("retriever", "reranker"):
        found.documents = read_documents(result)
    return found


def _said(span: RawSpan, role: str, said: object) -> list[Message]:
    return [message(role, [text(as_text(said))])] if said not in ("", None) and span.is_call else []
