"""Several rankings by one measure in one scan: who costs most, by user, by tag, by prompt, by trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.measures import Dimension, Family
from backend.store.queries.counted import FROM_SPANS
from backend.store.queries.facts import column_of, fact_rows, value_of
from backend.store.queries.metrics import (
    DIGITS,
    SPANS_OF_SCORES,
    Wanted,
    aggregates_of,
    columns_of,
    family_rows,
    params_of,
    with_later,
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
        "SELECT key"
        + aggregates_of(wanted.measures)
        + "\nFROM (SELECT *, arrayJoin(keys) AS key FROM ("
        + _keyed_rows(wanted, groups)
        + "))\nGROUP BY key\nORDER BY m0 DESC NULLS LAST, key LIMIT {each:UInt32} BY substring(key, 1, 1)"
    )
    rows = store.read(sql, {**params_of(project_id, wanted), "each": limit})
    total = [row | {"g": "", "all_groups": 1} for row in rows if row["key"] == TOTAL]
    return {
        one.name: total
        + [row | {"g": row["key"][1:], "all_groups": 0} for row in rows if row["key"][:1] == DIGITS[number]]
        for number, one in enumerate(groups)
    }


def _keys(groups: Sequence[Dimension], values: Sequence[LiteralString]) -> LiteralString:
    """What a row counts for, as texts: the number of the grouping and then the value; nothing for the total.

    One text is a quicker key than a pair. `values`: of each grouping an array of texts, or one text.
    """
    single: list[LiteralString] = ["''"]
    several: LiteralString = ""
    for number, (one, value) in enumerate(zip(groups, values, strict=True)):
        if one.several:
            several = (
                several
                + ", arrayMap(v -> concat('"
                + DIGITS[number]
                + "', v), if(empty("
                + value
                + "), [''], "
                + value
                + "))"
            )
        else:
            single.append("concat('" + DIGITS[number] + "', " + value + ")")
    return "arrayConcat([" + ", ".join(single) + "]" + several + ") AS keys"


def _keyed_rows(wanted: Wanted, groups: Sequence[Dimension]) -> LiteralString:
    """The rows of the family with `keys`: from spans, and from facts as far as there are any."""
    where: LiteralString = wanted.matching.where if wanted.matching else "1"
    own: list[LiteralString] = ["toString(" + one.sql + ")" for one in groups if not one.of_trace]
    grp: LiteralString = "''" if not own else own[0] if len(own) == 1 else "concat(" + BETWEEN.join(own) + ")"
    columns = columns_of(wanted)
    rows = family_rows(wanted.family, grp, where, columns, wanted.left_out)
    if any(one.of_trace for one in groups):
        rows = (
            "SELECT * FROM ("
            + rows
            + ") AS own LEFT JOIN ("
            + _values_of_traces(groups, wanted.family)
            + ") AS whole ON own.trace_id = whole.trace_id"
        )
    keys = _keys(groups, _values(groups))
    if wanted.facts is None:
        return "SELECT *, " + keys + " FROM (" + rows + ")"
    told = _keys(groups, [column_of(one) if one.several else value_of(one) for one in groups])
    facts = fact_rows(wanted.family, columns, told, wanted.matching)
    return with_later(wanted.facts, facts, [*columns, keys], rows)


def _values(groups: Sequence[Dimension]) -> list[LiteralString]:
    """Where a row from spans has its values: own ones in grp, those of the trace in w0, w1, …."""
    values: list[LiteralString] = []
    own = 0
    for number, one in enumerate(groups):
        if one.of_trace:
            values.append("w" + DIGITS[number])
        else:
            own += 1
            values.append("splitByChar('\\0', grp)[" + DIGITS[own] + "]")
    return values


def _values_of_traces(groups: Sequence[Dimension], family: Family) -> LiteralString:
    """trace_id, w0, w1, …: what the spans of each trace say. Of several users of a trace the first one counts."""
    columns: LiteralString = ""
    given: list[LiteralString] = []
    for number, one in enumerate(groups):
        if not one.of_trace:
            continue
        some: LiteralString = "notEmpty(" + one.sql + ")"
        given.append(some)
        value: LiteralString = "toString(argMinIf(" + one.sql + ", start_time, " + some + "))"
        if one.several:
            value = "groupUniqArrayArray(" + one.sql + ")"
        columns = columns + ", " + value + " AS w" + DIGITS[number]
    within: LiteralString = SPANS_OF_SCORES if family == "scores" else FROM_SPANS
    return "SELECT trace_id" + columns + within + " AND (" + " OR ".join(given) + ") GROUP BY trace_id"
