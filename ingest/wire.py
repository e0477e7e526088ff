"""OTLP as `protobuf` messages made at start, in two readings of the same bytes.

Checked: what may go on to ClickHouse as sent. It knows no nested value and no field that ClickHouse does not read, so
`DiscardUnknownFields` and a comparison of sizes tell, at C speed, whether a body needs a change: protobuf's encoding
is never longer than another encoding of the same fields, so equal length means equal content.

Loose: strings and nested values as bytes. It accepts broken UTF-8 and any depth, and is read where needed.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

Fields = tuple[tuple[str, int, str], ...]

# name, number, type; a type with [] is repeated, a capital names a message, `|` marks a member of the oneof `value`.
_SCALARS: Fields = (
    ("string_value", 1, "string|"),
    ("bool_value", 2, "bool|"),
    ("int_value", 3, "int64|"),
    ("double_value", 4, "double|"),
)
_VALUE_CHECKED: Fields = (*_SCALARS, ("array_value", 5, "Array|"), ("bytes_value", 7, "bytes|"))
_VALUE_LOOSE: Fields = (
    *_SCALARS,
    ("array_value", 5, "bytes|"),
    ("kvlist_value", 6, "bytes|"),
    ("bytes_value", 7, "bytes|"),
)

_MESSAGES: dict[str, Fields] = {
    "Scalar": (*_SCALARS, ("bytes_value", 7, "bytes|")),
    "Array": (("values", 1, "Scalar[]"),),
    "AnyValue": _VALUE_CHECKED,
    "KeyValue": (("key", 1, "string"), ("value", 2, "AnyValue")),
    "Resource": (("attributes", 1, "KeyValue[]"), ("dropped_attributes_count", 2, "uint32")),
    "Scope": (
        ("name", 1, "string"),
        ("version", 2, "string"),
        ("attributes", 3, "KeyValue[]"),
        ("dropped_attributes_count", 4, "uint32"),
    ),
    "Event": (
        ("time_unix_nano", 1, "fixed64"),
        ("name", 2, "string"),
        ("attributes", 3, "KeyValue[]"),
        ("dropped_attributes_count", 4, "uint32"),
    ),
    "Link": (
        ("trace_id", 1, "bytes"),
        ("span_id", 2, "bytes"),
        ("trace_state", 3, "string"),
        ("attributes", 4, "KeyValue[]"),
        ("dropped_attributes_count", 5, "uint32"),
        ("flags", 6, "fixed32"),
    ),
    # uint32, not an enum or int32: a negative number would be encoded longer than it may have been sent.
    "Status": (("message", 2, "string"), ("code", 3, "uint32")),
    "Span": (
        ("trace_id", 1, "bytes"),
        ("span_id", 2, "bytes"),
        ("trace_state", 3, "string"),
        ("parent_span_id", 4, "bytes"),
        ("name", 5, "string"),
        ("kind", 6, "uint32"),
        ("start_time_unix_nano", 7, "fixed64"),
        ("end_time_unix_nano", 8, "fixed64"),
        ("attributes", 9, "KeyValue[]"),
        ("dropped_attributes_count", 10, "uint32"),
        ("events", 11, "Event[]"),
        ("dropped_events_count", 12, "uint32"),
        ("links", 13, "Link[]"),
        ("dropped_links_count", 14, "uint32"),
        ("status", 15, "Status"),
        ("flags", 16, "fixed32"),
    ),
    "ScopeSpans": (("scope", 1, "Scope"), ("spans", 2, "Span[]"), ("schema_url", 3, "string")),
    "ResourceSpans": (("resource", 1, "Resource"), ("scope_spans", 2, "ScopeSpans[]"), ("schema_url", 3, "string")),
    "Traces": (("resource_spans", 1, "ResourceSpans[]"),),
    "LogRecord": (
        ("time_unix_nano", 1, "fixed64"),
        ("severity_number", 2, "uint32"),
        ("severity_text", 3, "string"),
        ("body", 5, "AnyValue"),
        ("attributes", 6, "KeyValue[]"),
        ("dropped_attributes_count", 7, "uint32"),
        ("flags", 8, "fixed32"),
        ("trace_id", 9, "bytes"),
        ("span_id", 10, "bytes"),
        ("observed_time_unix_nano", 11, "fixed64"),
        ("event_name", 12, "string"),
    ),
    "ScopeLogs": (("scope", 1, "Scope"), ("log_records", 2, "LogRecord[]"), ("schema_url", 3, "string")),
    "ResourceLogs": (("resource", 1, "Resource"), ("scope_logs", 2, "ScopeLogs[]"), ("schema_url", 3, "string")),
    "Logs": (("resource_logs", 1, "ResourceLogs[]"),),
    # The inside of a nested value, one level at a time.
    "RawArray": (("values", 1, "bytes[]"),),
    "RawPair": (("key", 1, "bytes"), ("value", 2, "bytes")),
    "RawMap": (("values", 1, "RawPair[]"),),
}

# Only how many spans (or records) there are: an empty one is 2 bytes on the wire and 260 once parsed.
_OUTLINE: dict[str, Fields] = {
    "Scope": (("items", 2, "bytes[]"),),
    "Resource": (("scopes", 2, "Scope[]"),),
    "Outline": (("resources", 1, "Resource[]"),),
}

_Proto = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "string": _Proto.TYPE_STRING,
    "bytes": _Proto.TYPE_BYTES,
    "bool": _Proto.TYPE_BOOL,
    "int64": _Proto.TYPE_INT64,
    "uint32": _Proto.TYPE_UINT32,
    "double": _Proto.TYPE_DOUBLE,
    "fixed64": _Proto.TYPE_FIXED64,
    "fixed32": _Proto.TYPE_FIXED32,
}


def _build(package: str, messages: dict[str, Fields]) -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto3")
    for name, fields in messages.items():
        message = file.message_type.add(name=name)
        if any(kind.endswith("|") for _, _, kind in fields):
            message.oneof_decl.add(name="value")
        for field_name, number, kind in fields:
            plain = kind.rstrip("|[]")
            field = message.field.add(name=field_name, number=number)
            field.label = _Proto.LABEL_REPEATED if kind.endswith("[]") else _Proto.LABEL_OPTIONAL
            if plain in _TYPES:
                field.type = _TYPES[plain]
            else:
                field.type, field.type_name = _Proto.TYPE_MESSAGE, f".{package}.{plain}"
            if kind.endswith("|"):
                field.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue] - missing in the stubs
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


def _loose(messages: dict[str, Fields]) -> dict[str, Fields]:
    swapped = {**messages, "AnyValue": _VALUE_LOOSE}
    return {name: tuple((n, i, k.replace("string", "bytes")) for n, i, k in fields) for name, fields in swapped.items()}


_checked = _build("spanhouse.checked", _MESSAGES)
_loose_classes = _build("spanhouse.loose", _loose(_MESSAGES))

Outline: Any = _build("spanhouse.outline", _OUTLINE)["Outline"]
CheckedTraces: Any = _checked["Traces"]
CheckedLogs: Any = _checked["Logs"]
LooseTraces: Any = _loose_classes["Traces"]
LooseLogs: Any = _loose_classes["Logs"]
LooseValue: Any = _loose_classes["AnyValue"]
RawArray: Any = _loose_classes["RawArray"]
RawMap: Any = _loose_classes["RawMap"]
