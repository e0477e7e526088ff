"""What differs: how often each value occurs among the rows inside a region of a distribution, and among the others.

In two steps. `sample` chooses rows at random on both sides and counts all of them; `values` reads the spans of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from backend.conventions import columns
from backend.core import limits
from backend.store.client import Row, Store
from backend.store.measures import DIMENSIONS, Dimension
from backend.store.quantities import Quantity
from backend.store.queries.counted import FROM_SPANS_FINAL
from backend.store.queries.distribution import amounts_of
from backend.store.queries.metrics import Wanted, params_of
from backend.store.queries.traces import HOUR_NS, LATER_NS

# Fields that say the same as another one, or something of every row.
LEFT_OUT = frozenset({"trace", "request_model", "prompt"})
OF_SPAN: tuple[Dimension, ...] = tuple(
    one for one in DIMENSIONS if "spans" in one.families and not one.of_trace and one.name not in LEFT_OUT
)
OF_TRACE: tuple[Dimension, ...] = tuple(one for one in DIMENSIONS if one.of_trace and not one.several)
# Numbers are put in classes, each four times as large as the one before.
SIZED: tuple[LiteralString, ...] = ("input_tokens", "output_tokens")
# What fills a column is compared as that field, under one name for all conventions.
KNOWN_KEYS: tuple[str, ...] = tuple(
    sorted(
        {key for field in columns.FIELDS for key in field.keys}
        | {key for keys in columns.RESOURCE_KEYS.values() for key in keys}
    )
)

INSIDE: LiteralString = "start_ns >= {region_from:Int64} AND start_ns < {region_to:Int64} AND amount >= {low:Float64} AND amount < {high:Float64}"
# The rows that were chosen, as a table.
CHOSEN: LiteralString = """(SELECT p.1 AS trace_id, p.2 AS span_id, p.3 AS inside FROM (SELECT arrayJoin(
  arrayZip({traces:Array(String)}, {spans:Array(String)}, {sides:Array(UInt8)})) AS p))"""


@dataclass(frozen=True)
class Region:
    """[start_ns, end_ns) × [low, high) of a quantity in its unit."""

    start_ns: int
    end_ns: int
    low: float
    high: float


def sample(store: Store, project_id: UUID, wanted: Wanted, quantity: Quantity, region: Region) -> list[Row]:
    """Rows of trace_id, span_id, inside and `of`: how many there are on that side in all."""
    sql: LiteralString = (
        "SELECT trace_id, span_id, inside, of FROM (SELECT trace_id, span_id, "
        + INSIDE
        + " AS inside, count() OVER (PARTITION BY inside) AS of FROM ("
        + amounts_of(wanted, quantity)
        + ") WHERE given)\nORDER BY cityHash64(trace_id, span_id) LIMIT {rows:UInt32} BY inside"
    )
    bound = {"region_from": region.start_ns, "region_to": region.end_ns, "low": region.low, "high": region.high}
    params = params_of(project_id, wanted)
    return store.read(sql, {**params, **bound, "rows": limits.COMPARED_ROWS})


def values(store: Store, project_id: UUID, wanted: Wanted, chosen: Sequence[Row]) -> list[Row]:
    """Rows of field, value, hits_inside, hits_outside: rows of the sample that have this value.

    A trace has every value that any of its spans has; a call or a span its own, and what is said of its trace.
    """
    own, whole = _pairs_of_span(), _pairs_of_trace()
    in_chosen: LiteralString = " AND trace_id IN (SELECT trace_id FROM " + CHOSEN + ")"
    if wanted.family == "traces":
        pairs = _of_traces("arrayConcat(" + own + ", " + whole + ")", in_chosen)
    else:
        pairs = _of_traces(whole, in_chosen) + "\nUNION ALL\n" + _of_spans(own)
    sql: LiteralString = (
        "SELECT pair.1 AS field, pair.2 AS value, countIf(inside = 1) AS hits_inside, countIf(inside = 0) AS hits_outside\nFROM ("
        + pairs
        + ")\nWHERE pair.2 != ''\nGROUP BY pair\nHAVING count() >= {least:UInt32}\n"
        + "ORDER BY abs(hits_inside / {inside:UInt32} - hits_outside / {outside:UInt32}) DESC, field, value LIMIT {most:UInt32}"
    )
    inside = sum(int(row["inside"]) for row in chosen)
    params: dict[str, object] = {
        "project_id": project_id,
        "scan_from": max(wanted.from_ns - HOUR_NS, 0),
        "scan_to": wanted.to_ns + LATER_NS,
        "traces": [row["trace_id"] for row in chosen],
        "spans": [row["span_id"] for row in chosen],
        "sides": [row["inside"] for row in chosen],
        "inside": max(inside, 1),
        "outside": max(len(chosen) - inside, 1),
        "span_fields": [one.name for one in OF_SPAN],
        "trace_fields": [one.name for one in OF_TRACE],
        "known_keys": list(KNOWN_KEYS),
        "value_chars": limits.COMPARED_VALUE_CHARS,
        "least": limits.COMPARED_VALUE_ROWS,
        "most": limits.COMPARED_VALUES,
    }
    return store.read(sql, params)


def _of_traces(pairs: LiteralString, in_chosen: LiteralString) -> LiteralString:
    return (
        "SELECT inside, arrayJoin(pairs) AS pair FROM (SELECT trace_id, groupUniqArrayArray("
        + pairs
        + ") AS pairs"
        + FROM_SPANS_FINAL
        + in_chosen
        + " GROUP BY trace_id) AS said INNER JOIN "
        + CHOSEN
        + " AS chosen ON said.trace_id = chosen.trace_id"
    )


def _of_spans(pairs: LiteralString) -> LiteralString:
    return (
        "SELECT inside, arrayJoin(pairs) AS pair FROM (SELECT trace_id, span_id, arrayDistinct("
        + pairs
        + ") AS pairs"
        + FROM_SPANS_FINAL
        + " AND (trace_id, span_id) IN (SELECT trace_id, span_id FROM "
        + CHOSEN
        + ")) AS said INNER JOIN "
        + CHOSEN
        + " AS chosen ON said.trace_id = chosen.trace_id AND said.span_id = chosen.span_id"
    )


def _pairs_of_span() -> LiteralString:
    fields: LiteralString = ", ".join(["toString(" + one.sql + ")" for one in OF_SPAN])
    sizes: list[LiteralString] = [
        "('"
        + name
        + "', if("
        + name
        + " < 1, '', toString(intDiv(toUInt8(floor(log2(greatest("
        + name
        + ", 1)))), 2))))"
        for name in SIZED
    ]
    return (
        "arrayConcat(arrayZip({span_fields:Array(String)}, ["
        + fields
        + "]), ["
        + ", ".join(sizes)
        + "], arrayMap(f -> ('finish_reason', toString(f)), finish_reasons), "
        + _pairs_of_map("attr.", "attributes")
        + ", "
        + _pairs_of_map("resource.", "resource_attributes")
        + ")"
    )


def _pairs_of_trace() -> LiteralString:
    fields: LiteralString = ", ".join(["toString(" + one.sql + ")" for one in OF_TRACE])
    return (
        "arrayConcat(arrayZip({trace_fields:Array(String)}, ["
        + fields
        + "]), arrayMap(t -> ('tag', toString(t)), tags))"
    )


def _pairs_of_map(prefix: LiteralString, column: LiteralString) -> LiteralString:
    return (
        "arrayMap(p -> (concat('"
        + prefix
        + "', p.1), p.2), arrayFilter(p -> length(p.2) <= {value_chars:UInt32} AND NOT has({known_keys:Array(String)}, p.1), "
        + "arrayMap((k, v) -> (toString(k), v), mapKeys("
        + column
        + "), mapValues("
        + column
        + "))))"
    )
