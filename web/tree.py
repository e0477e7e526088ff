"""The tree of a trace as a flat list of rows, made without recursion: 1,000 levels and 100,000 spans are fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend.traces.view import SpanView

INDENT_PX = 16
# Deeper rows stop moving to the right and say their level instead: the name column is about 300 px wide.
MAX_INDENT_PX = 8 * INDENT_PX
# A duration stands right of its bar, left of it, or inside: where there is this much room (per cent of the track).
LABEL_ROOM = 24.0


@dataclass(frozen=True)
class TreeRow:
    """One span in the tree. x, width and first_token are per cent of the trace's duration."""

    span: SpanView
    level: int  # 1 for a root
    position: int  # among its siblings, from 1
    siblings: int
    children: int
    orphan: bool  # its parent was not received
    x: float
    width: float
    first_token: float

    @property
    def indent(self) -> int:
        return min((self.level - 1) * INDENT_PX, MAX_INDENT_PX)

    @property
    def deep(self) -> bool:
        return (self.level - 1) * INDENT_PX > MAX_INDENT_PX

    @property
    def label(self) -> Literal["right", "left", "inside"]:
        if self.x + self.width <= 100 - LABEL_ROOM:
            return "right"
        return "left" if self.x >= LABEL_ROOM else "inside"

    @property
    def label_x(self) -> float:
        return self.x if self.label == "left" else round(self.x + self.width, 3)

    @property
    def failed(self) -> bool:
        return self.span.status.code == "error" or self.span.error is not None

    @property
    def detail(self) -> str:
        """The second thing to know beside the name."""
        span = self.span
        if self.failed:
            return span.error.type if span.error and span.error.type else span.status.message[:80]
        models = [model for model in (span.request_model, span.response_model) if model]
        if models and not any(model in span.name for model in models):
            return models[-1]
        return next((said for said in (span.tool_name, span.agent_name) if said and said not in span.name), "")


@dataclass(frozen=True)
class Tree:
    rows: list[TreeRow]
    orphans: int
    first_orphan: int | None  # the index of the row above which the note stands

    def index_of(self, span_id: str) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row.span.span_id == span_id), None)

    @property
    def first_span_id(self) -> str:
        return self.rows[0].span.span_id if self.rows else ""


def build_tree(spans: Sequence[SpanView], start_ns: int, duration_ns: int) -> Tree:
    """Roots first, then spans whose parent is missing (or is among their own descendants), each with its children."""
    children, roots, orphans = _families(spans)
    rows: list[TreeRow] = []
    seen: set[int] = set()
    scale = _Scale(start_ns, max(duration_ns, 1))

    def walk(tops: list[int], *, orphan: bool) -> None:
        stack = [(top, 1, i + 1, len(tops)) for i, top in reversed(list(enumerate(tops)))]
        while stack:
            index, level, position, siblings = stack.pop()
            if index in seen:
                continue
            seen.add(index)
            below = children.get(spans[index].span_id, []) if spans[index].span_id else []
            rows.append(scale.row(spans[index], level, position, siblings, len(below), orphan and level == 1))
            stack.extend((c, level + 1, i + 1, len(below)) for i, c in reversed(list(enumerate(below))))

    walk(roots, orphan=False)
    first_orphan = len(rows)
    walk(orphans, orphan=True)
    for index in range(len(spans)):  # what is left hangs in a loop of parents
        if index not in seen:
            walk([index], orphan=True)
    lost = sum(row.orphan for row in rows)
    return Tree(rows=rows, orphans=lost, first_orphan=first_orphan if lost else None)


def _families(spans: Sequence[SpanView]) -> tuple[dict[str, list[int]], list[int], list[int]]:
    """Children by parent id, roots, and spans without their parent: indices, each in the order of `spans`."""
    known = {span.span_id for span in spans}
    children: dict[str, list[int]] = {}
    roots: list[int] = []
    orphans: list[int] = []
    for index, span in enumerate(spans):
        if not span.parent_span_id:
            roots.append(index)
        elif span.parent_span_id in known:
            children.setdefault(span.parent_span_id, []).append(index)
        else:
            orphans.append(index)
    return children, roots, orphans


@dataclass(frozen=True)
class _Scale:
    start_ns: int
    duration_ns: int

    def row(self, span: SpanView, level: int, position: int, siblings: int, children: int, orphan: bool) -> TreeRow:
        x = min(max(self._percent(span.start_ns - self.start_ns), 0.0), 100.0)
        width = min(max(self._percent(span.duration_ns), 0.0), 100.0 - x)
        first = self._percent(span.time_to_first_token_ns) if span.time_to_first_token_ns is not None else 0.0
        return TreeRow(
            span, level, position, siblings, children, orphan, round(x, 3), round(width, 3), round(min(first, width), 3)
        )

    def _percent(self, ns: int) -> float:
        return ns * 100 / self.duration_ns


@dataclass(frozen=True)
class Window:
    """The rows [start, end) of a tree, and how many lie before and after."""

    rows: list[TreeRow]
    start: int
    end: int
    total: int

    @property
    def before(self) -> int:
        return self.start

    @property
    def after(self) -> int:
        return self.total - self.end


def window(tree: Tree, *, start: int, count: int) -> Window:
    start = min(max(start, 0), len(tree.rows))
    end = min(start + count, len(tree.rows))
    return Window(tree.rows[start:end], start, end, len(tree.rows))


def window_around(tree: Tree, span_id: str, count: int) -> Window:
    """The first `count` rows, or the ones around a selected span that lies beyond them."""
    index = tree.index_of(span_id) or 0
    return window(tree, start=0 if index < count else index - count // 10, count=count)


def ticks(duration_ns: int) -> list[tuple[int, int]]:
    """(per cent, nanoseconds) of the axis' labels; the end is in the head of the page."""
    return [(percent, duration_ns * percent // 100) for percent in (0, 25, 50, 75)]
