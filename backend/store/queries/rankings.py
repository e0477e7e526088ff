"""Several rankings by one measure in one scan: who costs most, by user, by tag, by prompt, by trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.measures import Dimension, Family
from backend.store.queries.counted import FROM_SPANS
from backend.store.queries.metrics import (
    DIGITS,
    SPANS_OF_SCORES,
    Wanted,
    aggregates_of,
    family_rows,
    params_of,
)

# Between the groups of one row; no value has a NUL in it.
BETWEEN: LiteralString = ", '\\0', "
TOTAL = ""


def top_of_each(
    store: Store, project_id: UUID, wanted: Wanted, groups: Sequence[Dimension], limit: int
) -> dict[str, list[Row]]:
    """By the name of each grouping (at most ten, none with a key): as `top_groups`, rows of g, all_groups, m0, m1, ….

    Each row of the family is taken once for each grouping, and once for the total.
    """
    sql: LiteralString = (
        "SELECT pair.1 AS d, pair.2 AS g"
        + aggregates_of(wanted.measures)
        + "\nFROM (SELECT *, arrayJoin(arrayConcat([('', '')]"
        + _pairs(groups)
        + ")) AS pair FROM ("
        + _rows(wanted, groups)
        + "))\nGROUP BY d, g\nORDER BY d, m0 DESC NULLS LAST, g LIMIT {each:UInt32} BY d"
    )
    rows = store.read(sql, {**params_of(project_id, wanted), "each": limit})
    total = [row | {"all_groups": 1} for row in rows if row["d"] == TOTAL]
    return {
        one.name: total + [row | {"all_groups": 0} for row in rows if row["d"] == DIGITS[number]]
        for number, one in enumerate(groups)
    }


def _pairs(groups: Sequence[Dimension]) -> LiteralString:
    """For each grouping the pairs (its number, a value of the row). Own values lie in grp, the trace's in w0, w1, …."""
    pairs: list[LiteralString] = []
    own = 0
    for number, one in enumerate(groups):
        name: LiteralString = DIGITS[number]
        if one.of_trace:
            values: LiteralString = "if(empty(w" + name + "), [''], w" + name + ")"
            pairs.append(", arrayMap(v -> ('" + name + "', v), " + values + ")")
        else:
            own += 1
            pairs.append(", [('" + name + "', splitByChar('\\0', grp)[" + DIGITS[own] + "])]")
    return "".join(pairs)


def _rows(wanted: Wanted, groups: Sequence[Dimension]) -> LiteralString:
    where: LiteralString = wanted.matching.where if wanted.matching else "1"
    values: list[LiteralString] = ["toString(" + one.sql + ")" for one in groups if not one.of_trace]
    own: LiteralString = (
        "''" if not values else values[0] if len(values) == 1 else "concat(" + BETWEEN.join(values) + ")"
    )
    rows = family_rows(wanted.family, own, where)
    if not any(one.of_trace for one in groups):
        return rows
    return (
        "SELECT * FROM ("
        + rows
        + ") AS own LEFT JOIN ("
        + _values_of_traces(groups, wanted.family)
        + ") AS whole ON own.trace_id = whole.trace_id"
    )


def _values_of_traces(groups: Sequence[Dimension], family: Family) -> LiteralString:
    """trace_id, w0, w1, …: what the spans of each trace say. Of several users of a trace the first one counts."""
    columns: LiteralString = ""
    given: list[LiteralString] = []
    for number, one in enumerate(groups):
        if not one.of_trace:
            continue
        some: LiteralString = "notEmpty(" + one.sql + ")"
        given.append(some)
        value: LiteralString = "[toString(argMinIf(" + one.sql + ", start_time, " + some + "))]"
        if one.several:
            value = "groupUniqArrayArray(" + one.sql + ")"
        columns = columns + ", " + value + " AS w" + DIGITS[number]
    within: LiteralString = SPANS_OF_SCORES if family == "scores" else FROM_SPANS
    return "SELECT trace_id" + columns + within + " AND (" + " OR ".join(given) + ") GROUP BY trace_id"
