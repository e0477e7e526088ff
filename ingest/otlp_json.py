"""OTLP's JSON form (hex ids, camelCase, 64-bit integers as strings) to the protobuf bytes that the rest works on.

What is accepted beside the letter of the specification: snake_case names; 64-bit integers as numbers; enums by name;
ids in either case; null for an absent field; unknown fields (ignored). When two members of a oneof are given, or one
field under both of its names, the last in the document counts (a repeated field takes both), as in protobuf's own
merging. Lone surrogates (a JavaScript string cut inside an emoji) and broken UTF-8 become U+FFFD. Values nested deeper
than MAX_NESTING are not read further: `ingest.rewrite` cuts there and marks the place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from backend.core import limits
from ingest.errors import Malformed, TooLarge
from ingest.json_plans import camel, each, entries_of, fill, plan_at, with_put
from ingest.json_values import WrongType, is_list, is_object

Signal = Literal["traces", "logs", "metrics"]

# Metrics are counted, not stored; protobuf reads 100 levels, of which a data point's attribute may use 90.
_METRIC_NESTING = 25


@dataclass(frozen=True)
class Decoded:
    """`message`: the serialized Export…ServiceRequest of what could be read. `items` counts the rejected ones too."""

    message: bytes
    items: int
    rejected: dict[str, int] = field(default_factory=dict[str, int])
    messages: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class _Shape:
    """Names on the way from the request to its items."""

    request: type[Any]
    path: tuple[str, str, str]
    depth: int
    weigh: Callable[[Any], int]  # how many items one entry of the last list is


def decode(signal: Signal, body: bytes) -> Decoded:
    """`body` is UTF-8 JSON; an empty one is an empty request. An item with a wrong type is left out and counted under
    `wrong_type`; Malformed, with the path, when the fault lies outside the items or the body is no JSON."""
    shape = _SHAPES[signal]
    request = shape.request()
    reading = _Reading(shape)
    if body:
        data = _parse(body)
        try:
            reading.envelope(request, data)
        except WrongType as error:
            raise Malformed(f"{error}.") from None
    return Decoded(request.SerializeToString(), reading.items, dict(reading.rejected), reading.messages)


# An escape; inside: a surrogate pair (kept), a surrogate alone (replaced), any other escape (kept).
_ESCAPES = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def _parse(body: bytes) -> Any:
    if body.count(b"{") + body.count(b"[") > limits.MAX_JSON_CONTAINERS:
        raise TooLarge(f"The body has more than {limits.MAX_JSON_CONTAINERS:,} JSON objects and lists.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return orjson.loads(_mend(body))
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error}.") from None


def _mend(body: bytes) -> bytes:
    """Without a byte order mark, and with U+FFFD for what is no character."""
    text = body.decode("utf-8-sig", "replace").encode()
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


class _Reading:
    """One request's walk down to its items, and what was found on the way."""

    def __init__(self, shape: _Shape) -> None:
        self._shape = shape
        self._at = [0, 0]  # of the resource, of the scope
        self.items = 0
        self.rejected: Counter[str] = Counter()
        self.messages: list[str] = []

    def envelope(self, request: Any, data: Any) -> None:
        top = self._shape.request.DESCRIPTOR
        resources, scopes, items = self._shape.path
        in_scope = with_put(plan_at(top, resources, scopes), items, self._items)
        in_resource = with_put(plan_at(top, resources), scopes, each(scopes, in_scope, self._at, 1))
        fill(request, data, self._shape.depth, with_put({}, resources, each(resources, in_resource, self._at, 0)))

    def _items(self, scope: Any, entries: Any, depth: int) -> None:
        """The last list of the way: one bad item is left out, the others stay."""
        container = getattr(scope, self._shape.path[2])
        plan = plan_at(self._shape.request.DESCRIPTOR, *self._shape.path)
        for n, entry in enumerate(entries_of(entries)):
            if entry is None:
                continue
            weight = self._shape.weigh(entry)
            self.items += weight
            try:
                fill(container.add(), entry, depth, plan)
            except WrongType as error:
                del container[-1]
                self._reject(error, weight, n)

    def _reject(self, error: WrongType, weight: int, n: int) -> None:
        self.rejected["wrong_type"] += weight
        if len(self.messages) < limits.MAX_REASONS_IN_REPLY:
            for name, at in zip(reversed(self._shape.path), (n, *reversed(self._at)), strict=True):
                error.inside(f".{camel(name)}[{at}]")
            self.messages.append(str(error))


def _one_item(_entry: Any) -> int:
    return 1


def _data_points(metric: Any) -> int:
    """How many data points a metric seems to have; a garbled one counts as one."""
    found = 0
    for part in metric.values() if is_object(metric) else ():
        points = part.get("dataPoints", part.get("data_points")) if is_object(part) else None
        found += len(points) if is_list(points) else 0
    return found or 1


_SHAPES: Mapping[Signal, _Shape] = {
    "traces": _Shape(ExportTraceServiceRequest, ("resource_spans", "scope_spans", "spans"), 0, _one_item),
    "logs": _Shape(ExportLogsServiceRequest, ("resource_logs", "scope_logs", "log_records"), 0, _one_item),
    "metrics": _Shape(
        ExportMetricsServiceRequest,
        ("resource_metrics", "scope_metrics", "metrics"),
        limits.MAX_NESTING - _METRIC_NESTING,
        _data_points,
    ),
}
