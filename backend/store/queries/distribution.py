"""How a number is spread: rows counted by interval and by how large the number is, in one scan of the family's rows."""

from __future__ import annotations

from dataclasses import replace
from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.measures import MEASURE
from backend.store.quantities import SPENT, Quantity
from backend.store.queries.metrics import BUCKET, Wanted, params_of, rows_of

# Buckets of a factor of ten; the answer is made coarser afterwards, as the range of the numbers allows.
FINE = 24
# No logarithm: nothing took no time, cost nothing. Rows without the number.
ZERO, NOT_GIVEN = -100_000, -100_001
# 24 buckets of a factor of ten over five factors, a hundred intervals, eight groups: groups that are people can have more.
MOST_CELLS = 100_000

# A number that lies on an edge belongs above it, whatever the last digit of its logarithm is.
LEVEL: LiteralString = (
    "multiIf(NOT given, {not_given:Int32}, amount <= 0, {zero:Int32}, "
    "toInt32(floor(log10(greatest(amount, 1e-300)) * {fine:Float64} + 1e-6)))"
)
# Their columns are what SPENT reads.
SUMMED = (MEASURE["cost"], MEASURE["tokens"])


def levels(store: Store, project_id: UUID, wanted: Wanted, quantity: Quantity) -> list[Row]:
    """Rows of g (group), b (interval), v (bucket of the number: its logarithm times FINE, ZERO or NOT_GIVEN) and n.

    More than MOST_CELLS rows are cut off.
    """
    params = params_of(project_id, wanted) | {"zero": ZERO, "not_given": NOT_GIVEN, "fine": float(FINE)}
    sql: LiteralString = (
        "SELECT grp AS g, b, v, count() AS n FROM (SELECT grp, "
        + BUCKET
        + " AS b, "
        + LEVEL
        + " AS v FROM ("
        + amounts_of(wanted, quantity)
        + "))\nGROUP BY g, b, v ORDER BY g, b, v LIMIT {cells:UInt32}"
    )
    return store.read(sql, {**params, "cells": MOST_CELLS + 1})


def amounts_of(wanted: Wanted, quantity: Quantity) -> LiteralString:
    """The family's rows with `amount` and whether it is `given`. Binds what params_of gives."""
    rows = rows_of(wanted)
    if quantity.summed:
        rows = (
            "SELECT own.*, spent_cost, spent_tokens FROM ("
            + rows
            + ") AS own LEFT JOIN ("
            + SPENT
            + rows_of(replace(wanted, family="calls", group=None, matching=None, measures=SUMMED))
            + ") GROUP BY trace_id) AS spent ON own.trace_id = spent.trace_id"
        )
    amount: LiteralString = "toFloat64(ifNull(" + quantity.sql + ", 0)) AS amount"
    return "SELECT *, " + amount + ", " + quantity.given + " AS given FROM (" + rows + ")"
