"""Langfuse: langfuse.observation.input and .output, with whatever the application gave the SDK."""

from __future__ import annotations

from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.schema import RawSpan, Rendered
from backend.conventions.messages.values import first_text


def render(span: RawSpan) -> Rendered | None:
    given = first_text(span.attributes, "langfuse.observation.input", "langfuse.trace.input")
    result = first_text(span.attributes, "langfuse.observation.output", "langfuse.trace.output")
    return read_pair(span, given, result)
