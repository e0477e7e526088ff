"""Any convention → messages of the OpenTelemetry GenAI schema: `render(span)`.

One module is one convention is one pure function `render(RawSpan) -> Rendered | None`. RENDERERS is tried in order and
each fills what the ones before it left empty, so put what is said explicitly before what is inferred. To add a
convention: one file, one line here. Nothing in this package fetches anything, and nothing that a span holds makes it
raise.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from backend.conventions.messages import (
    embeddings,
    generic,
    google_adk,
    langfuse,
    langsmith,
    langwatch,
    logfire,
    mlflow,
    openinference,
    openllmetry,
    otel_events,
    otel_genai,
    spring_ai,
    vercel,
)
from backend.conventions.messages.errors import read_error
from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import LogEvent, Message, Part, RawSpan, Rendered, RenderedError
from backend.conventions.messages.shapes import message

__all__ = ["LogEvent", "Message", "Part", "RawSpan", "Rendered", "RenderedError", "render"]

logger = logging.getLogger(__name__)

RENDERERS: list[tuple[str, Callable[[RawSpan], Rendered | None]]] = [
    ("otel_genai", otel_genai.render),
    ("otel_events", otel_events.render),
    ("openinference", openinference.render),
    ("openllmetry", openllmetry.render),
    ("vercel", vercel.render),
    ("langfuse", langfuse.render),
    ("logfire", logfire.render),
    ("spring_ai", spring_ai.render),
    ("langwatch", langwatch.render),
    ("langsmith", langsmith.render),
    ("mlflow", mlflow.render),
    ("google_adk", google_adk.render),
    ("embeddings", embeddings.render),
    ("generic", generic.render),
]


def render(span: RawSpan) -> Rendered:
    """Everything that can be read of one span. Never raises: what cannot be read is shown as the text it is."""
    span = _whole(span)
    found = Rendered()
    for name, renderer in RENDERERS:
        if renderer is generic.render and found.is_whole:
            break  # nothing left to infer; parsing megabytes a second time would only cost
        try:
            part = renderer(span)
        except Exception:  # a span is anybody's input: a reader's mistake must not hide the span itself
            logger.exception("The %s renderer failed on a span named %.100r", name, span.name)
            part = _as_text(span)
        if part is not None:
            part.convention = name
            found.fill(part)
    if found.tool is not None and not found.tool["name"]:
        found.tool["name"] = span.name
    found.error = read_error(span)
    return found


def _whole(span: RawSpan) -> RawSpan:
    """The span with the two attributes that the store keeps apart put back in their places."""
    kept_apart = {span.input_key: span.input, span.output_key: span.output}
    missing = {key: value for key, value in kept_apart.items() if key and value and key not in span.attributes}
    return replace(span, attributes={**span.attributes, **missing}) if missing else span


def _as_text(span: RawSpan) -> Rendered:
    return Rendered(
        input_messages=[message("user", [text(span.input)])] if span.input and span.is_call else [],
        output_messages=[message("assistant", [text(span.output)])] if span.output and span.is_call else [],
    )
