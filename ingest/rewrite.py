"""The slow path: make a body storable that ClickHouse could not read as sent.

Nested values become JSON text, broken UTF-8 is replaced, fields nobody reads are dropped. No recorded SDK sends nested
values in trace bodies, structured log bodies do. Depth and number of nested values are bounded.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from google.protobuf.message import DecodeError

from backend.core.limits import MAX_NESTED_VALUES, MAX_NESTING
from ingest.wire import LooseValue, RawArray, RawMap

CUT = "… (nested deeper or larger than Spanhouse stores)"


def valid_text(raw: bytes) -> bytes:
    """UTF-8, with what is not replaced by U+FFFD."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace").encode()
    return raw


class Opener:
    """Opens nested values of one body, within its budget."""

    def __init__(self) -> None:
        self.left = MAX_NESTED_VALUES

    def plain(self, value: Any, depth: int = 0) -> object:
        """A loose AnyValue as something `json.dumps` writes."""
        self.left -= 1
        if depth > MAX_NESTING or self.left < 0:
            return CUT
        kind = value.WhichOneof("value")
        if kind == "string_value":
            return value.string_value.decode("utf-8", "replace")
        if kind == "array_value":
            return [
                self.plain(_value(raw), depth + 1) for raw in self._bounded(_open(RawArray, value.array_value).values)
            ]
        if kind == "kvlist_value":
            pairs = self._bounded(_open(RawMap, value.kvlist_value).values)
            return {pair.key.decode("utf-8", "replace"): self.plain(_value(pair.value), depth + 1) for pair in pairs}
        if kind == "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        if kind == "double_value" and not math.isfinite(value.double_value):
            return str(value.double_value)
        return getattr(value, kind) if kind else None

    def _bounded(self, items: Any) -> Any:
        return items[: max(self.left, 0)]


def _value(raw: bytes) -> Any:
    return _open(LooseValue, raw)


def _open(message: Any, raw: bytes) -> Any:
    opened = message()
    try:
        opened.ParseFromString(raw)
    except DecodeError:
        return message()
    return opened


def storable_value(value: Any, opener: Opener) -> None:
    """Change a loose AnyValue in place so that the checked schema can read it."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        value.string_value = valid_text(value.string_value)
    elif kind == "kvlist_value":
        value.string_value = _json(opener.plain(value))
    elif kind == "array_value":
        items = [_value(raw) for raw in _open(RawArray, value.array_value).values]
        if any(item.WhichOneof("value") in ("array_value", "kvlist_value") for item in items):
            value.string_value = _json(opener.plain(value))
        else:
            for item in items:
                if item.WhichOneof("value") == "string_value":
                    item.string_value = valid_text(item.string_value)
                item.DiscardUnknownFields()
            value.array_value = RawArray(values=[item.SerializeToString() for item in items]).SerializeToString()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def storable_attributes(attributes: Any, opener: Opener) -> None:
    for pair in attributes:
        pair.key = valid_text(pair.key)
        storable_value(pair.value, opener)


def storable_traces(request: Any) -> None:
    """Change a loose Traces message in place."""
    opener = Opener()
    request.DiscardUnknownFields()
    for resource in request.resource_spans:
        storable_attributes(resource.resource.attributes, opener)
        resource.schema_url = valid_text(resource.schema_url)
        for scope in resource.scope_spans:
            _scope(scope)
            for span in scope.spans:
                span.name, span.trace_state = valid_text(span.name), valid_text(span.trace_state)
                span.status.message = valid_text(span.status.message)
                storable_attributes(span.attributes, opener)
                for event in span.events:
                    event.name = valid_text(event.name)
                    storable_attributes(event.attributes, opener)
                for link in span.links:
                    link.trace_state = valid_text(link.trace_state)
                    storable_attributes(link.attributes, opener)


def storable_logs(request: Any) -> None:
    """Change a loose Logs message in place."""
    opener = Opener()
    request.DiscardUnknownFields()
    for resource in request.resource_logs:
        storable_attributes(resource.resource.attributes, opener)
        resource.schema_url = valid_text(resource.schema_url)
        for scope in resource.scope_logs:
            _scope(scope)
            for record in scope.log_records:
                record.severity_text, record.event_name = (
                    valid_text(record.severity_text),
                    valid_text(record.event_name),
                )
                storable_value(record.body, opener)
                storable_attributes(record.attributes, opener)


def _scope(scope: Any) -> None:
    scope.scope.name, scope.scope.version = valid_text(scope.scope.name), valid_text(scope.scope.version)
    scope.schema_url = valid_text(scope.schema_url)
    # ClickHouse does not read them, and they may be nested.
    del scope.scope.attributes[:]
