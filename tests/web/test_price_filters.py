"""Prices are written exactly."""

from __future__ import annotations

import pytest

from web.templatetags.prices import exact, per_million


@pytest.mark.parametrize(
    ("dollars", "text"),
    [(0.002395, "$0.002395"), (234 * 2.5e-6, "$0.000585"), (0.1 + 0.2, "$0.30"), (12.5, "$12.50"), (0, "$0.00"),
     (1234.5, "$1,234.50"), (None, "—"), (1e-9, "$0.000000001")],
)  # fmt: skip
def test_exact(dollars: float | None, text: str) -> None:
    assert exact(dollars) == text


@pytest.mark.parametrize(
    ("price", "text"), [(2.5e-6, "$2.50/M"), (1.5e-7, "$0.15/M"), (0.0, "$0.00/M"), (7.5e-8, "$0.075/M")]
)
def test_per_million(price: float, text: str) -> None:
    assert per_million(price) == text
