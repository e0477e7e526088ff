"""Spans of no known convention: a provider's JSON in input and output; for calls to models, text is what was said."""

from __future__ import annotations

from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message, read_request, read_response, read_tools
from backend.conventions.messages.values import as_list, as_map, as_text, decoded, first, first_text, is_list, is_map


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
    texts = embedded(given) if span.type == "embedding" else []
    found.input_messages = texts or read_request(given) or _said(span, "user", given)
    if span.type == "embedding":
        return found
    found.output_messages = read_response(result) or _said(span, "assistant", result)
    found.tool_definitions = read_tools(first(as_map(given), "tools", "functions"))
    if span.type in ("retriever", "reranker"):
        found.documents = read_documents(result)
    return found


def embedded(given: object) -> list[Message]:
    """The texts that an embedding was made of: a text, a list of them, or a request body around them."""
    inner = first(as_map(given), "input", "query", "text", "texts", "q", "args") or given
    texts = as_list(inner) or [inner]
    tokens = texts if all(is_list(one) for one in texts) else [texts]
    if all(isinstance(one, int) for some in tokens for one in as_list(some)) and texts:
        return [message("user", [text(f"{len(as_list(some)):,} tokens")]) for some in tokens]
    texts = [first_text(as_map(one), "text", "content") or one for one in texts]
    return [message("user", [text(one)]) for one in texts if isinstance(one, str) and one]


def _said(span: RawSpan, role: str, said: object) -> list[Message]:
    """Plain text is what was said when this is a call to a model. {"output": null} says nothing."""
    empty = said in ("", None) or (is_map(said) and all(value is None for value in said.values()))
    return [message(role, [text(as_text(said))])] if span.is_call and not empty else []
