"""LangWatch: langwatch.input and .output, {"type": "chat_messages", "value": […]}; langwatch.rag.contexts."""

from __future__ import annotations

from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.schema import RawSpan, Rendered
from backend.conventions.messages.values import as_map, as_text, json_attribute

CONTEXTS = ("langwatch.rag.contexts", "langwatch.rag_contexts", "langwatch.contexts")


def render(span: RawSpan) -> Rendered | None:
    given, result = (_value(json_attribute(span.attributes, f"langwatch.{side}")) for side in ("input", "output"))
    found = read_pair(span, as_text(given), as_text(result))
    contexts = _value(json_attribute(span.attributes, *CONTEXTS))
    if contexts is not None:
        found = found or Rendered()
        found.documents = read_documents(contexts)
    return found


def _value(said: object) -> object:
    """The value without the wrapping that names its kind."""
    item = as_map(said)
    return item["value"] if {"type", "value"} <= set(item) else said
