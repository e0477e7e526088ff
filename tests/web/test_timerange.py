"""The time range in the address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import InvalidInput
from backend.core.limits import SECOND_NS
from web import formats
from web.timerange import parse_moment, parse_range

NOW = 1_763_694_764_000_000_000


def test_it_shows_the_last_day_by_default() -> None:
    found = parse_range({}, NOW)
    assert (found.preset, found.start_ns) == ("24h", NOW - 24 * 3600 * SECOND_NS)
    assert found.end_ns > NOW


def test_a_custom_range_survives_being_written_and_read() -> None:
    found = parse_range({"from": "2025-11-20T00:00:00Z", "to": "2025-11-21T00:00:00.5Z"}, NOW)
    assert parse_range(found.params, NOW) == found
    assert found.preset == ""


def test_it_ends_now_when_only_the_beginning_is_given() -> None:
    assert parse_range({"from": "2025-11-20T00:00:00"}, NOW).end_ns == NOW


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"range": "2y"}, "range"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2025-01-02", "to": "2025-01-01"}, "from"),
        ({"to": "9999999"}, "to"),
    ],
)
def test_it_names_what_cannot_be_read(params: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_range(params, NOW)
    assert caught.value.field == field


@given(st.integers(min_value=0, max_value=4_000_000_000 * SECOND_NS))
def test_a_moment_keeps_every_nanosecond(ns: int) -> None:
    assert parse_moment(formats.iso(ns), "from") == ns


@given(st.text(max_size=40))
def test_anything_else_is_a_named_error(text: str) -> None:
    try:
        parse_moment(text, "from")
    except InvalidInput as error:
        field = error.field
    else:
        field = "from"
    assert field == "from"
