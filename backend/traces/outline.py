"""The outline of a trace: its spans as a flat tree of numbers, so that 100,000 of them fit into some megabytes.

Rows stand in the order of the tree: roots first, then spans whose parent is missing (or is among their own
descendants), each followed by its children by start time. Made without recursion: 1,000 levels are fine.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.traces.totals import Call, counted, tokens_of, total_cost, total_usage
from backend.traces.view import Cost, Usage

FAILED, ORPHAN, CRITICAL, COUNTED = 1, 2, 4, 8
NO_PARENT = -1
Columns = Mapping[str, Sequence[Any]]


@dataclass(slots=True)
class Run:
    """Similar siblings in a row: rows [start, end), everything below them included. Times in nanoseconds."""

    start: int
    end: int
    count: int
    total_ns: int
    min_ns: int
    median_ns: int
    max_ns: int
    errors: int


@dataclass(slots=True)
class Outline:
    """One item a row in every list. -1 says 'not given' (tokens, cost, first token) or 'none' (parent, run)."""

    ids: array[int]
    names: list[str]
    types: list[str]
    labels: list[str]  # who or what worked: the agent, the model, the tool
    details: list[str]  # the second thing to know beside the name
    parents: array[int]  # a row
    ends: array[int]  # the row after the last one below this row
    levels: array[int]  # 1 for a root
    positions: array[int]  # among its siblings, from 1
    siblings: array[int]
    starts: array[int]
    durations: array[int]
    first_tokens: array[int]
    flags: bytearray
    tokens: array[int]
    costs: array[float]
    below_tokens: array[int]  # of the row and all below it, each call counted once
    below_costs: array[float]
    selfs: array[int] = field(default_factory=lambda: array("q"))  # time in which no child was at work
    runs: list[Run] = field(default_factory=list[Run])
    run_of: array[int] = field(default_factory=lambda: array("i"))
    usage: Usage = field(default_factory=Usage)
    cost: Cost = field(default_factory=Cost)
    counted: array[int] = field(default_factory=lambda: array("i"))  # rows whose usage and cost make up the total
    repeated: array[int] = field(default_factory=lambda: array("i"))  # rows with usage that say the same once more
    model_calls: int = 0
    errors: int = 0
    orphans: int = 0

    def __len__(self) -> int:
        return len(self.ids)

    def row_of(self, span_id: str) -> int | None:
        try:
            return self.ids.index(int(span_id, 16))
        except (ValueError, OverflowError, TypeError):
            return None

    def span_id(self, row: int) -> str:
        return f"{self.ids[row]:016x}"

    @property
    def start_ns(self) -> int:
        return min(self.starts)

    @property
    def end_ns(self) -> int:
        return max(map(int.__add__, self.starts, self.durations))

    @property
    def first_orphan(self) -> int | None:
        return next((row for row, flag in enumerate(self.flags) if flag & ORPHAN), None) if self.orphans else None

    @property
    def bytes(self) -> int:
        """About what it holds in memory; texts that repeat are one object."""
        numbers = sum(a.itemsize * len(a) for a in self._arrays()) + len(self.flags)
        texts = {id(text): len(text) + 60 for texts in self._texts() for text in texts}
        return numbers + sum(texts.values()) + 8 * 4 * len(self) + 120 * len(self.runs)

    def children(self, row: int) -> list[int]:
        found: list[int] = []
        at, end = row + 1, self.ends[row]
        while at < end:
            found.append(at)
            at = self.ends[at]
        return found

    def _arrays(self) -> tuple[array[Any], ...]:
        return (
            self.ids, self.parents, self.ends, self.levels, self.positions, self.siblings, self.starts, self.durations,
            self.first_tokens, self.tokens, self.costs, self.below_tokens, self.below_costs, self.selfs, self.run_of,
            self.counted, self.repeated,
        )  # fmt: skip

    def _texts(self) -> tuple[list[str], ...]:
        return (self.names, self.types, self.labels, self.details)


@dataclass(slots=True)
class _Order:
    """Source indices in the order of the tree, and where each row stands."""

    rows: list[int] = field(default_factory=list[int])
    levels: list[int] = field(default_factory=list[int])
    parents: list[int] = field(default_factory=list[int])
    positions: list[int] = field(default_factory=list[int])
    siblings: list[int] = field(default_factory=list[int])
    first_orphan: int = 0


def build_outline(columns: Columns) -> Outline:
    """`columns`: those of backend.store.queries.outline, spans by start time."""
    order = _order(columns["id"], columns["parent"])
    pick = order.rows

    def numbers(kind: str, name: str) -> array[Any]:
        column = columns[name]
        return array(kind, [column[index] for index in pick])

    def texts(name: str) -> list[str]:
        column = columns[name]
        return [column[index] for index in pick]

    failed = columns["failed"]
    outline = Outline(
        ids=numbers("Q", "id"),
        names=texts("name"),
        types=texts("type"),
        labels=texts("label"),
        details=texts("detail"),
        parents=array("i", order.parents),
        ends=_ends(order.levels),
        levels=array("i", order.levels),
        positions=array("i", order.positions),
        siblings=array("i", order.siblings),
        starts=numbers("q", "start_ns"),
        durations=numbers("q", "duration_ns"),
        first_tokens=numbers("q", "first_token_ns"),
        flags=bytearray(FAILED if failed[index] else 0 for index in pick),
        tokens=array("q"),
        costs=array("d"),
        below_tokens=array("q"),
        below_costs=array("d"),
    )
    for row in range(order.first_orphan, len(pick)):
        if order.levels[row] == 1:
            outline.flags[row] |= ORPHAN
            outline.orphans += 1
    outline.errors = sum(1 for code in columns["status_code"] if code == 2)
    _sum_up(outline, columns, pick)
    return outline


def _order(ids: Sequence[int], parents: Sequence[int]) -> _Order:
    children, roots, orphans = _families(ids, parents)
    order = _Order()
    seen = bytearray(len(ids))
    no_children: list[int] = []

    def walk(tops: list[int]) -> None:
        stack = [(top, 1, NO_PARENT, i + 1, len(tops)) for i, top in reversed(list(enumerate(tops)))]
        while stack:
            index, level, parent, position, siblings = stack.pop()
            if seen[index]:
                continue
            seen[index] = 1
            row = len(order.rows)
            order.rows.append(index)
            order.levels.append(level)
            order.parents.append(parent)
            order.positions.append(position)
            order.siblings.append(siblings)
            below = children.get(index, no_children)
            count = len(below)
            for i in range(count - 1, -1, -1):
                stack.append((below[i], level + 1, row, i + 1, count))

    walk(roots)
    order.first_orphan = len(order.rows)
    walk(orphans)
    if len(order.rows) < len(ids):  # what is left hangs in a loop of parents
        for index in range(len(ids)):
            if not seen[index]:
                walk([index])
    return order


def _families(ids: Sequence[int], parents: Sequence[int]) -> tuple[dict[int, list[int]], list[int], list[int]]:
    """Children by the index of their parent, roots, and spans without their parent, each in the order given."""
    # Of two spans with one id the first has the children.
    known = {span_id: index for index, span_id in reversed(list(enumerate(ids)))}
    children: dict[int, list[int]] = {}
    roots: list[int] = []
    orphans: list[int] = []
    for index, parent_id in enumerate(parents):
        if not parent_id:
            roots.append(index)
        elif (parent := known.get(parent_id)) is None:
            orphans.append(index)
        else:
            children.setdefault(parent, []).append(index)
    return children, roots, orphans


def _ends(levels: list[int]) -> array[int]:
    ends = array("i", [0]) * len(levels)
    open_rows: list[int] = []
    for row, level in enumerate(levels):
        while open_rows and levels[open_rows[-1]] >= level:
            ends[open_rows.pop()] = row
        open_rows.append(row)
    for row in open_rows:
        ends[row] = len(levels)
    return ends


def _sum_up(outline: Outline, columns: Columns, pick: list[int]) -> None:
    """Tokens and cost of each row and of all below it, by the rule of totals.py."""
    count = len(pick)
    outline.tokens, outline.costs = array("q", [-1]) * count, array("d", [-1.0]) * count
    below_tokens, below_costs = array("q", [-1]) * count, array("d", [-1.0]) * count
    row_at = [0] * count
    for row, index in enumerate(pick):
        row_at[index] = row
    calls = _calls(columns)
    # By identity: two spans may have one id.
    rows = {id(call): row_at[index] for index, call in calls}
    for index, call in calls:
        outline.tokens[row_at[index]] = tokens_of(call)
        outline.costs[row_at[index]] = call.cost_total
    once = counted(call for _, call in calls)
    outline.usage, outline.cost = total_usage(once), total_cost(once)
    summed = [rows.pop(id(call)) for call in once]
    outline.counted, outline.repeated = array("i", sorted(summed)), array("i", sorted(rows.values()))
    for row in summed:
        outline.flags[row] |= COUNTED
        below_tokens[row], below_costs[row] = outline.tokens[row], outline.costs[row]
    for row in range(count - 1, 0, -1):
        parent = outline.parents[row]
        if parent >= 0:
            if below_tokens[row] >= 0:
                below_tokens[parent] = max(below_tokens[parent], 0) + below_tokens[row]
            if below_costs[row] >= 0:
                below_costs[parent] = max(below_costs[parent], 0.0) + below_costs[row]
    outline.below_tokens, outline.below_costs = below_tokens, below_costs
    repeated = set(outline.repeated)
    outline.model_calls = sum(
        1 for row, kind in enumerate(outline.types) if kind in ("llm", "embedding") and row not in repeated
    )


USAGE = (
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "total_tokens",
    "cost_total", "cost_input", "cost_output", "reported", "response", "audio_input_tokens", "audio_output_tokens",
)  # fmt: skip


def _calls(columns: Columns) -> list[tuple[int, Call]]:
    """(source index, call) of every span with usage."""
    given = zip(*(columns[name] for name in USAGE), strict=True)
    ids, parents, types = columns["id"], columns["parent"], columns["type"]
    found: list[tuple[int, Call]] = []
    for index, usage in enumerate(given):
        if usage[0] >= 0 or usage[1] >= 0 or usage[5] >= 0 or usage[6] >= 0:
            found.append((index, Call(f"{ids[index]:016x}", f"{parents[index]:016x}", types[index], *usage)))
    return found
