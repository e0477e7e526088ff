"""What went wrong in a span: its exception events, else the error attributes of any convention, else its status."""

from __future__ import annotations

from backend.conventions.messages.schema import RawSpan, RenderedError
from backend.conventions.messages.values import first_text

TYPES = ("error.type", "exception.type", "error_type")
MESSAGES = ("error.message", "exception.message", "langfuse.observation.status_message", "error_message")
STACKS = ("exception.stacktrace", "error.stack_trace", "error.stacktrace", "error.stack")


def read_error(span: RawSpan) -> RenderedError | None:
    exceptions = [attributes for name, _, attributes in span.events if name == "exception"]
    last = exceptions[-1] if exceptions else {}  # the last one is the one that ended the span
    found = RenderedError(
        type=first_text(last, *TYPES) or first_text(span.attributes, *TYPES),
        message=first_text(last, *MESSAGES) or first_text(span.attributes, "error.message", "exception.message"),
        stacktrace=first_text(last, *STACKS) or first_text(span.attributes, *STACKS),
    )
    failed = span.status_code == 2 or (span.status_code == 0 and bool(span.status_message))
    if not exceptions and not found.type and not found.message and not failed:
        return None
    message = found.message or span.status_message or first_text(span.attributes, *MESSAGES)
    return RenderedError(found.type, message, found.stacktrace)
