"""The wire format as ClickHouse reads it: the protobuf schema that travels with each insert, and the Null tables' columns.

The envelope is OTLP's own request with two fields appended (DESIGN section 3, step 6). ClickHouse's reader does not
recurse, so a value holds scalars or an array of scalars; ingest has turned everything deeper into JSON text.
"""

from __future__ import annotations

from collections.abc import Mapping

PROJECT_FIELD = 100
RECEIVED_FIELD = 101

_COMMON = """syntax = "proto3";
message Scalar { oneof value { string string_value=1; bool bool_value=2; int64 int_value=3; double double_value=4; bytes bytes_value=7; } }
message Array { repeated Scalar values=1; }
message AnyValue { oneof value { string string_value=1; bool bool_value=2; int64 int_value=3; double double_value=4; Array array_value=5; bytes bytes_value=7; } }
message KeyValue { string key=1; AnyValue value=2; }
message Resource { repeated KeyValue attributes=1; }
message Scope { string name=1; string version=2; }
"""

TRACES_SCHEMA = (
    _COMMON
    + """
message Event { fixed64 time_unix_nano=1; string name=2; repeated KeyValue attributes=3; }
message Link { bytes trace_id=1; bytes span_id=2; repeated KeyValue attributes=4; }
message Status { string message=2; uint32 code=3; }
message Span { bytes trace_id=1; bytes span_id=2; bytes parent_span_id=4; string name=5; uint32 kind=6; fixed64 start_time_unix_nano=7; fixed64 end_time_unix_nano=8; repeated KeyValue attributes=9; repeated Event events=11; repeated Link links=13; Status status=15; }
message ScopeSpans { Scope scope=1; repeated Span spans=2; }
message ResourceSpans { Resource resource=1; repeated ScopeSpans scope_spans=2; }
message Envelope { repeated ResourceSpans resource_spans=1; string project_id=100; fixed64 received_at=101; }
"""
)

LOGS_SCHEMA = (
    _COMMON
    + """
message LogRecord { fixed64 time_unix_nano=1; string severity_text=3; AnyValue body=5; repeated KeyValue attributes=6; bytes trace_id=9; bytes span_id=10; fixed64 observed_time_unix_nano=11; string event_name=12; }
message ScopeLogs { Scope scope=1; repeated LogRecord log_records=2; }
message ResourceLogs { Resource resource=1; repeated ScopeLogs scope_logs=2; }
message Envelope { repeated ResourceLogs resource_logs=1; string project_id=100; fixed64 received_at=101; }
"""
)


def _oneof(names: Mapping[str, int]) -> str:
    return "Enum8('no' = 0, " + ", ".join(f"'{name}' = {number}" for name, number in names.items()) + ")"


_SCALARS = {"string_value": 1, "bool_value": 2, "int_value": 3, "double_value": 4, "bytes_value": 7}
_VALUES = {**_SCALARS, "array_value": 5}
_SCALAR_COLUMNS = "string_value String, bool_value Bool, int_value Int64, double_value Float64, bytes_value String"
_SCALAR = f"Tuple({_SCALAR_COLUMNS}, value {_oneof(_SCALARS)})"
_ANY = f"Tuple({_SCALAR_COLUMNS}, array_value Tuple(values Array({_SCALAR})), value {_oneof(_VALUES)})"
_KEY_VALUE = f"Tuple(key String, value {_ANY})"
_RESOURCE = f"resource Tuple(attributes Array({_KEY_VALUE}))"
_SCOPE = "scope Tuple(name String, version String)"

SPAN_TYPE = (
    "Tuple(trace_id String, span_id String, parent_span_id String, name String, kind UInt32, start_time_unix_nano UInt64,"
    f" end_time_unix_nano UInt64, attributes Array({_KEY_VALUE}),"
    f" events Array(Tuple(time_unix_nano UInt64, name String, attributes Array({_KEY_VALUE}))),"
    f" links Array(Tuple(trace_id String, span_id String, attributes Array({_KEY_VALUE}))),"
    " status Tuple(message String, code UInt32))"
)
_LOG = (
    f"Tuple(time_unix_nano UInt64, severity_text String, body {_ANY}, attributes Array({_KEY_VALUE}), trace_id String,"
    " span_id String, observed_time_unix_nano UInt64, event_name String)"
)
_ENVELOPE = "project_id String, received_at UInt64"

OTLP_TRACES_COLUMNS = f"resource_spans Array(Tuple({_RESOURCE}, scope_spans Array(Tuple({_SCOPE}, spans Array({SPAN_TYPE}))))), {_ENVELOPE}"
OTLP_LOGS_COLUMNS = f"resource_logs Array(Tuple({_RESOURCE}, scope_logs Array(Tuple({_SCOPE}, log_records Array({_LOG}))))), {_ENVELOPE}"

# What made inserts cheap is measured in DESIGN section 8.
_INSERT = {
    "format_schema_source": "string",
    "format_schema_message_name": "Envelope",
    "input_format_protobuf_oneof_presence": "1",
    "optimize_on_insert": "0",
    "materialize_skip_indexes_on_insert": "0",
    "max_insert_threads": "1",
    # Lazy branches share no work and cost 5 microseconds a span here (docs/decisions/0004).
    "short_circuit_function_evaluation": "disable",
}
INSERT_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "otlp_traces": {**_INSERT, "format_schema": TRACES_SCHEMA},
    "otlp_logs": {**_INSERT, "format_schema": LOGS_SCHEMA},
}
