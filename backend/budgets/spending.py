"""How budgets stand now. Budgets of one kind and time zone share one scan of the last weeks."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.budgets.forecast import Past, Piece, crossing, forecast
from backend.budgets.models import Budget
from backend.budgets.periods import (
    HISTORY_DAYS,
    Day,
    Period,
    day,
    days_from,
    history_from,
    hours_of,
    period_of,
    today,
)
from backend.budgets.view import Coming, Line, Slot, State
from backend.core import limits
from backend.metrics import facts
from backend.metrics.scans import shared
from backend.store import client
from backend.store.client import Row
from backend.store.measures import DIMENSION
from backend.store.queries import spending as queries

# slot → (dollars, calls without a price)
Cells = Mapping[int, tuple[float, int]]


@dataclass(frozen=True)
class _Clock:
    """What is today in a zone."""

    now_ns: int
    zone: ZoneInfo
    on: date
    today: Day
    hours: tuple[int, ...]

    @classmethod
    def at(cls, now_ns: int, zone_name: str) -> _Clock:
        zone = ZoneInfo(zone_name)
        on = today(now_ns, zone)
        here = day(on, zone)
        return cls(now_ns, zone, on, here, tuple(hours_of(here)))

    @property
    def edges(self) -> list[int]:
        """Days before today and the hours of today: the same for every budget of this zone."""
        before = days_from(history_from(self.on), self.on - timedelta(days=1), self.zone)
        return [*(one.start_ns for one in before), *self.hours]

    @property
    def share(self) -> float:
        """How much of today is over."""
        return (self.now_ns - self.today.start_ns) / (self.today.end_ns - self.today.start_ns)


@dataclass(frozen=True)
class _Asked:
    """A budget with its clock, and the values that are looked at."""

    budget: Budget
    clock: _Clock
    period: Period
    top: list[Row]
    values: tuple[str, ...]


def states(
    project_id: UUID,
    budgets: Sequence[Budget],
    *,
    spenders: int = limits.BUDGET_SPENDERS_LISTED,
    now_ns: int | None = None,
) -> list[State]:
    """In the order of the budgets. `spenders`: lines of a budget for each value."""
    now = time.time_ns() if now_ns is None else now_ns
    asked = [_ask(project_id, one, spenders, now) for one in budgets]
    found = _scans(project_id, asked)
    return [_state(one, found[one.budget.scope, one.budget.zone]) for one in asked]


def state(project_id: UUID, budget: Budget, *, of: str = "", now_ns: int | None = None) -> State:
    """`of`: a value that is looked at even when others spend more, of a budget for each."""
    now = time.time_ns() if now_ns is None else now_ns
    asked = _ask(project_id, budget, limits.BUDGET_SPENDERS, now, of)
    return _state(asked, _scans(project_id, [asked])[budget.scope, budget.zone])


def _ask(project_id: UUID, budget: Budget, spenders: int, now_ns: int, of: str = "") -> _Asked:
    clock = _Clock.at(now_ns, budget.zone)
    period = period_of(budget.period, clock.on, clock.zone)  # type: ignore[arg-type]  # checked on write
    if not budget.each:
        return _Asked(budget, clock, period, [], (budget.value,))
    amount = float(budget.amount)
    args = (DIMENSION[budget.scope], period.start_ns, clock.today.end_ns, amount, spenders)
    top = shared(
        (project_id, "spenders", budget.scope, *args[1:]),
        lambda: queries.top_spenders(client.current(), project_id, *args, facts=facts.known(project_id, *args[1:3])),
    )
    names = [str(row["grp"]) for row in top]
    return _Asked(budget, clock, period, top, tuple(dict.fromkeys([*names, *([of] if of else [])])))


def _scans(project_id: UUID, asked: Sequence[_Asked]) -> dict[tuple[str, str], dict[str, Cells]]:
    """(scope, zone) → value → cells."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    clocks: dict[tuple[str, str], _Clock] = {}
    for one in asked:
        values[one.budget.scope, one.budget.zone].update(one.values)
        clocks[one.budget.scope, one.budget.zone] = one.clock
    return {key: _scan(project_id, key[0], clocks[key], sorted(wanted)) for key, wanted in values.items()}


