"""A region in an address: read, written back, and as a filter."""

from __future__ import annotations

import pytest

from backend.core.errors import InvalidInput
from backend.metrics.differences import Region
from backend.store.quantities import QUANTITY
from web import regions
from web.timerange import TimeRange

SECOND = 1_000_000_000
WINDOW = TimeRange(0, 3600 * SECOND, "1h")
LATENCY, COST = QUANTITY["call_latency"], QUANTITY["call_cost"]


def test_a_missing_edge_is_that_of_the_window() -> None:
    assert regions.parse_region({}, LATENCY, WINDOW) is None
    assert regions.parse_region({"low": "2s"}, LATENCY, WINDOW) == Region(0, 3600 * SECOND, 2 * SECOND, regions.NO_END)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("150ms", "ns", 150_000_000), ("1.5 s", "ns", 1.5 * SECOND), ("2m", "ns", 120 * SECOND), ("7ns", "ns", 7),
        ("$0.01", "usd", 0.01), ("4.6e-7", "usd", 4.6e-7), ("1.2k", "tokens", 1200), ("3", "tokens", 3),
    ],
)  # fmt: skip
def test_amounts_are_written_as_people_write_them(text: str, unit: str, value: float) -> None:
    assert regions.parse_amount(text, unit, "low") == value


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"low": "fast"}, "low"), ({"high": "2 parsecs"}, "high"), ({"low": "-1"}, "low"),
        ({"low": "2s", "high": "1s"}, "high"),
        ({"region_from": "soon"}, "region_from"), ({"region_from": "2030-01-01T00:00:00Z"}, "region_to"),
        ({"low": "3"}, "low"),
    ],
)  # fmt: skip
def test_a_wrong_edge_is_named(params: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        regions.parse_region(params, LATENCY, WINDOW)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [0.0, 1.10069e6, 2.5 * SECOND, 0.000123, 4.6e-8])
def test_what_is_written_is_read_back(value: float) -> None:
    unit = "usd" if value < 1 else "ns"
    assert regions.parse_amount(regions.written_amount(value, unit), unit, "low") == pytest.approx(value, rel=1e-5)


def test_a_region_is_a_filter_where_the_language_has_the_number() -> None:
    region = Region(0, 1, 2 * SECOND, 3 * SECOND)
    assert regions.region_filter(region, LATENCY) == "latency>=2000ms latency<3000ms"
    assert regions.region_filter(region, QUANTITY["trace_latency"]) == "is:root latency>=2000ms latency<3000ms"
    assert regions.region_filter(Region(0, 1, 0, 0.5), COST) == "cost<0.5"
    assert regions.region_filter(region, QUANTITY["trace_cost"]) == ""
