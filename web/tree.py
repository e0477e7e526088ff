"""What the rows of the tree show: places on the time axis, numbers, words. The tree is backend.traces.outline."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from backend.traces.outline import COUNTED, CRITICAL, FAILED, ORPHAN, Outline, Run
from backend.traces.outlines import TraceOutline
from backend.traces.timing import covered
from web import formats

INDENT_PX = 16
# Deeper rows stop moving to the right and say their level instead: the name column is about 300 px wide.
MAX_INDENT_PX = 8 * INDENT_PX
# A duration stands right of its bar, left of it, or inside: where there is this much room (per cent of the track).
LABEL_ROOM = 24.0
# Parts of a bar in which children were at work; more than these cannot be told apart on 300 pixels.
MAX_PARTS = 40


@dataclass(slots=True)
class Item:
    """One line of the tree: a row, or the line that stands for a run of similar siblings."""

    row: int
    run: int = -1

    @property
    def key(self) -> str:
        return f"g{self.run}" if self.run >= 0 else str(self.row)


@dataclass(frozen=True)
class Bar:
    """Per cent of the trace's duration. `parts`: (x, width) where children were at work."""

    x: float
    width: float
    first_token: float = 0.0
    parts: tuple[tuple[float, float], ...] = ()

    @property
    def label(self) -> Literal["right", "left", "inside"]:
        if self.x + self.width <= 100 - LABEL_ROOM:
            return "right"
        return "left" if self.x >= LABEL_ROOM else "inside"

    @property
    def label_x(self) -> float:
        return self.x if self.label == "left" else round(self.x + self.width, 6)


@dataclass(frozen=True)
class TreeRow:
    """A span in the tree. Tokens and cost: its own, and of all that is below it, each call counted once."""

    key: str
    span_id: str
    name: str
    type: str
    detail: str
    level: int
    position: int
    siblings: int
    children: bool
    failed: bool
    orphan: bool
    critical: bool
    repeats: bool  # its usage is said by other spans, too, and not counted
    duration_ns: int
    self_ns: int
    tokens: int | None
    cost: float | None
    below_tokens: int | None
    below_cost: float | None
    bar: Bar
    run: Run | None = None
    run_open: bool = False

    @property
    def indent(self) -> int:
        return min((self.level - 1) * INDENT_PX, MAX_INDENT_PX)

    @property
    def deep(self) -> bool:
        return (self.level - 1) * INDENT_PX > MAX_INDENT_PX

    @property
    def shown_cost(self) -> str:
        return _narrow_money(self.cost)

    @property
    def shown_below_cost(self) -> str:
        return _narrow_money(self.below_cost)

    @property
    def calls_model(self) -> bool:
        return self.type in ("llm", "embedding")


class Rows:
    """Makes the rows of one trace."""

    def __init__(self, trace: TraceOutline, open_runs: frozenset[int] | None = frozenset()) -> None:
        self.trace = trace
        self.open_runs = open_runs
        self.outline = trace.rows
        self.scale_ns = max(trace.duration_ns, 1)

    def of(self, items: Sequence[Item]) -> list[TreeRow]:
        return [self.run(item) if item.run >= 0 else self.row(item.row) for item in items]

    def row(self, row: int) -> TreeRow:
        o, flags = self.outline, self.outline.flags[row]
        usage = o.tokens[row] >= 0 or o.costs[row] >= 0
        return TreeRow(
            key=str(row),
            span_id=o.span_id(row),
            name=o.names[row],
            type=o.types[row],
            detail=o.details[row],
            level=o.levels[row],
            position=o.positions[row],
            siblings=o.siblings[row],
            children=o.ends[row] > row + 1,
            failed=bool(flags & FAILED),
            orphan=bool(flags & ORPHAN),
            critical=bool(flags & CRITICAL),
            repeats=usage and not flags & COUNTED,
            duration_ns=o.durations[row],
            self_ns=o.selfs[row],
            tokens=_given(o.tokens[row]),
            cost=_given(o.costs[row]),
            below_tokens=_given(o.below_tokens[row]),
            below_cost=_given(o.below_costs[row]),
            bar=self.bar(row),
        )

    def run(self, item: Item) -> TreeRow:
        """The line that stands for a run: the place of its first member, the sums of all."""
        run, o, first = self.outline.runs[item.run], self.outline, item.row
        members = _members(o, run)
        low, high = o.starts[first], max(o.starts[row] + o.durations[row] for row in members)
        tokens = [o.below_tokens[row] for row in members if o.below_tokens[row] >= 0]
        costs = [o.below_costs[row] for row in members if o.below_costs[row] >= 0]
        return TreeRow(
            key=item.key,
            span_id="",
            name=o.names[first],
            type=o.types[first],
            detail="",
            level=o.levels[first],
            position=o.positions[first],
            siblings=o.siblings[first],
            children=True,
            failed=run.errors >= run.count,
            orphan=bool(o.flags[first] & ORPHAN),
            critical=any(o.flags[row] & CRITICAL for row in members),
            repeats=False,
            duration_ns=high - low,
            self_ns=sum(o.selfs[row] for row in members),
            tokens=None,
            cost=None,
            below_tokens=sum(tokens) if tokens else None,
            below_cost=sum(costs) if costs else None,
            bar=self._place(low, high, ()),
            run=run,
            run_open=self.open_runs is None or item.run in self.open_runs,
        )

    def bar(self, row: int) -> Bar:
        o = self.outline
        low = o.starts[row]
        parts = covered(o, row) if o.ends[row] > row + 1 else []
        bar = self._place(low, low + o.durations[row], _coarse(parts, o.durations[row]))
        if o.first_tokens[row] < 0 or parts:
            return bar
        first = min(round(o.first_tokens[row] * 100 / self.scale_ns, 6), bar.width)
        return Bar(bar.x, bar.width, first_token=first)

    def _place(self, low: int, high: int, parts: Sequence[tuple[int, int]]) -> Bar:
        x = min(max(self._percent(low - self.trace.start_ns), 0.0), 100.0)
        width = min(max(self._percent(high - low), 0.0), 100.0 - x)
        inside = tuple((self._percent(start - self.trace.start_ns), self._percent(end - start)) for start, end in parts)
        return Bar(x, round(width, 6), parts=inside)

    def _percent(self, ns: int) -> float:
        return round(ns * 100 / self.scale_ns, 6)


