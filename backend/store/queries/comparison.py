"""Model calls summed up by model and stratum, in one scan; what is compared like for like is made of these."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.queries.counted import CALL_COLUMNS, counted_calls
from backend.store.queries.facts import fact_rows, value_of
from backend.store.queries.metrics import SCORES, Wanted, params_of, values_of_traces, with_later

# A call that failed has no model that answered: by the model asked for, its failure counts.
MODEL: LiteralString = "if(request_model != '', toString(request_model), toString(response_model))"
# An embedding and a chat are never alike.
STRATUM: LiteralString = "if(kind = 'llm', said, trim(concat(said, ' (', kind, ')')))"
# Calls are looked for in spans only from where facts end.
_SCORES: LiteralString = SCORES.replace("{scan_from:", "{scored_from:")
# Steps of a factor of ten: quantiles are then known to half a per cent.
STEPS = 200
# Models times strata; more are cut off, those with fewest calls first.
MOST_CELLS = 5_000


def _mean(name: LiteralString, column: LiteralString) -> LiteralString:
    given: LiteralString = "used AND " + column + " >= 0"
    return (
        ", countIf(" + given + ") AS " + name + "_n, avgOrNullIf(" + column + ", " + given + ") AS " + name + "_mean"
        ", varSampOrNullIf(" + column + ", " + given + ") AS " + name + "_var"
    )  # fmt: skip


def _levels(name: LiteralString, number: LiteralString, given: LiteralString) -> LiteralString:
    level: LiteralString = "toInt32(floor(log10(greatest(toFloat64(" + number + "), 1e-9)) * {steps:Float64}))"
    return ", sumMapIf([" + level + "], [toUInt64(1)], " + given + ") AS " + name + "_levels"


_AFTER_FIRST: LiteralString = "(lasted_ns - greatest(ttft_ns, 0))"
CELLS: LiteralString = (
    "SELECT model, stratum, count() AS calls, countIf(failed) AS failed"
    + _mean("cost", "cost")
    + _mean("input", "input_tokens")
    + _mean("output", "output_tokens")
    + _levels("latency", "lasted_ns", "1")
    + _levels("ttft", "ttft_ns", "ttft_ns >= 0")
    + _levels(
        "speed",
        "output_tokens * 1e9 / greatest(" + _AFTER_FIRST + ", 1)",
        "used AND output_tokens > 0 AND " + _AFTER_FIRST + " > 0",
    )
)


def cells(store: Store, project_id: UUID, wanted: Wanted) -> list[Row]:
    """A row a model and stratum. `…_levels`: how many calls lie on each step of the logarithm. Calls without a model
    are left out."""
    sql: LiteralString = (
        CELLS
        + " FROM ("
        + _calls(wanted)
        + ") WHERE model != '' GROUP BY model, stratum ORDER BY calls DESC, model, stratum LIMIT {cells:UInt32}"
    )
    return store.read(sql, params_of(project_id, wanted) | {"steps": float(STEPS), "cells": MOST_CELLS})


def score_cells(store: Store, project_id: UUID, wanted: Wanted) -> list[Row]:
    """Rows of name, model, stratum, n, mean, var. A score of a span belongs to that call; one of a trace to its calls
    when all are of one model and stratum."""
    sql: LiteralString = (
        "SELECT name, cell.1 AS model, cell.2 AS stratum, count() AS n, avg(value) AS mean, varSampOrNull(value) AS var FROM ("
        "SELECT name, value, if(span_id = '', if(length(every) = 1, every[1], ('', '')), "
        "tupleElement(arrayFirst(c -> c.1 = span_id, calls), 2)) AS cell FROM ("
        "SELECT trace_id, span_id, toString(name) AS name, value"
        + _SCORES
        + ") AS given INNER JOIN (SELECT trace_id, groupUniqArray((model, stratum)) AS every, "
        "groupArray((span_id, (model, stratum))) AS calls FROM ("
        + _calls(wanted)
        + ") WHERE trace_id IN (SELECT trace_id"
        + _SCORES
        + ") GROUP BY trace_id) AS made ON given.trace_id = made.trace_id) WHERE cell.1 != ''\n"
        "GROUP BY name, model, stratum ORDER BY n DESC, name, model, stratum LIMIT {cells:UInt32}"
    )
    params = params_of(project_id, wanted) | {"cells": MOST_CELLS, "scored_from": wanted.from_ns}
    return store.read(sql, params)


def _calls(wanted: Wanted) -> LiteralString:
    """Counted calls with `model` and `stratum`; `wanted.group` is what makes the strata."""
    rows = _live(wanted)
    if wanted.facts is not None:
        facts = fact_rows("calls", tuple(CALL_COLUMNS), _told(value_of(wanted.group)) + " AS grp", wanted.matching)
        rows = with_later(wanted.facts, facts, [*CALL_COLUMNS, "grp"], rows)
    return (
        "SELECT *, splitByChar('\\0', grp)[1] AS model, splitByChar('\\0', grp)[2] AS kind, splitByChar('\\0', grp)[3] AS said, "
        + STRATUM
        + " AS stratum FROM ("
        + rows
        + ")"
    )


def _told(own: LiteralString) -> LiteralString:
    return "concat(" + MODEL + ", '\\0', toString(type), '\\0', toString(" + own + "))"


def _live(wanted: Wanted) -> LiteralString:
    group, where = wanted.group, wanted.matching.where if wanted.matching else "1"
    if group is None or not group.of_trace:
        own: LiteralString = "''" if group is None else group.sql
        return counted_calls(group=_told(own), matching=where, left_out=wanted.left_out)
    return (
        "SELECT own.* REPLACE(concat(grp, values[1]) AS grp) FROM ("
        + counted_calls(group=_told("''"), matching=where, left_out=wanted.left_out)
        + ") AS own LEFT JOIN ("
        + values_of_traces(group, "calls")
        + ") AS whole ON own.trace_id = whole.trace_id"
    )
