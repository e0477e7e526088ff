"""The SELECT that makes the columns of stored spans again from what was kept as sent, by the expressions of arrival."""

from __future__ import annotations

from backend.conventions.columns import MAPPING_VERSION
from backend.conventions.picking import picking
from backend.conventions.sql import span_columns
from backend.core.literals import quoted

# What no table of names decides is copied. Not so `attributes`: which of them became input and output may change.
COPIED = (
    "project_id", "trace_id", "span_id", "parent_span_id", "start_time", "duration_ns", "received_at", "name", "kind",
    "status_message", "resource_attributes", "events", "links",
)  # fmt: skip
# What the expressions may look at beside `keys` and `vals`: a span as it arrived, made of what is stored.
_KEY_VALUES = "arrayMap((k, v) -> (k, (v, false, 0, 0., '', tuple([]), 'string_value')), mapKeys({0}), mapValues({0}))"
_SPAN = ", ".join(
    (
        "unhex(trace_id)",
        "unhex(span_id)",
        "unhex(parent_span_id)",
        "name",
        "kind",
        "toUnixTimestamp64Nano(start_time)",
        "toUnixTimestamp64Nano(start_time) + duration_ns",
        "[]",
        f"arrayMap(e -> (toUnixTimestamp64Nano(e.time), e.name, {_KEY_VALUES.format('e.attributes')}), events)",
        "[]",
        "(status_message, status_code)",
    )
)


def renormalised_columns() -> dict[str, str]:
    """column of `spans` -> its SQL; the row gets a later version, so that it replaces the one it was made from."""
    derived = {name: sql for name, sql in span_columns().items() if name not in COPIED}
    copied = {name: name for name in COPIED}
    return {
        **copied,
        **derived,
        "version": "received_ns + 1",
        "mapping_version": f"toUInt16({MAPPING_VERSION})",
    }


def renormalising_select(span_type: str) -> str:
    """Spans of {project_id:UUID} that begin in [{from_ns:Int64}, {to_ns:Int64}) and whose columns another version made.

    `span_type` is the type of a span as the wire format has it (backend/store/otlp.py). {all:UInt8} = 1: those of this
    version, too.
    """
    select = ",\n  ".join(f"{sql} AS {name}" if sql != name else name for name, sql in renormalised_columns().items())
    within = " AND ".join(
        (
            "project_id = {project_id:UUID}",
            "start_time >= fromUnixTimestamp64Nano({from_ns:Int64})",
            "start_time < fromUnixTimestamp64Nano({to_ns:Int64})",
            "toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}))",
            "toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({to_ns:Int64}))",
            f"({{all:UInt8}} OR mapping_version != {MAPPING_VERSION})",
        )
    )
    stored = f"""SELECT {", ".join(COPIED)}, version AS received_ns,
       mapKeys(resource_attributes) AS resource_keys, mapValues(resource_attributes) AS resource_vals,
       CAST((scope_name, scope_version), 'Tuple(name String, version String)') AS scope,
       arrayFilter(k -> k != '', [input_key, output_key]) AS put_back,
       arrayMap(k -> toString(k), arrayConcat(mapKeys(attributes), put_back)) AS keys,
       arrayFilter((v, k) -> k != '', [input, output], [input_key, output_key]) AS put_back_vals,
       arrayConcat(mapValues(attributes), put_back_vals) AS vals,
       CAST(({_SPAN}), {quoted(span_type)}) AS s
FROM spans FINAL
WHERE {within}"""
    return f"""
SELECT
  {select}
FROM (
{picking(stored)}
)"""
