"""Conditions on scores: a score of a trace counts for all of its spans, one that names a span for that span."""

from __future__ import annotations

from typing import LiteralString

from backend.store.filter_fields import Field
from backend.store.filter_syntax import Value
from backend.store.filter_values import COMPARISONS, Bound, amount, is_anything, is_wild, plain_number

OF_TRACES: LiteralString = """
(trace_id IN (SELECT trace_id FROM scores FINAL
  WHERE project_id = {project_id:UUID} AND deleted = 0 AND trace_id != '' AND span_id = '' AND """
OF_SPANS: LiteralString = """)
OR (trace_id, span_id) IN (SELECT trace_id, span_id FROM scores FINAL
  WHERE project_id = {project_id:UUID} AND deleted = 0 AND trace_id != '' AND span_id != '' AND """
NUMERIC: LiteralString = "data_type IN ('numeric', 'boolean')"
TRUTH = {"yes": 1, "true": 1, "no": 0, "false": 0}


def scored(condition: LiteralString) -> LiteralString:
    """Spans with a score for which the condition (over `scores`) holds, on them or on their trace."""
    return OF_TRACES + condition + OF_SPANS + condition + "))"


def named(bound: Bound, name: str) -> LiteralString:
    return "lowerUTF8(name) = lowerUTF8(" + bound.bind(name, "String") + ")"


def compared(bound: Bound, found: Field, operator: str, value: Value) -> LiteralString:
    """The value of a score: a number, yes or no, or a text."""
    if is_anything(value):
        return "1"
    if operator not in (":", "="):
        return "(" + NUMERIC + " AND value" + COMPARISONS[operator] + bound.number(amount(found, value)) + ")"
    any_of: list[LiteralString] = ["(text_value != '' AND " + bound.text("text_value", value, fold=True) + ")"]
    truth, number = TRUTH.get(value.text.lower()), plain_number(value)
    if truth is not None:
        any_of.append("(data_type = 'boolean' AND value = " + bound.bind(truth, "Int64") + ")")
    if number is not None and not is_wild(value):
        any_of.append("(" + NUMERIC + " AND value = " + bound.number(number) + ")")
    return "(" + " OR ".join(any_of) + ")"
