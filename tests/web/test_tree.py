"""The tree: order, orphans, loops, depth and width."""

from __future__ import annotations

from backend.traces.view import SpanError, Status
from tests.web.spans import START_NS, span
from web.tree import build_tree, ticks, window, window_around


def shape(spans: list, ms: int = 1000) -> list[tuple[str, int]]:
    return [(row.span.name, row.level) for row in build_tree(spans, START_NS, ms * 1_000_000).rows]


def test_children_follow_their_parent_in_the_order_of_time() -> None:
    spans = [span(1), span(2, 1), span(3, 1, at_ms=5), span(4, 2, at_ms=9)]
    assert shape(spans) == [("span 1", 1), ("span 2", 2), ("span 4", 3), ("span 3", 2)]


def test_a_child_may_come_before_its_parent() -> None:
    assert shape([span(2, 1), span(1)]) == [("span 1", 1), ("span 2", 2)]


def test_spans_without_their_parent_stand_below_a_note() -> None:
    tree = build_tree([span(5, 99), span(1), span(6, 5)], START_NS, 1)
    assert [row.span.name for row in tree.rows] == ["span 1", "span 5", "span 6"]
    assert (tree.orphans, tree.first_orphan) == (1, 1)
    assert [row.orphan for row in tree.rows] == [False, True, False]


def test_a_loop_of_parents_shows_every_span_once() -> None:
    tree = build_tree([span(1, 3), span(2, 1), span(3, 2), span(4, 4)], START_NS, 1)
    assert sorted(row.span.name for row in tree.rows) == ["span 1", "span 2", "span 3", "span 4"]
    assert tree.orphans == 2


def test_doubled_ids_are_all_shown() -> None:
    assert len(shape([span(1), span(1), span(2, 1)])) == 3


def test_a_thousand_levels_need_no_recursion() -> None:
    tree = build_tree([span(1), *(span(i, i - 1) for i in range(2, 5001))], START_NS, 1)
    assert tree.rows[-1].level == 5000
    assert tree.rows[-1].deep
    assert tree.rows[-1].indent == tree.rows[20].indent


def test_a_wide_trace_is_shown_in_windows() -> None:
    tree = build_tree([span(1), *(span(i, 1) for i in range(2, 12_002))], START_NS, 1)
    first = window_around(tree, "", 2000)
    assert (first.start, len(first.rows), first.after) == (0, 2000, 10_001)
    far = window_around(tree, f"{9000:016x}", 2000)
    assert any(row.span.span_id == f"{9000:016x}" for row in far.rows)
    assert far.before > 0
    assert window(tree, start=99_999, count=5).rows == []


def test_bars_lie_inside_the_trace() -> None:
    rows = build_tree(
        [span(1, ms=1000), span(2, 1, at_ms=500, ms=250), span(3, 1, at_ms=-50, ms=99_999)], START_NS, 10**9
    ).rows
    assert (rows[1].x, rows[1].width) == (50.0, 25.0)
    assert (rows[2].x, rows[2].width) == (0.0, 100.0)


def test_a_duration_stands_where_there_is_room() -> None:
    rows = build_tree([span(1, ms=1000), span(2, 1, ms=100), span(3, 1, at_ms=800, ms=200)], START_NS, 10**9).rows
    assert [(row.label, row.label_x) for row in rows] == [("inside", 100.0), ("right", 10.0), ("left", 80.0)]


def test_a_trace_of_no_length_divides_by_nothing() -> None:
    row = build_tree([span(1, ms=0)], START_NS, 0).rows[0]
    assert (row.x, row.width) == (0.0, 0.0)
    assert ticks(0)[-1] == (75, 0)


def test_a_failed_span_says_why() -> None:
    row = build_tree(
        [span(1, status=Status("error", "busy"), error=SpanError("RateLimitError", "busy"))], START_NS, 1
    ).rows[0]
    assert row.failed
    assert row.detail == "RateLimitError"
