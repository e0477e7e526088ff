"""Facets of the traces list: values with counts, and the filter that a click on one makes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.store import client, filter_edit
from backend.store.client import Row
from backend.store.filters import compile_filter
from backend.store.queries import facets as queries

FIELDS: tuple[str, ...] = tuple(queries.VALUES)


@dataclass(frozen=True, slots=True)
class FacetValue:
    """`traces`: how many have a span that matches the filter and has this value. `chosen`: what the filter says of it.

    `toggled` and `excluded`: the filter after a click; None when it would become too long.
    """

    value: str
    traces: int
    chosen: Literal["", "in", "out"]
    toggled: str | None
    excluded: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """The most frequent values of one field; `more` when there are others. Counts are estimates when `sample` > 1."""

    field: str
    values: list[FacetValue]
    more: bool
    sample: int


@dataclass(frozen=True)
class Asked:
    """Spans that begin in [start_ns, end_ns) and match `filter`."""

    project_id: UUID
    start_ns: int
    end_ns: int
    filter: str = ""


def overview(asked: Asked) -> list[Facet]:
    """All facets that have values. A field that the filter chooses from shows what else there is to choose."""
    chosen = _chosen(asked.filter)
    sample = sample_of(asked, asked.filter)
    rows = queries.values_of_fields(
        client.current(), asked.project_id, asked.start_ns, asked.end_ns, compile_filter(asked.filter),
        sample=sample, limit=limits.FACET_VALUES + 1,
    )  # fmt: skip
    by_field: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_field[row["field"]].append(row)
    facets: list[Facet] = []
    for field in FIELDS:
        wanted = any(one == field and how == "in" for (one, _), how in chosen.items())
        if wanted:
            facets.append(one_field(asked, field, sampled=True))
        elif field in queries.TOGETHER:
            facets.append(_facet(asked, field, by_field[field], chosen, sample, limits.FACET_VALUES))
    return [facet for facet in facets if facet.values]


def one_field(
    asked: Asked, field: str, *, search: str = "", limit: int = limits.FACET_VALUES, sampled: bool = False
) -> Facet:
    """One facet, without what the filter itself chooses of its field. Exact unless `sampled`."""
    if field not in queries.VALUES:
        raise InvalidInput(f"There is no facet {field[:60]!r}. Known: {', '.join(FIELDS)}.", field="field")
    others = filter_edit.without_field(asked.filter, field)
    sample = sample_of(asked, others) if sampled else 1
    rows = queries.values_of_field(
        client.current(), asked.project_id, asked.start_ns, asked.end_ns, compile_filter(others),
        field=field, search=search, sample=sample, limit=limit + 1,
    )  # fmt: skip
    return _facet(asked, field, rows, _chosen(asked.filter), sample, limit)


def sample_of(asked: Asked, text: str) -> int:
    """Every how many-th trace is looked at: a power of two, so that about FACET_SPANS spans are counted."""
    spans = queries.spans_to_read(
        client.current(), asked.project_id, asked.start_ns, asked.end_ns, compile_filter(text)
    )  # fmt: skip
    sample = 1
    while spans > limits.FACET_SPANS * sample:
        sample *= 2
    return sample


def _chosen(text: str) -> dict[tuple[str, str], Literal["in", "out"]]:
    return {(one.field, one.value.lower()): "out" if one.excluded else "in" for one in filter_edit.choices(text)}


def _facet(
    asked: Asked,
    field: str,
    rows: list[Row],
    chosen: dict[tuple[str, str], Literal["in", "out"]],
    sample: int,
    limit: int,
) -> Facet:
    counts = {str(row["value"]): int(row["traces"]) * sample for row in rows[:limit]}
    shown = {value.lower() for value in counts}
    # What is chosen is always shown, else it could not be taken back.
    counts |= {value: 0 for (one, value) in chosen if one == field and value not in shown}
    values = [
        _value(asked.filter, field, value, n, chosen.get((field, value.lower()), "")) for value, n in counts.items()
    ]
    return Facet(field, values, len(rows) > limit, sample)


def _value(text: str, field: str, value: str, traces: int, chosen: Literal["", "in", "out"]) -> FacetValue:
    return FacetValue(
        value=value,
        traces=traces,
        chosen=chosen,
        toggled=_edited(text, field, value, exclude=chosen == "out", drop=chosen != ""),
        excluded=_edited(text, field, value, exclude=True, drop=chosen == "out"),
    )


def _edited(text: str, field: str, value: str, *, exclude: bool, drop: bool) -> str | None:
    change = filter_edit.remove if drop else filter_edit.add
    try:
        return change(text, field, value, exclude=exclude)
    except InvalidInput:  # too long, or a value with control characters
        return None
