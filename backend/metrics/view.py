"""What is asked of metrics, and the answer: series over time and totals, by group."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from backend.store.measures import Measure

Value = float | int | None


@dataclass(frozen=True)
class Question:
    """Measures of one family over what begins in [start_ns, end_ns).

    `interval`: auto, none (totals only) or a length such as 5m, 1h, 1d. `top`: so many groups apart, the rest together.
    `whole_rest` False spares a scan: percentiles and averages of the rest are then not given. `beside`: all groupings
    by which the same page ranks by the same measures; one scan then answers them all.
    """

    project_id: UUID
    start_ns: int
    end_ns: int
    measures: tuple[str, ...]
    group_by: str = ""
    interval: str = "auto"
    filter: str = ""
    top: int = 10
    whole_rest: bool = True
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Series:
    """`values` by measure, one an interval; `totals` over the whole window (not the sum: a p95 is one of all rows).

    `group` is "" for what has no value, or when nothing is grouped. None: nobody gave the numbers.
    """

    group: str
    totals: dict[str, Value]
    values: dict[str, list[Value]] = field(default_factory=dict[str, list[Value]])


@dataclass(frozen=True)
class Answer:
    """`series`: the groups with most of the first measure, in that order. `starts`: of each interval; none for totals.

    `other`: all further groups together; None when there are none, and where a row has several values (tags).
    `total`: everything together; None where a row has several values.
    """

    measures: tuple[Measure, ...]
    group_by: str
    step_ns: int
    starts: list[int]
    series: list[Series]
    other: Series | None
    total: Series | None
