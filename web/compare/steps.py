"""The steps of two traces, aligned: an ordered match of two trees, level by level below each matched pair."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from backend.core import limits
from backend.traces.view import SpanView
from web.compare.alignment import blocks, matches
from web.steps import Step

State = Literal["same", "changed", "only_a", "only_b"]
# A call of another model, agent or index at the same place is the same step under another name. Tools and plain spans
# with different names are different steps.
RENAMED = frozenset({"llm", "embedding", "reranker", "retriever", "agent"})
# Fewer repetitions than this are shown one by one.
FOLD_FROM = 5
MISSING = "-"


@dataclass(frozen=True)
class StepRow:
    """One step of A beside one of B; one of them may be missing. `changes`: what differs, in words."""

    a: SpanView | None
    b: SpanView | None
    level: int
    leaf: bool = True
    changes: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        if self.a is None or self.b is None:
            return "only_a" if self.b is None else "only_b"
        return "changed" if self.changes else "same"

    @property
    def key(self) -> str:
        """Names the row in the address."""
        return f"{self.a.span_id if self.a else MISSING}:{self.b.span_id if self.b else MISSING}"

    @property
    def span(self) -> SpanView:
        found = self.b or self.a
        assert found is not None
        return found


@dataclass(frozen=True)
class Run:
    """A row, or `rows`: repetitions of one step that are shown as one."""

    rows: list[StepRow] = field(default_factory=list[StepRow])

    @property
    def head(self) -> StepRow:
        return self.rows[0]

    @property
    def folded(self) -> bool:
        return len(self.rows) > 1

    @property
    def a_count(self) -> int:
        return sum(row.a is not None for row in self.rows)

    @property
    def b_count(self) -> int:
        return sum(row.b is not None for row in self.rows)

    @property
    def different(self) -> int:
        return sum(row.state != "same" for row in self.rows)


def step_key(span: SpanView) -> Hashable:
    """Steps with the same key may stand side by side. Many names end with the model: another one is the same step."""
    name = span.name
    for model in (span.request_model, span.response_model):
        name = name.replace(model, "") if model else name
    return span.type, name.strip() or "model", span.tool_name


def changes(one: Step, other: Step) -> tuple[str, ...]:
    """What differs between two steps but for time and ids. Without digests the previews and token counts must tell."""
    a, b = one.span, other.span
    # Of a trace that is too large for digests nothing is known beyond the previews.
    said_a, said_b = (one.digest, other.digest) if one.digest and other.digest else ((0, 0), (0, 0))
    same = {
        "name": a.name == b.name or step_key(a) == step_key(b),
        "model": (a.request_model, a.provider) == (b.request_model, b.provider),
        "status": (a.status.code, a.error and a.error.type) == (b.status.code, b.error and b.error.type),
        "prompt version": (a.prompt_name, a.prompt_version) == (b.prompt_name, b.prompt_version),
        "input": (said_a[0], a.input_preview, a.usage.input_tokens)
        == (said_b[0], b.input_preview, b.usage.input_tokens),
        "output": (said_a[1], a.output_preview, a.usage.output_tokens)
        == (said_b[1], b.output_preview, b.usage.output_tokens),
    }
    return tuple(word for word, equal in same.items() if not equal)


@dataclass(frozen=True)
class _Family:
    """Steps in the order of the tree, and who stands below whom."""

    steps: Sequence[Step]
    roots: list[int]
    children: list[list[int]]

    def keys(self, indices: list[int]) -> list[Hashable]:
        return [step_key(self.steps[i].span) for i in indices]

    def kind(self, index: int) -> str:
        return self.steps[index].span.type


def _family(steps: Sequence[Step]) -> _Family:
    roots: list[int] = []
    children: list[list[int]] = [[] for _ in steps]
    above: list[int] = []
    for index, step in enumerate(steps):
        del above[max(step.level - 1, 0) :]
        (children[above[-1]] if above else roots).append(index)
        above.append(index)
    return _Family(steps, roots, children)


Couple = tuple[int | None, int | None]


def align(a: Sequence[Step], b: Sequence[Step]) -> list[StepRow]:
    """Every step of both exactly once, each side in the order of its tree. Without recursion: levels have no limit."""
    one, other = _family(a), _family(b)
    rows: list[StepRow] = []
    stack = [(couple, 1) for couple in reversed(_roots(one, other))]
    while stack:
        (i, j), level = stack.pop()
        below_a, below_b = one.children[i] if i is not None else [], other.children[j] if j is not None else []
        left, right = a[i] if i is not None else None, b[j] if j is not None else None
        differs = changes(left, right) if left and right else ()
        leaf = not below_a and not below_b
        rows.append(StepRow(left.span if left else None, right.span if right else None, level, leaf, differs))
        stack += [(couple, level + 1) for couple in reversed(_couples(one, below_a, other, below_b))]
    return rows


def _roots(one: _Family, other: _Family) -> list[Couple]:
    """Who compares two traces means their roots, whatever they are called."""
    if len(one.roots) == len(other.roots) == 1:
        return [(one.roots[0], other.roots[0])]
    return _couples(one, one.roots, other, other.roots)


def _couples(one: _Family, xs: list[int], other: _Family, ys: list[int]) -> list[Couple]:
    """Siblings of A and of B: equal ones side by side, and of the others those of a kind that may be renamed."""
    out: list[Couple] = []
    pairs = matches(one.keys(xs), other.keys(ys), limits.COMPARED_STEP_EDITS)
    before: Hashable = None  # the key of the last pair
    for block in blocks(pairs, len(xs), len(ys)):
        left, right = xs[block.a_from : block.a_to], ys[block.b_from : block.b_to]
        if block.same:
            out += zip(left, right, strict=True)
            before = step_key(one.steps[left[-1]].span)
            continue
        # More repetitions of the step before: they go on with its run.
        more_a, more_b = _leading(one.keys(left), before), _leading(other.keys(right), before)
        out += [(i, None) for i in left[:more_a]]
        out += [(None, j) for j in right[:more_b]]
        out += _renamed(one, left[more_a:], other, right[more_b:])
    return out


def _leading(keys: list[Hashable], key: Hashable) -> int:
    """How many of the first keys are `key`."""
    return next((n for n, found in enumerate(keys) if found != key), len(keys))


def _renamed(one: _Family, left: list[int], other: _Family, right: list[int]) -> list[Couple]:
    """Steps without an equal on the other side: side by side where they are of one kind that may be renamed."""
    out: list[Couple] = []
    kinds_a = [_renamed_kind(one.kind(i), i) for i in left]
    kinds_b = [_renamed_kind(other.kind(j), -1 - j) for j in right]
    for part in blocks(matches(kinds_a, kinds_b, limits.COMPARED_STEP_EDITS), len(left), len(right)):
        if part.same:
            out += zip(left[part.a_from : part.a_to], right[part.b_from : part.b_to], strict=True)
        else:
            out += [(i, None) for i in left[part.a_from : part.a_to]]
            out += [(None, j) for j in right[part.b_from : part.b_to]]
    return out


def _renamed_kind(kind: str, unique: int) -> Hashable:
    return kind if kind in RENAMED else unique


def fold(rows: Sequence[StepRow], opened: str) -> list[Run]:
    """Rows with runs of one repeated step put together. `opened`: the key of the run to show one by one, or "all"."""
    out: list[Run] = []
    at = 0
    while at < len(rows):
        end = at + 1
        first = rows[at]
        while first.leaf and end < len(rows) and _repeats(first, rows[end]):
            end += 1
        run = list(rows[at:end])
        if len(run) < FOLD_FROM or opened in ("all", first.key):
            out += [Run([row]) for row in run]
        else:
            out.append(Run(run))
        at = end
    return out


def _repeats(first: StepRow, row: StepRow) -> bool:
    return row.leaf and row.level == first.level and step_key(row.span) == step_key(first.span)


def only_differences(rows: Sequence[StepRow]) -> list[StepRow]:
    """Rows that differ, and the ones above them that say where they stand."""
    kept: list[StepRow] = []
    wanted = 0  # the level whose ancestors are wanted; 0: none
    for row in reversed(rows):
        if row.state != "same" or row.level < wanted:
            kept.append(row)
            wanted = row.level
    return kept[::-1]
