"""The outline of a trace: order, orphans, loops, depth, sums, self time, the critical path, runs."""

from __future__ import annotations

import pytest

from backend.traces.outline import CRITICAL, ORPHAN, Outline
from backend.traces.repeats import mark_runs
from backend.traces.timing import covered, mark_critical_path, self_times
from backend.traces.view import Cost, Usage
from tests.web.spans import START_NS, outline, span

MS = 1_000_000


def shape(rows: Outline) -> list[tuple[str, int]]:
    return list(zip(rows.names, rows.levels, strict=True))


def test_children_follow_their_parent_in_the_order_of_time() -> None:
    rows = outline([span(1), span(2, 1), span(3, 1, at_ms=5), span(4, 2, at_ms=9)])
    assert shape(rows) == [("span 1", 1), ("span 2", 2), ("span 4", 3), ("span 3", 2)]
    assert list(rows.ends) == [4, 3, 3, 4]
    assert list(rows.parents) == [-1, 0, 1, 0]
    assert (list(rows.positions), list(rows.siblings)) == ([1, 1, 1, 2], [1, 2, 1, 2])


def test_a_child_may_come_before_its_parent() -> None:
    assert shape(outline([span(2, 1), span(1)])) == [("span 1", 1), ("span 2", 2)]


def test_spans_without_their_parent_stand_last() -> None:
    rows = outline([span(5, 99), span(1), span(6, 5)])
    assert rows.names == ["span 1", "span 5", "span 6"]
    assert (rows.orphans, rows.first_orphan) == (1, 1)
    assert [bool(flag & ORPHAN) for flag in rows.flags] == [False, True, False]


def test_a_loop_of_parents_shows_every_span_once() -> None:
    rows = outline([span(1, 3), span(2, 1), span(3, 2), span(4, 4)])
    assert sorted(rows.names) == ["span 1", "span 2", "span 3", "span 4"]
    assert rows.orphans == 2


def test_doubled_ids_are_all_shown() -> None:
    assert len(outline([span(1), span(1), span(2, 1)])) == 3


def test_a_thousand_levels_need_no_recursion() -> None:
    rows = outline([span(1), *(span(i, i - 1) for i in range(2, 5001))])
    rows.selfs = self_times(rows)
    mark_runs(rows)
    assert mark_critical_path(rows) == rows.levels[-1] == 5000


def test_a_subtree_sums_each_call_once() -> None:
    usage, cost = Usage(input_tokens=10, output_tokens=5), Cost(total=0.5, source="reported")
    spans = [
        span(1, type="agent", usage=usage, cost=cost),
        *(span(n, 1, at_ms=n, type="llm", usage=usage, cost=cost, response_id=f"r{min(n, 3)}") for n in (2, 3, 4)),
        span(5, 1, at_ms=9, type="tool"),
    ]
    rows = outline(spans)
    assert list(rows.tokens) == [15, 15, 15, 15, -1]
    assert list(rows.below_tokens) == [30, 15, 15, -1, -1]
    assert rows.below_costs[0] == pytest.approx(1.0)
    assert (list(rows.counted), list(rows.repeated), rows.model_calls) == ([1, 2], [0, 3], 2)
    assert rows.usage.total_tokens == 30


def test_self_time_is_what_no_child_worked_in() -> None:
    rows = outline(
        [span(1, ms=100), span(2, 1, at_ms=10, ms=20), span(3, 1, at_ms=20, ms=20), span(4, 1, at_ms=90, ms=50)]
    )
    assert [ns // MS for ns in self_times(rows)] == [60, 20, 20, 50]
    parts = [((low - START_NS) // MS, (high - START_NS) // MS) for low, high in covered(rows, 0)]
    assert parts == [(10, 40), (90, 100)]


def test_the_critical_path_goes_back_through_the_child_that_ended_last() -> None:
    spans = [
        span(1, name="root", ms=100),
        span(2, 1, name="first", at_ms=0, ms=30),
        span(3, 1, name="beside", at_ms=5, ms=40),
        span(4, 1, name="last", at_ms=50, ms=45),
        span(5, 4, name="inner", at_ms=60, ms=30),
        span(6, 4, name="early", at_ms=51, ms=20),
    ]
    rows = outline(spans)
    mark_critical_path(rows)
    marked = [name for name, flag in zip(rows.names, rows.flags, strict=True) if flag & CRITICAL]
    assert marked == ["root", "beside", "last", "inner"]


def test_a_child_that_outlives_its_parent_counts_to_its_end() -> None:
    rows = outline([span(1, ms=100), span(2, 1, name="late", at_ms=50, ms=500), span(3, 1, name="before", ms=40)])
    rows.durations[0] = 1000 * MS
    assert mark_critical_path(rows) == 3


def test_four_similar_siblings_in_a_row_are_a_run() -> None:
    steps = [span(n, 1, name="search", type="tool", at_ms=n, ms=n) for n in range(2, 6)]
    rows = outline(
        [span(1), *steps, span(9, 1, name="other", at_ms=9), span(10, 1, name="search", type="tool", at_ms=10)]
    )
    mark_runs(rows)
    (run,) = rows.runs
    assert (run.start, run.end, run.count) == (1, 5, 4)
    assert [ns // MS for ns in (run.total_ns, run.min_ns, run.median_ns, run.max_ns)] == [14, 2, 3, 5]
    assert list(rows.run_of) == [-1, 0, 0, 0, 0, -1, -1]


def test_a_run_holds_what_is_below_its_members() -> None:
    steps = [span(n, 1, name="step", at_ms=n) for n in range(2, 7)]
    inner = [span(10 * n + k, n, name="call", at_ms=n) for n in range(2, 7) for k in range(4)]
    rows = outline([span(1), *steps, *inner])
    mark_runs(rows)
    outer = min(rows.runs, key=lambda run: run.start)
    assert (outer.count, outer.end - outer.start) == (5, 25)
    assert len(rows.runs) == 6
