"""What the compare page shows of two traces: the totals, and the aligned steps with their bars and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.core import limits
from backend.core.errors import NotFound
from backend.traces.view import SpanView, TraceView
from web import formats
from web.compare import measures, steps
from web.compare.address import Address, Side
from web.compare.measures import Measure
from web.compare.steps import Run, StepRow
from web.steps import Step, in_order

INDENT_PX = 14
MAX_INDENT_PX = 8 * INDENT_PX


@dataclass(frozen=True)
class Compared:
    """One side: a trace, or the part of it below `span`."""

    trace: TraceView
    span: SpanView | None
    steps: list[Step]
    count: int  # steps there are, not only those that are aligned
    start_ns: int
    duration_ns: int

    @property
    def name(self) -> str:
        return self.span.name if self.span else self.trace.name

    @property
    def status(self) -> str:
        return self.span.status.code if self.span else self.trace.status

    @property
    def cut(self) -> int:
        return self.count - len(self.steps)


@dataclass(frozen=True)
class Bar:
    """Per cent of the longer of the two."""

    x: float
    width: float


@dataclass(frozen=True)
class ShownRow:
    run: Run
    duration: Measure
    tokens: Measure
    cost: Measure
    bar_a: Bar | None
    bar_b: Bar | None

    @property
    def row(self) -> StepRow:
        return self.run.head

    @property
    def indent(self) -> int:
        return min((self.row.level - 1) * INDENT_PX, MAX_INDENT_PX)


@dataclass(frozen=True)
class Page:
    a: Compared
    b: Compared
    totals: list[Measure]
    rows: list[ShownRow]
    states: dict[str, int]  # how many rows of each state, before folding and hiding
    first_key: str
    hidden: int  # rows beyond those that are shown

    @property
    def cut(self) -> int:
        return self.a.cut + self.b.cut


Digests = Mapping[str, tuple[int, int]]


def side_of(trace: TraceView, side: Side, digests: Digests) -> Compared:
    """Raises NotFound when the trace has no such span."""
    found = [replace(step, digest=digests.get(step.span.span_id)) for step in in_order(trace.spans)]
    if not side.span_id:
        count = max(trace.span_count, len(found))
        return Compared(trace, None, found[: limits.COMPARED_STEPS], count, trace.start_ns, trace.duration_ns)
    at = next((i for i, step in enumerate(found) if step.span.span_id == side.span_id), None)
    if at is None:
        raise NotFound(f"The trace {trace.trace_id} has no span {side.span_id}.")
    root = found[at]
    end = next((i for i in range(at + 1, len(found)) if found[i].level <= root.level), len(found))
    below = [replace(step, level=step.level - root.level + 1) for step in found[at:end]]
    span = root.span
    return Compared(trace, span, below[: limits.COMPARED_STEPS], len(below), span.start_ns, span.duration_ns)


def page_of(a: Compared, b: Compared, address: Address) -> Page:
    every = steps.align(a.steps, b.steps)
    wanted = steps.only_differences(every) if address.only_changes else every
    runs = steps.fold(wanted, address.unfolded)
    shown = runs[: limits.COMPARED_ROWS_SHOWN]
    scale = max(a.duration_ns, b.duration_ns, 1)
    states = {"same": 0, "changed": 0, "only_a": 0, "only_b": 0}
    for row in every:
        states[row.state] += 1
    return Page(
        a=a,
        b=b,
        totals=_totals(a, b),
        rows=[_shown(run, a.start_ns, b.start_ns, scale) for run in shown],
        states=states,
        first_key=every[0].key if every else "",
        hidden=len(runs) - len(shown),
    )


def _totals(a: Compared, b: Compared) -> list[Measure]:
    if a.span is None and b.span is None:
        return measures.of_traces(a.trace, b.trace)
    one, other = (side.span or side.steps[0].span if side.steps else None for side in (a, b))
    failed = [sum(step.span.status.code == "error" for step in side.steps) for side in (a, b)]
    return [
        *measures.of_spans(one, other),
        measures.measure("Spans", a.count, b.count, wanted="neither"),
        measures.measure("Errors", *failed),
    ]


def _shown(run: Run, a_start_ns: int, b_start_ns: int, scale: int) -> ShownRow:
    a = [row.a for row in run.rows if row.a]
    b = [row.b for row in run.rows if row.b]
    return ShownRow(
        run=run,
        duration=measures.measure(
            "Duration",
            sum(s.duration_ns for s in a) if a else None,
            sum(s.duration_ns for s in b) if b else None,
            write=formats.duration,
            noise=measures.TIME_NOISE,
        ),
        tokens=measures.measure(
            "Tokens",
            _sum(s.usage.total_tokens for s in a),
            _sum(s.usage.total_tokens for s in b),
            write=formats.short_count,
        ),
        cost=measures.measure(
            "Cost", _sum(s.cost.total for s in a), _sum(s.cost.total for s in b), write=formats.money
        ),
        bar_a=_bar(a, a_start_ns, scale),
        bar_b=_bar(b, b_start_ns, scale),
    )


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _bar(spans: Sequence[SpanView], start_ns: int, scale: int) -> Bar | None:
    """From the first begin to the last end."""
    if not spans:
        return None
    first, last = min(s.start_ns for s in spans), max(s.end_ns for s in spans)
    x = min(max((first - start_ns) * 100 / scale, 0.0), 100.0)
    return Bar(round(x, 2), round(min(max((last - first) * 100 / scale, 0.0), 100.0 - x), 2))
