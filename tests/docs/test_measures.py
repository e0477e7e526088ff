"""docs/dashboards.md lists every measure and every grouping."""

from __future__ import annotations

from backend.metrics.services import DIMENSIONS, MEASURES
from tests.docs.pages import ROOT


def test_every_measure_and_grouping_is_documented() -> None:
    text = (ROOT / "docs/dashboards.md").read_text(encoding="utf-8")
    assert [one.name for one in (*MEASURES, *DIMENSIONS) if f"| `{one.name}` |" not in text] == []
