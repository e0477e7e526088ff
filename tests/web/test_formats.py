"""Numbers and times as people read them."""

from __future__ import annotations

import pytest

from web import formats


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0 s"),
        (900, "0.90 µs"),
        (512_000, "512 µs"),
        (9_040_000, "9.04 ms"),
        (412_000_000, "412 ms"),
        (8_420_000_000, "8.42 s"),
        (96_300_000_000, "1 m 36 s"),
        (7_260_000_000_000, "2 h 1 m"),
        (180_000_000_000_000, "2 d 2 h"),
        (-5_000_000, "−5.00 ms"),
        (None, "—"),
    ],
)
def test_it_writes_durations_with_three_digits(ns: int | None, text: str) -> None:
    assert formats.duration(ns) == text


@pytest.mark.parametrize(
    ("value", "text"), [(310, "310"), (2_240, "2.2k"), (412_000, "412k"), (1_000, "1k"), (1_300_000, "1.3M")]
)
def test_it_shortens_counts(value: int, text: str) -> None:
    assert formats.short_count(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(12.4, "$12.40"), (0.0183, "$0.0183"), (0.0000021, "$0.0000021"), (0.0, "$0"), (None, "—")]
)
def test_it_never_rounds_a_price_to_nothing(value: float | None, text: str) -> None:
    assert formats.money(value) == text


def test_it_keeps_nanoseconds_in_machine_readable_times() -> None:
    assert formats.iso(1_763_694_764_123_456_789) == "2025-11-21T03:12:44.123456789Z"
