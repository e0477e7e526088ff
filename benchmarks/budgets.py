"""Queries behind the page of budgets, for benchmarks/queries.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from backend.core.limits import SECOND_NS
from benchmarks.synthetic import World


def budget_queries(world: World) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The page of budgets, and each kind of budget by itself; budgets that are not saved are asked in the same way."""
    from backend.budgets.models import Budget  # noqa: PLC0415
    from backend.budgets.spending import state, states  # noqa: PLC0415
    from backend.metrics import scans  # noqa: PLC0415

    def budget(scope: str = "project", value: str = "", period: str = "month") -> Budget:
        each = scope != "project" and not value
        return Budget(scope=scope, value=value, each=each, amount=1, period=period, zone="UTC")

    now = world.now_ns + SECOND_NS
    kinds = {
        "project": budget(),
        "project, day": budget(period="day"),
        "one user": budget("user", "user-7"),
        "each user": budget("user"),
        "one tag": budget("tag", "beta"),
        "each environment": budget("environment"),
    }

    def ask(*asked: Budget) -> None:
        scans.forget()
        if len(asked) == 1:
            state(world.project, asked[0], now_ns=now)
        else:
            states(world.project, asked, now_ns=now)

    for name, one in kinds.items():
        yield f"budget: {name}", lambda one=one: ask(one)
    yield "budgets: six of them", lambda: ask(*kinds.values())
