"""OTLP's JSON form (hex ids, camelCase, 64-bit integers as strings) to the protobuf bytes that the rest works on.

The readers are made once from the protobuf descriptors, so every field of OTLP is read and no list of fields can go stale.

What is accepted beside the letter of the specification: snake_case names; 64-bit integers as numbers; enums by name; ids in
either case; null for an absent field; unknown fields (ignored). When two members of a oneof are given, or one field under
both of its names, the last in the document counts (a repeated field takes both), as in protobuf's own merging. Lone
surrogates (a JavaScript string cut inside an emoji) and broken UTF-8 become U+FFFD. Values nested deeper than MAX_NESTING
are not read further: `ingest.rewrite` cuts there and marks the place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from backend.core import limits
from ingest.errors import Malformed, TooLarge
from ingest.json_values import CONVERTERS, WrongType, enum_number, hex_id, is_list, is_object

Signal = Literal["traces", "logs", "metrics"]
# (message, JSON value, nesting of attribute values so far): sets one field. Raises WrongType.
Put = Callable[[Any, Any, int], None]
Plan = dict[str, Put]  # by both JSON names of a field

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})
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


# --- the text -------------------------------------------------------------------------------------------------------------

# An escape; inside: a surrogate pair (kept), a surrogate alone (replaced), any other escape (kept).
_ESCAPES = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def _parse(body: bytes) -> Any:
    if body.count(b"{") + body.count(b"[") > limits.MAX_JSON_CONTAINERS:
        raise TooLarge(f"The body has more than {limits.MAX_JSON_CONTAINERS:,} JSON objects and lists.")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        mended = _mend(body)
        if mended != body:
            try:
                return orjson.loads(mended)
            except orjson.JSONDecodeError as second:
                error = second
        raise Malformed(f"The body is not valid JSON: {error}.") from None


def _mend(body: bytes) -> bytes:
    """Without a byte order mark, and with U+FFFD for what is no character."""
    text = body.decode("utf-8-sig", "replace").encode()
    return _ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], text)


# --- the messages ---------------------------------------------------------------------------------------------------------


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
        in_scope = _with(_plan_at(top, resources, scopes), items, self._items)
        in_resource = _with(_plan_at(top, resources), scopes, _each(scopes, in_scope, self._at, 1))
        _fill(request, data, self._shape.depth, _with({}, resources, _each(resources, in_resource, self._at, 0)))

    def _items(self, scope: Any, entries: Any, depth: int) -> None:
        """The last list of the way: one bad item is left out, the others stay."""
        container = getattr(scope, self._shape.path[2])
        plan = _plan_at(self._shape.request.DESCRIPTOR, *self._shape.path)
        for n, entry in enumerate(_list(entries)):
            if entry is None:
                continue
            weight = self._shape.weigh(entry)
            self.items += weight
            try:
                _fill(container.add(), entry, depth, plan)
            except WrongType as error:
                del container[-1]
                self._reject(error, weight, n)

    def _reject(self, error: WrongType, weight: int, n: int) -> None:
        self.rejected["wrong_type"] += weight
        if len(self.messages) < limits.MAX_REASONS_IN_REPLY:
            for name, at in zip(reversed(self._shape.path), (n, *reversed(self._at)), strict=True):
                error.inside(f".{_camel(name)}[{at}]")
            self.messages.append(str(error))


def _fill(message: Any, data: Any, depth: int, plan: Mapping[str, Put]) -> None:
    if not is_object(data):
        raise WrongType(data, "an object")
    for name, value in data.items():
        put = plan.get(name)
        if put is not None and value is not None:
            try:
                put(message, value, depth)
            except WrongType as error:
                error.inside(f".{name}")
                raise


def _list(value: Any) -> list[Any]:
    if not is_list(value):
        raise WrongType(value, "a list")
    return value


def _each(name: str, plan: Mapping[str, Put], at: list[int] | None = None, level: int = 0) -> Put:
    """Reads a repeated message field; `at[level]` follows the position."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(_list(value)):
            if at is not None:
                at[level] = n
            if entry is not None:
                try:
                    _fill(add(), entry, depth, plan)
                except WrongType as error:
                    error.inside(f"[{n}]")
                    raise

    return put