def _narrow_money(dollars: float | None) -> str:
    """For a column of 60 pixels; the title has all digits."""
    if dollars is None:
        return ""
    return "<$0.0001" if 0 < dollars < 0.0001 else formats.money(dollars)


N = TypeVar("N", int, float)


def _given(number: N) -> N | None:
    return number if number >= 0 else None


def _members(outline: Outline, run: Run) -> list[int]:
    found: list[int] = []
    at = run.start
    while at < run.end:
        found.append(at)
        at = outline.ends[at]
    return found


def _coarse(parts: list[tuple[int, int]], duration_ns: int) -> list[tuple[int, int]]:
    """At most about MAX_PARTS parts: the smallest gaps between them close."""
    gap = 0
    while len(parts) > MAX_PARTS:
        gap = max(gap * 2, duration_ns // 1_000, 1)
        joined = parts[:1]
        for start, end in parts[1:]:
            if start - joined[-1][1] <= gap:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        parts = joined
    return parts


def lines(outline: Outline, open_runs: frozenset[int] | None = frozenset()) -> Iterator[Item]:
    """What stands in the tree when nothing is folded but the runs outside `open_runs`. None: all runs are open."""
    row, count, run_of = 0, len(outline), outline.run_of
    while row < count:
        run = run_of[row]
        if run >= 0 and open_runs is not None and outline.runs[run].start == row:
            yield Item(row, run)
            if run not in open_runs:
                row = outline.runs[run].end
                continue
        yield Item(row)
        row += 1


def runs_around(outline: Outline, row: int) -> frozenset[int]:
    """The runs that hide a row while they are folded."""
    found: set[int] = set()
    while row >= 0:
        if outline.run_of[row] >= 0:
            found.add(outline.run_of[row])
        row = outline.parents[row]
    return frozenset(found)


@dataclass(frozen=True)
class Window:
    """The lines [start, end) of a tree. `more`: there are lines after them."""

    items: list[Item]
    start: int
    more: bool

    @property
    def end(self) -> int:
        return self.start + len(self.items)


def window(items: Iterator[Item], *, start: int, count: int) -> Window:
    found = list(itertools.islice(items, start, start + count + 1))
    return Window(found[:count], start, len(found) > count)


def window_around(outline: Outline, open_runs: frozenset[int] | None, row: int, count: int) -> Window:
    """The first `count` lines, or the ones around a row that stands beyond them."""
    lead: deque[Item] = deque(maxlen=count // 3)
    items = lines(outline, open_runs)
    first = list(itertools.islice(items, count))
    if not first or any(item.row == row and item.run < 0 for item in first):
        return Window(first, 0, next(items, None) is not None)
    for index, item in enumerate(items, start=count):
        lead.append(item)
        if item.row == row and item.run < 0:
            rest = list(itertools.islice(items, count - len(lead) + 1))
            shown = [*lead, *rest]
            return Window(shown[:count], index - len(lead) + 1, len(shown) > count)
    return window(lines(outline, open_runs), start=0, count=count)


def ticks(duration_ns: int) -> list[tuple[int, int]]:
    """(per cent, nanoseconds) of the axis' labels; the end is in the head of the page."""
    return [(percent, duration_ns * percent // 100) for percent in (0, 25, 50, 75)]
