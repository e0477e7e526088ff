"""Forecasts are pure: days in, a line and a band out."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.budgets.forecast import Past, Piece, crossing, forecast

DOLLARS = st.floats(0, 1_000_000)
SHARES = st.floats(0, 1)
PIECES = st.lists(st.builds(Piece, st.integers(0, 6), SHARES), max_size=40)
AMOUNTS = st.lists(DOLLARS, max_size=28)


def days(*amounts: float, first: int = 0) -> list[Past]:
    return [Past((first + n) % 7, amount) for n, amount in enumerate(amounts)]


@given(DOLLARS, AMOUNTS, DOLLARS, SHARES, PIECES)
def test_a_line_never_falls_and_stays_in_its_band(spent, amounts, today, share, rest):
    found = forecast(spent, days(*amounts), today, share, rest)
    assert len(found.ahead) in (0, len(rest))
    before = spent, spent
    for one in found.ahead:
        assert one.expected >= before[0]
        if one.low is not None:
            assert before[1] <= one.low <= one.expected <= one.high
            before = one.expected, one.low
        else:
            before = one.expected, before[1]


@given(st.lists(st.floats(1, 1000), min_size=7, max_size=7), st.integers(0, 6), st.floats(0.01, 1), PIECES)
def test_weeks_that_are_alike_go_on_alike(week, first, share, rest):
    past = [Past((first + n) % 7, week[(first + n) % 7]) for n in range(28)]
    found = forecast(10.0, past, 0.0, share, rest)
    expected = 10 + sum(week[one.weekday] * one.share for one in rest)
    assert found.method == ("weekday")
    if rest:
        assert found.end.expected == pytest.approx(expected)
        assert (found.end.low, found.end.high) == pytest.approx((expected, expected))


@given(AMOUNTS, st.floats(0.1, 1), PIECES, st.floats(0.01, 100))
def test_it_is_the_same_in_another_currency(amounts, share, rest, rate):
    one = forecast(5.0, days(*amounts), 5.0, share, rest)
    other = forecast(5.0 * rate, days(*(rate * value for value in amounts)), 5.0 * rate, share, rest)
    assert one.method == other.method
    assert [x.expected * rate for x in one.ahead] == pytest.approx([x.expected for x in other.ahead])
    highs = [(x.high, y.high) for x, y in zip(one.ahead, other.ahead, strict=True) if x.high is not None]
    assert [high * rate for high, _ in highs] == pytest.approx([high for _, high in highs], rel=1e-6, abs=1e-6)


@given(AMOUNTS, st.integers(0, 6), SHARES)
def test_a_day_in_two_halves_is_a_day(amounts, weekday, share):
    past = days(*amounts)
    whole = forecast(1.0, past, 1.0, 0.5, [Piece(weekday, share)]).end
    halves = forecast(1.0, past, 1.0, 0.5, [Piece(weekday, share / 2)] * 2).end
    assert halves.expected == pytest.approx(whole.expected)
    if whole.high is not None:
        assert halves.high == pytest.approx(whole.high)


def test_a_short_history_is_one_mean():
    found = forecast(30.0, days(10, 20), 0.0, 0.0, [Piece(2, 1), Piece(3, 1)])
    assert (found.method, [one.expected for one in found.ahead]) == ("mean", [45, 60])
    assert found.end.low is None
    banded = forecast(30.0, days(8, 12, 8, 12, 8, 12, 10), 0.0, 0.0, [Piece(3, 1)]).end
    # s = 2 with 6 degrees of freedom: 1.440 · 2 · √(1 + 1/7)
    assert (banded.expected, banded.high) == pytest.approx((40, 40 + 3.079), abs=0.01)


def test_the_band_of_weekdays_is_of_the_residuals():
    past = days(10, 14, 10, 14, 10, 14, 12, 14, 10, 14, 10, 14, 10, 12)
    found = forecast(0.0, past, 0.0, 0.0, [Piece(0, 1)]).end
    # Twelve residuals of 2: s = √(12 · 4 / 7); two days of this weekday; 7 degrees of freedom.
    assert found.expected == 12
    assert found.high == pytest.approx(12 + 1.415 * (48 / 7) ** 0.5 * 1.5**0.5, abs=0.01)
    assert found.low == pytest.approx(24 - found.high)


def test_weeks_that_differ_widen_the_band():
    found = forecast(0.0, days(*([10.0] * 7), *([14.0] * 7)), 0.0, 0.0, [Piece(0, 1)]).end
    # Weeks of 70 and 98: s = 28 / √2 with one degree of freedom, a day's part of it.
    assert found.high == pytest.approx(12 + 3.078 * 28 / 2**0.5 / 7**0.5 * 1.5**0.5, abs=0.01)


@pytest.mark.parametrize("known", [14, 28])
def test_about_four_of_five_periods_end_inside_the_band(known):
    dice, inside = random.Random(known), 0
    for _ in range(400):
        mean = [dice.uniform(5, 15) for _ in range(7)]
        spent = [mean[n % 7] * dice.lognormvariate(0, 0.5) for n in range(known + 10)]
        end = forecast(0, days(*spent[:known]), 0, 0, [Piece((known + n) % 7, 1) for n in range(10)]).end
        inside += end.low <= sum(spent[known:]) <= end.high
    assert 0.75 <= inside / 400 <= 0.92


def test_days_before_the_first_use_do_not_count():
    late = forecast(8.0, days(*([0] * 20), 4, 4), 0.0, 0.0, [Piece(0, 1)])
    assert late.end.expected == 12
    pause = forecast(8.0, days(4, 4, *([0] * 20)), 0.0, 0.0, [Piece(0, 7)])
    assert pause.method == "weekday"


@pytest.mark.parametrize(("today", "share"), [(0.0, 0.9), (5.0, 0.01)])
def test_nothing_is_told_from_nothing(today, share):
    found = forecast(today, days(0, 0, 0), today, share, [Piece(0, 1)])
    assert (found.method, found.end) == ("none", None)


def test_a_limit_is_reached_within_a_step():
    assert crossing(10, [20, 40, 60], 30) == (1, 0.5)
    assert crossing(10, [20, 40, 60], 61) is None
    assert crossing(10, [20], 5) == (0, 0)
