"""Questions of Explore and of the model comparison, for benchmarks/queries.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from backend.core.limits import DAY_NS, SECOND_NS


def explore_queries(project: UUID, now: int, window_ns: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Heatmaps, what differs in a region, models compared."""
    from backend.metrics import scans  # noqa: PLC0415
    from backend.metrics.comparison import CompareQuestion, compare  # noqa: PLC0415
    from backend.metrics.differences import Region, differences  # noqa: PLC0415
    from backend.metrics.distribution import SpreadQuestion, distribution  # noqa: PLC0415

    def fresh(ask: Callable[..., Any], *question: Any) -> None:
        scans.forget()
        ask(*question)

    for name, back_ns in (("24 hours", DAY_NS), ("14 days", window_ns)):
        start = now - back_ns
        for quantity in ("call_latency", "trace_latency", "trace_cost"):
            spread = SpreadQuestion(project, start, now, quantity)
            yield f"heatmap: {quantity}, {name}", lambda q=spread: fresh(distribution, q)
        region = Region(now - back_ns // 4, now, 1.5 * SECOND_NS, 3600 * SECOND_NS)
        for quantity in ("call_latency", "trace_latency"):
            spread = SpreadQuestion(project, start, now, quantity)
            yield f"differences: {quantity}, {name}", lambda q=spread, r=region: fresh(differences, q, r)
        for by in ("service", "user"):
            asked = CompareQuestion(project, start, now, by)
            yield f"models: by {by}, {name}", lambda q=asked: fresh(compare, q)
