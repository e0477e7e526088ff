"""How to read each OTLP message from JSON, made once from the protobuf descriptors: no list of fields can go stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from backend.core import limits
from ingest.json_values import CONVERTERS, WrongType, enum_number, hex_id, is_list, is_object

# (message, JSON value, nesting of attribute values so far): sets one field. Raises WrongType.
Put = Callable[[Any, Any, int], None]
Plan = dict[str, Put]  # by both JSON names of a field

_HEX_FIELDS = frozenset({"trace_id", "span_id", "parent_span_id"})


def fill(message: Any, data: Any, depth: int, plan: Mapping[str, Put]) -> None:
    """Sets the fields of `message` from a JSON object. Raises WrongType."""
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


def entries_of(value: Any) -> list[Any]:
    if not is_list(value):
        raise WrongType(value, "a list")
    return value


def fill_entry(add: Callable[[], Any], n: int, entry: Any, depth: int, plan: Mapping[str, Put]) -> None:
    """Adds the `n`th entry of a list; null adds none. A wrong type inside it says where."""
    if entry is None:
        return
    try:
        fill(add(), entry, depth, plan)
    except WrongType as error:
        error.inside(f"[{n}]")
        raise


def each(name: str, plan: Mapping[str, Put], at: list[int] | None = None, level: int = 0) -> Put:
    """Reads a repeated message field; `at[level]` follows the position."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(entries_of(value)):
            if at is not None:
                at[level] = n
            fill_entry(add, n, entry, depth, plan)

    return put


def with_put(plan: Mapping[str, Put], name: str, put: Put) -> Plan:
    """The plan, with the field `name` read by `put`."""
    return {**plan, name: put, camel(name): put}


def camel(name: str) -> str:
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


def plan_at(descriptor: Descriptor, *path: str) -> Plan:
    """The plan of the message that lies at the end of the fields `path`."""
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
        return each(member.name, plan_of(kind)) if member.is_repeated else _one(member.name, plan_of(kind))
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
        getattr(message, name).extend([convert(entry) for entry in entries_of(value) if entry is not None])

    return put


def _one(name: str, plan: Plan) -> Put:
    def put(message: Any, value: Any, depth: int) -> None:
        member = getattr(message, name)
        member.SetInParent()
        fill(member, value, depth, plan)

    return put


def _value(name: str, plan: Plan) -> Put:
    """An attribute's value: one level deeper."""

    def put(message: Any, value: Any, depth: int) -> None:
        member = getattr(message, name)
        member.SetInParent()
        if depth <= limits.MAX_NESTING:
            fill(member, value, depth + 1, plan)

    return put


def _values(name: str, plan: Plan) -> Put:
    """The values of an array; null is a value without content there, so that the others keep their places."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(entries_of(value)):
            member = add()
            if entry is not None and depth <= limits.MAX_NESTING:
                try:
                    fill(member, entry, depth + 1, plan)
                except WrongType as error:
                    error.inside(f"[{n}]")
                    raise

    return put


def _attributes(name: str, plan: Plan) -> Put:
    """What most of a body is. The common form, a string under a key, is read without the plan, in half the time."""

    def put(message: Any, value: Any, depth: int) -> None:
        add = getattr(message, name).add
        for n, entry in enumerate(entries_of(value)):
            if is_object(entry) and len(entry) == 2:
                key, held = entry.get("key"), entry.get("value")
                if type(key) is str and is_object(held) and len(held) == 1 and type(held.get("stringValue")) is str:
                    add(key=key).value.string_value = held["stringValue"]
                    continue
            fill_entry(add, n, entry, depth, plan)

    return put
