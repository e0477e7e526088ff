"""The chart of the Ingest page, as data."""

from __future__ import annotations

import pytest

from backend.intake.view import IntakePoint
from web.charts import intake_chart, nice_ceiling


def test_it_stacks_stored_waiting_and_rejected() -> None:
    chart = intake_chart([IntakePoint(0, received=10, stored=6, rejected=2), IntakePoint(1, 0, 0, 0)])
    assert [(b.kind, b.x) for b in chart.bars] == [("stored", 0.0), ("waiting", 0.0), ("rejected", 0.0)]
    assert sum(b.height for b in chart.bars) == pytest.approx(148)
    assert [value for _, value in chart.y_ticks] == [0, 5, 10]


def test_it_draws_nothing_for_an_empty_series() -> None:
    chart = intake_chart([])
    assert chart.bars == []
    assert chart.x_ticks == []


def test_it_labels_at_most_six_moments() -> None:
    assert len(intake_chart([IntakePoint(i, 1, 1, 0) for i in range(61)]).x_ticks) <= 6


@pytest.mark.parametrize(("value", "top"), [(0, 2), (3, 4), (11, 20), (100, 100), (101, 200)])
def test_its_top_is_a_round_number(value: int, top: int) -> None:
    assert nice_ceiling(value) == top
