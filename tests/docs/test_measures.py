"""docs/dashboards.md lists every measure and every grouping, docs/explore.md every distribution."""

from __future__ import annotations

from backend.metrics.distribution import QUANTITIES
from backend.metrics.services import DIMENSIONS, MEASURES
from tests.docs.pages import ROOT


def test_every_measure_and_grouping_is_documented() -> None:
    text = (ROOT / "docs/dashboards.md").read_text(encoding="utf-8")
    assert [one.name for one in (*MEASURES, *DIMENSIONS) if f"| `{one.name}` |" not in text] == []


def test_every_distribution_is_documented() -> None:
    text = (ROOT / "docs/explore.md").read_text(encoding="utf-8")
    assert [one.name for one in QUANTITIES if f"| `{one.name}` | {one.family} | {one.label} |" not in text] == []
