"""LangSmith: the whole run's inputs in gen_ai.prompt and its outputs in gen_ai.completion, as JSON."""

from __future__ import annotations

from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.schema import RawSpan, Rendered


def render(span: RawSpan) -> Rendered | None:
    return read_pair(span, span.attributes.get("gen_ai.prompt", ""), span.attributes.get("gen_ai.completion", ""))
