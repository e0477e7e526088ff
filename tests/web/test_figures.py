"""Figures are pure: an answer in, a dict for Plotly, a table or a ranking out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.metrics.services import MEASURE
from backend.metrics.view import Answer, Series
from web.figures import over_time, units, words

SECOND = 1_000_000_000
STARTS = [1_000 * SECOND, 1_060 * SECOND]


def answer(*measures: str, group_by: str = "", series: list[Series], other: Series | None = None) -> Answer:
    found = tuple(MEASURE[name] for name in measures)
    return Answer(found, group_by, 60 * SECOND, STARTS, series, other, None)


def test_a_line_has_its_own_unit_and_gaps() -> None:
    one = Series("", {}, {"trace_latency_p50": [2_500_000_000, None], "trace_latency_p95": [9_000_000_000, 1]})
    figure = over_time.over_time(
        answer("trace_latency_p50", "trace_latency_p95", series=[one]), "line", label="Latency"
    )
    median, p95 = figure["data"]
    assert (median["name"], median["y"], median["text"]) == ("median", [2.5, None], ["2.50 s", "—"])
    assert p95["line"]["color"] == "--accent"
    assert median["x"] == [1_000_000, 1_060_000]
    assert figure["layout"]["yaxis"]["ticksuffix"] == " s"
    assert figure["layout"]["xaxis"]["range"] == [1_000_000, 1_120_000]


def test_groups_are_stacked_and_the_rest_is_grey() -> None:
    series = [Series("gpt", {}, {"cost": [1.0, 2.0]}), Series("", {}, {"cost": [0.5, None]})]
    figure = over_time.over_time(
        answer("cost", group_by="model", series=series, other=Series("x", {}, {"cost": [3.0, 0.0]})),
        "stacked",
        label="",
    )
    assert [(one["name"], one["meta"]["group"]) for one in figure["data"]] == [
        ("gpt", "gpt"),
        ("(none)", None),
        ("others", None),
    ]
    assert figure["data"][2]["marker"]["color"] == "--span"
    assert (figure["layout"]["barmode"], figure["layout"]["yaxis"]["tickprefix"]) == ("stack", "$")


def test_a_lonely_point_is_seen() -> None:
    one = Series("", {}, {"ttft_p50": [None, 5]})
    figure = over_time.over_time(answer("ttft_p50", series=[one]), "line", label="")
    assert figure["data"][0]["mode"] == "lines+markers"


def test_the_table_has_the_latest_first_and_no_empty_rows() -> None:
    one = Series("", {}, {"traces": [4, 0], "failed_traces": [1, 0]})
    table = words.table(answer("traces", "failed_traces", series=[one]))
    assert table.head == ["requests", "with errors"]
    assert table.rows == [(STARTS[0], "", ["4", "1"])]


def test_a_ranking_ends_with_the_others() -> None:
    series = [Series("ann", {"cost": 2.0}), Series("ben", {"cost": 0.5}), Series("x", {"cost": None})]
    ranks = words.ranking(answer("cost", group_by="user", series=series, other=Series("o", {"cost": 1.0})))
    assert [(one.label, one.value, one.width) for one in ranks] == [
        ("ann", "$2.00", 100.0),
        ("ben", "$0.5000", 25.0),
        ("others", "$1.00", 0.0),
    ]


@pytest.mark.parametrize(
    ("now", "before", "unit", "said"),
    [
        (0.019, 0.011, "share", "+0.8 pt"),
        (600_000_000, 1_000_000_000, "ns", "−400 ms"),
        (104, 100, "count", "+4.0 %"),
        (100, 100, "count", "±0.0 %"),
        (6000, 8, "count", "×750"),
        (1, 0, "count", ""),
        (None, 1, "ns", ""),
        (0.85, 0.87, "score", "−0.020"),
    ],
)
def test_a_change_says_how_much(now: float | None, before: float | None, unit: str, said: str) -> None:
    assert units.change(now, before, unit) == said


def test_a_sparkline_spans_its_box() -> None:
    assert words.sparkline([0, None, 10]) == "0.0,22.0 100.0,2.0"
    assert words.sparkline([None, 3]) == ""


def test_the_time_before_is_dotted_over_the_present_one() -> None:
    now = answer("traces", "failed_traces", series=[Series("", {}, {"traces": [4, 5], "failed_traces": [0, 1]})])
    then = answer("traces", "failed_traces", series=[Series("", {}, {"traces": [9, 8], "failed_traces": [1, 0]})])
    figure = over_time.over_time(now, "bar", label="", before=then, shift_ns=120 * SECOND)
    dotted = figure["data"][2:]
    assert [(one["name"], one["y"], one["line"]["dash"]) for one in dotted] == [
        ("requests, before", [9, 8], "dot"), ("with errors, before", [1, 0], "dot"),
    ]  # fmt: skip
    # Through the middle of the bar of the interval that it is compared with, and back to where it was.
    assert dotted[0]["x"] == [1_000_000 + 120_000 + 30_000, 1_060_000 + 120_000 + 30_000]
    assert dotted[0]["x"][0] - dotted[0]["meta"]["shift"] == 1_000_000


def test_of_groups_that_are_stacked_the_sum_before_is_shown() -> None:
    groups = [Series("gpt", {}, {"cost": [1.0, 2.0]}), Series("new", {}, {"cost": [1.0, 1.0]})]
    now = answer("cost", group_by="model", series=groups)
    then = replace(answer("cost", group_by="model", series=groups[:1]), total=Series("", {}, {"cost": [7.0, 8.0]}))
    stacked = over_time.over_time(now, "stacked", label="", before=then)["data"]
    assert [(one["name"], one["y"]) for one in stacked[2:]] == [("all, before", [7.0, 8.0])]
    lines = over_time.over_time(now, "line", label="", before=then)["data"]
    assert [(one["name"], one["line"]["color"]) for one in lines[2:]] == [("gpt, before", "--accent")]


def test_measures_that_share_a_short_name_are_told_apart() -> None:
    one = Series("", {}, {"call_latency_p95": [1, 2], "ttft_p95": [1, 2]})
    figure = over_time.over_time(answer("call_latency_p95", "ttft_p95", series=[one]), "line", label="")
    assert [trace["name"] for trace in figure["data"]] == ["Latency of calls, p95", "Time to first token, p95"]


@pytest.mark.parametrize(
    ("measure", "now", "before", "good"),
    [("cost", 2.0, 1.0, False), ("score_avg", 0.9, 0.5, True), ("traces", 5, 4, None), ("cost", 1.0, 1.0, None)],
)
def test_numbers_say_whether_a_change_is_good(measure: str, now: float, before: float, good: bool | None) -> None:
    (number,) = words.numbers(
        answer(measure, series=[Series("", {measure: now})]), answer(measure, series=[Series("", {measure: before})])
    )
    assert number.good is good
    assert (number.value, number.before) == (
        units.text(now, MEASURE[measure].unit),
        units.text(before, MEASURE[measure].unit),
    )


def test_tables_and_rankings_show_what_changed() -> None:
    now = [Series("gpt", {"cost": 3.0}), Series("new", {"cost": 1.0})]
    one, other = (
        answer("cost", group_by="model", series=now),
        answer("cost", group_by="model", series=[Series("gpt", {"cost": 2.0})]),
    )
    totals = replace(one, starts=[])
    assert words.table(totals, replace(other, starts=[])).rows[0][2] == ["$3.00 (+50.0 %)"]
    assert words.table(totals, replace(other, starts=[])).rows[1][2] == ["$1.00"]
    assert [rank.change for rank in words.ranking(one, other)] == ["+50.0 %", ""]
