"""Finished spans as an OTLP request body, each text through the mask first. One bad span does not harm the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link
from opentelemetry.trace.status import Status

from spanhouse.masking import Mask, mask_text
from spanhouse.warn import warn


def encode(spans: Sequence[ReadableSpan], mask: Mask | None) -> tuple[bytes, list[ReadableSpan]]:
    """(the body, the spans that are in it: all but those that cannot be written)."""
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    ready = [masked(span, mask) for span in spans] if mask else list(spans)
    ready = [span if _is_valid(span) else masked(span, _valid) for span in ready]
    try:
        return bytes(encode_spans(ready).SerializePartialToString()), list(spans)
    except Exception:
        pairs = [(span, _writable(copy)) for span, copy in zip(spans, ready)]
    good = [copy for _, copy in pairs if copy is not None]
    body = bytes(encode_spans(good).SerializePartialToString()) if good else b""
    return body, [span for span, copy in pairs if copy is not None]


def _writable(span: ReadableSpan) -> ReadableSpan | None:
    """The span, when it can be written."""
    from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans

    try:
        encode_spans([span]).SerializePartialToString()
    except Exception as error:
        warn(f"a span cannot be written: {error}")
        return None
    return span


def _is_valid(span: ReadableSpan) -> bool:
    """Whether all texts are Unicode: the encoder leaves out an attribute that is not, and logs a page about it."""
    if not _encodable(span.name):
        return False
    holders = (span.attributes, *(event.attributes for event in span.events))
    return all(_encodable(text) for holder in holders for value in (holder or {}).values() for text in _texts(value))


def _texts(value: Any) -> Sequence[Any]:
    return (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()


def _encodable(text: Any) -> bool:
    if not isinstance(text, str) or text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _valid(text: str) -> str:
    """Half of a surrogate pair has no place in UTF-8."""
    return text.encode("utf-8", "replace").decode("utf-8")


def masked(span: ReadableSpan, mask: Mask) -> ReadableSpan:
    """A copy of the span in which every text has gone through the mask. Numbers and names of spans are as they were."""
    return ReadableSpan(
        name=span.name if mask is not _valid else _valid(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_map(span.attributes, mask),
        events=[Event(event.name, _map(event.attributes, mask), event.timestamp) for event in span.events],
        links=[Link(link.context, _map(link.attributes, mask)) for link in span.links],
        kind=span.kind,
        status=_status(span.status, mask),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _status(status: Status, mask: Mask) -> Status:
    if not status.description:
        return status
    return Status(status.status_code, str(mask_text(status.description, mask)))


def _map(attributes: Mapping[str, Any] | None, mask: Mask) -> dict[str, Any]:
    return {key: _value(value, mask) for key, value in (attributes or {}).items()}


def _value(value: Any, mask: Mask) -> Any:
    if isinstance(value, str):
        return mask_text(value, mask)
    if isinstance(value, (list, tuple)) and value and isinstance(value[0], str):
        return [str(mask_text(item, mask)) for item in value]
    return value


def size_of(span: ReadableSpan) -> int:
    """About how many bytes the span takes in memory and on the wire; quick, for the bound of the queue."""
    size = 500
    attributes = span.attributes
    if attributes:
        for value in attributes.values():
            size += 60
            if type(value) is str:
                size += len(value)
            elif type(value) is tuple:
                size += sum(len(item) if type(item) is str else 8 for item in value)
    for event in span.events:
        for value in (event.attributes or {}).values():
            size += 60 + len(value) if isinstance(value, str) else 60
    return size
