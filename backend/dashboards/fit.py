"""Which charts fit which measures and groups: what would be drawn wrongly is an error that says what to choose."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core.errors import InvalidInput
from backend.dashboards.widgets import OVER_TIME, Chart
from backend.metrics.distribution import Quantity
from backend.metrics.services import Dimension, Measure


def check_fit(chart: Chart, measures: Sequence[Measure | Quantity], group: Dimension | None) -> None:
    """Raises InvalidInput with the field that should change."""
    if chart == "ranking" and group is None:
        raise InvalidInput("A ranking needs a grouping: what is ranked?", field="group_by")
    if chart == "number" and group is not None:
        raise InvalidInput("A number has no groups: choose a table or a ranking.", field="group_by")
    if chart == "heatmap" and group is not None:
        raise InvalidInput("A heatmap has no groups: choose a histogram, or filter by one.", field="group_by")
    if chart == "histogram" and group is not None and group.several:
        raise InvalidInput(f"A row has several values of {group.label.lower()}: filter by one.", field="group_by")
    if chart == "bar" and group is not None:
        raise InvalidInput("Bars of groups would hide each other: choose stacked.", field="chart")
    if len(measures) > 1 and (chart == "ranking" or (group is not None and chart in OVER_TIME)):
        raise InvalidInput("With groups it shows one measure. A table of groups shows several.", field="measures")
    if chart in OVER_TIME:
        _check_scale(measures)
    if chart == "stacked":
        _check_adds(measures, group)


def _check_scale(measures: Sequence[Measure | Quantity]) -> None:
    first = measures[0]
    other = next((one for one in measures if one.unit != first.unit), None)
    if other is not None:
        raise InvalidInput(
            f"{first.label} and {other.label} have no scale in common: choose a table or numbers.", field="measures"
        )


def _check_adds(measures: Sequence[Measure | Quantity], group: Dimension | None) -> None:
    wrong = next((one for one in measures if isinstance(one, Measure) and not one.adds), None)
    if wrong is not None:
        raise InvalidInput(f"Parts of {wrong.label} do not add up to a whole: choose a line.", field="chart")
    if group is not None and group.several:
        raise InvalidInput(
            f"A row has several values of {group.label.lower()}, so parts do not add up: choose a line.", field="chart"
        )
