"""Figures of distributions are pure: counts in, a dict for Plotly or a table out."""

from __future__ import annotations

import pytest

from backend.metrics.distribution import OTHER, Bucket, Distribution, Spread, as_histogram
from backend.metrics.services import check_filter
from backend.store.quantities import QUANTITY
from web.figures import heatmap, histogram, spread

SECOND = 1_000_000_000
BUCKETS = [Bucket(0, 0), Bucket(SECOND, 2 * SECOND), Bucket(2 * SECOND, 4 * SECOND)]
COUNTS = [[1, 0, 0], [0, 100, 0]]


def found(series: list[Spread] | None = None, group_by: str = "") -> Distribution:
    whole = Spread("", COUNTS)
    starts = [1_000 * SECOND, 1_060 * SECOND]
    quantity = QUANTITY["call_latency"]
    return Distribution(quantity, group_by, 60 * SECOND, starts, BUCKETS, series or [whole], whole, 0)


def test_a_heatmap_has_a_row_a_bucket_and_gaps_where_nothing_is() -> None:
    figure = heatmap.heatmap(found(), label="Latency")
    (trace,) = figure["data"]
    assert trace["y"] == ["0 s", "1.00 s to 2.00 s", "2.00 s to 4.00 s"]
    assert trace["customdata"] == [[1, 0], [0, 100], [0, 0]]
    assert trace["z"] == [[0.5, None], [None, 2.5], [None, None]]
    assert trace["x"] == [1_030_000, 1_090_000]
    assert figure["edges"] == [0, SECOND, 2 * SECOND, 4 * SECOND]


def test_a_histogram_stacks_its_groups() -> None:
    parts = [Spread("gpt", COUNTS), Spread("", COUNTS), Spread(OTHER, COUNTS)]
    figure = histogram.histogram(as_histogram(found(parts, "model")), label="Latency")
    assert [(one["name"], one["meta"]["group"]) for one in figure["data"]] == [
        ("gpt", "gpt"), ("(none)", None), ("others", None),
    ]  # fmt: skip
    assert figure["data"][0]["y"] == [1, 100, 0]
    assert figure["data"][2]["marker"]["color"] == "--span"


def test_tables_tell_the_same() -> None:
    over_time = spread.table(found())
    assert over_time.head == ["calls", "median", "p95", "from", "to"]
    assert over_time.rows[0][2] == ["100", "about 1.41 s", "about 1.93 s", "1.00 s", "2.00 s"]
    assert spread.table(as_histogram(found())).rows[1] == (None, "1.00 s to 2.00 s", ["100", "99.0 %"])


@pytest.mark.parametrize(
    ("share", "expected"), [(0.001, 0), (0.5, pytest.approx(2**0.5 * SECOND, rel=0.02)), (1, 2 * SECOND)]
)
def test_a_quantile_lies_in_its_bucket(share: float, expected: float) -> None:
    assert spread.quantile(BUCKETS, [1, 100, 0], share) == expected


@pytest.mark.parametrize(
    ("quantity", "bucket", "expected"),
    [
        ("trace_latency", BUCKETS[1], "is:root latency>=1000000000ns latency<2000000000ns"),
        ("call_cost", Bucket(0.0000125, 0.001), "type:llm,embedding,reranker cost>=0.0000125 cost<0.001"),
        ("span_latency", BUCKETS[0], "latency<=0"),
        ("trace_cost", BUCKETS[1], ""),
    ],
)
def test_a_bucket_is_a_filter(quantity: str, bucket: Bucket, expected: str) -> None:
    text = spread.condition(QUANTITY[quantity], bucket)
    assert text == expected
    check_filter(text)  # the language understands it


def test_an_axis_names_powers_of_ten_where_there_are_some() -> None:
    four_a_decade = [Bucket(10 ** (n / 4), 10 ** ((n + 1) / 4)) for n in range(1, 20)]
    assert [round(four_a_decade[n].low) for n in spread.ticks(four_a_decade, 7)] == [10, 100, 1_000, 10_000]
    assert spread.ticks(four_a_decade[:6], 3) == [0, 2, 4]