def _scan(project_id: UUID, scope: str, clock: _Clock, values: list[str]) -> dict[str, Cells]:
    if not values:
        return {}
    group, edges, to_ns = DIMENSION.get(scope), clock.edges, clock.today.end_ns
    rows = shared(
        (project_id, "spent", scope, tuple(values), edges[0], to_ns),
        lambda: queries.spent_by_slot(
            client.current(), project_id, group, values, edges, to_ns, facts.known(project_id, edges[0], to_ns)
        ),
    )
    found: dict[str, dict[int, tuple[float, int]]] = defaultdict(dict)
    for row in rows:
        found[str(row["grp"])][int(row["slot"])] = (float(row["spent"]), int(row["unpriced"]))
    return dict(found)


def _state(asked: _Asked, cells: Mapping[str, Cells]) -> State:
    lines = tuple(_line(asked, value, cells.get(value, {})) for value in asked.values)
    if asked.budget.each:
        values, over, unpriced = (
            int(asked.top[0][name]) if asked.top else 0 for name in ("groups", "over", "all_unpriced")
        )
    else:
        (only,) = lines
        values, over, unpriced = 1, int(only.reached_on is not None), only.unpriced
    return State(asked.budget, asked.clock.on, asked.clock.now_ns, asked.period, lines, values, over, unpriced)


def _line(asked: _Asked, value: str, cells: Cells) -> Line:
    clock, period, amount = asked.clock, asked.period, float(asked.budget.amount)
    slots = _slots(clock, period, cells)
    ahead = _pieces(clock, period)
    spent = slots[-1].total if slots else 0.0
    today_spent = sum(cells.get(hour, (0.0, 0))[0] for hour in clock.hours)
    told = forecast(spent, _past(clock, cells), today_spent, clock.share, [piece for piece, _, _ in ahead])
    coming = tuple(Coming(start, end, total) for (_, start, end), total in zip(ahead, told.ahead, strict=False))
    line = Line(value, amount, slots, told.method, coming)
    if spent >= amount:
        found = crossing(0.0, [one.total for one in slots], amount)
        on = today(slots[found[0]].start_ns, clock.zone) if found else None
        return Line(value, amount, slots, told.method, coming, reached_on=on)
    found = crossing(spent, [one.total.expected for one in coming], amount)
    if found is None:
        return line
    number, share = found
    start, end = coming[number].start_ns, coming[number].end_ns
    moment = min(start + round((end - start) * share), end - 1)
    return Line(value, amount, slots, told.method, coming, expected_on=today(moment, clock.zone), expected_ns=moment)


def _past(clock: _Clock, cells: Cells) -> list[Past]:
    first = clock.on - timedelta(days=HISTORY_DAYS)
    days = days_from(first, clock.on - timedelta(days=1), clock.zone)
    return [Past(one.date.weekday(), cells.get(one.start_ns, (0.0, 0))[0]) for one in days]


def _slots(clock: _Clock, period: Period, cells: Cells) -> tuple[Slot, ...]:
    """What has begun of the period: days, or hours of a day."""
    slots: list[Slot] = []
    total = 0.0
    for start, end, _ in _bounds(clock, period):
        if start > clock.now_ns:
            break
        inside = clock.hours if start == clock.today.start_ns and period.kind != "day" else (start,)
        spent = sum(cells.get(one, (0.0, 0))[0] for one in inside)
        unpriced = sum(cells.get(one, (0.0, 0))[1] for one in inside)
        total += spent
        slots.append(Slot(start, min(end, clock.now_ns), spent, unpriced, total))
    return tuple(slots)


def _pieces(clock: _Clock, period: Period) -> list[tuple[Piece, int, int]]:
    """What is still to come of the period, each with its beginning and end."""
    found: list[tuple[Piece, int, int]] = []
    for start, end, whole in _bounds(clock, period):
        if end <= clock.now_ns:
            continue
        start_ns = max(start, clock.now_ns)
        share = (end - start_ns) / (whole.end_ns - whole.start_ns)
        found.append((Piece(whole.date.weekday(), share), start_ns, end))
    return found


def _bounds(clock: _Clock, period: Period) -> list[tuple[int, int, Day]]:
    """Beginning and end of each slot, and the day it is of."""
    if period.kind != "day":
        return [(one.start_ns, one.end_ns, one) for one in period.days]
    ends = [*clock.hours[1:], clock.today.end_ns]
    return [(start, end, clock.today) for start, end in zip(clock.hours, ends, strict=True)]