# --- plans, made once from the descriptors ---------------------------------------------------------------------------------


def _with(plan: Mapping[str, Put], name: str, put: Put) -> Plan:
    return {**plan, name: put, _camel(name): put}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


_PLANS: dict[str, Plan] = {}


def plan_of(descriptor: Descriptor) -> Plan:
    """How to read one message type. Types that contain themselves find their plan half-made in the table."""
    plan = _PLANS.get(descriptor.full_name)
    if plan is None:
        plan = _PLANS[descriptor.full_name] = {}
        for member in descriptor.fields:
            plan[member.name] = plan[member.json_name] = _put(member)
    return plan


def _plan_at(descriptor: Descriptor, *path: str) -> Plan:
    for name in path:
        descriptor = _message_type(descriptor.fields_by_name[name])
    return plan_of(descriptor)


def _message_type(member: FieldDescriptor) -> Descriptor:
    assert member.message_type is not None
    return member.message_type


def _put(member: FieldDescriptor) -> Put:
    if member.type == FieldDescriptor.TYPE_MESSAGE:
        kind = _message_type(member)
        if kind.full_name == AnyValue.DESCRIPTOR.full_name:
            return _values(member.name, plan_of(kind)) if member.is_repeated else _value(member.name, plan_of(kind))
        if kind.full_name == KeyValue.DESCRIPTOR.full_name:
            return _attributes(member.name, plan_of(kind))
        return _each(member.name, plan_of(kind)) if member.is_repeated else _one(member.name, plan_of(kind))
    if member.type == FieldDescriptor.TYPE_ENUM:
        assert member.enum_type is not None
        convert = enum_number(member.enum_type.values_by_name, member.enum_type.name)
    elif member.name in _HEX_FIELDS:
        convert = hex_id
    else:
        convert = CONVERTERS[member.type]
    return _scalars(member.name, convert) if member.is_repeated else _scalar(member.name, convert)


def _scalar(name: str, convert: Callable[[Any], Any]) -> Put:
    def put(message: Any, value: Any, _depth: int) -> None:
        setattr(message, name, convert(value))

    return put


def _scalars(name: str, convert: Callable[[Any], Any]) -> Put:
    def put(message: Any, value: Any, _depth: int) -> None:
        getattr(message, name).extend([convert(entry) for entry in _list(value) if entry is not None])

    return put


def _one(name: str, plan: Plan) -> Put:
    def put(message: Any, value: Any, depth: int) -> None:
        member = getattr(message, name)
        member.SetInParent()
        _fill(member, value, depth, plan)

    return put


def _value(name: str, plan: Plan) -> Put:
    """An attribute's value: one level deeper."""

    def put(message: Any, value: Any, depth: int) -> None:
        member = getattr(message, name)
        member.SetInParent()
        if depth <= limits.MAX_NESTING:
            _fill(member, value, depth + 1, plan)

    return put


def _values(name: str, plan: Plan) -> Put:
    """The values of an array; null is a value without content there, so that the others keep their places."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(_list(value)):
            member = add()
            if entry is not None and depth <= limits.MAX_NESTING:
                try:
                    _fill(member, entry, depth + 1, plan)
                except WrongType as error:
                    error.inside(f"[{n}]")
                    raise

    return put


def _attributes(name: str, plan: Plan) -> Put:
    """What most of a body is. The common form, a string under a key, is read without the plan: it takes half the time."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(_list(value)):
            if is_object(entry) and len(entry) == 2:
                key, held = entry.get("key"), entry.get("value")
                if type(key) is str and is_object(held) and len(held) == 1 and type(held.get("stringValue")) is str:
                    add(key=key).value.string_value = held["stringValue"]
                    continue
            if entry is not None:
                try:
                    _fill(add(), entry, depth, plan)
                except WrongType as error:
                    error.inside(f"[{n}]")
                    raise

    return put


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
