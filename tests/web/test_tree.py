"""The tree on the screen: bars, labels, windows, runs, and the skeleton for the browser."""

from __future__ import annotations

import struct

from backend.traces.outlines import TraceOutline
from backend.traces.view import SpanError, SpanView, Status, Usage
from tests.web.spans import span, trace, trace_outline
from web import skeleton
from web.tree import Item, Rows, TreeRow, lines, runs_around, ticks, window, window_around


def shown(spans: list[SpanView]) -> TraceOutline:
    return trace_outline(trace(spans))


def rows(spans: list[SpanView]) -> list[TreeRow]:
    outline = shown(spans)
    return Rows(outline).of([Item(row) for row in range(len(outline.rows))])


def repeated(count: int) -> list[SpanView]:
    return [span(1, ms=1000), *(span(n, 1, name="search", type="tool", at_ms=n, ms=10) for n in range(2, count + 2))]


def test_a_deep_row_stops_moving_to_the_right() -> None:
    found = rows([span(1), *(span(i, i - 1) for i in range(2, 51))])
    assert found[-1].deep
    assert found[-1].indent == found[20].indent


def test_bars_lie_inside_the_trace() -> None:
    found = rows([span(1, ms=1000), span(2, 1, at_ms=500, ms=250), span(3, 1, at_ms=600, ms=400)])
    assert (found[1].bar.x, found[1].bar.width) == (50.0, 25.0)
    assert found[0].bar.parts == ((50.0, 50.0),)


def test_a_duration_stands_where_there_is_room() -> None:
    found = rows([span(1, ms=1000), span(2, 1, ms=100), span(3, 1, at_ms=800, ms=200)])
    assert [(row.bar.label, row.bar.label_x) for row in found] == [("inside", 100.0), ("right", 10.0), ("left", 80.0)]


def test_a_trace_of_no_length_divides_by_nothing() -> None:
    (row,) = rows([span(1, ms=0)])
    assert (row.bar.x, row.bar.width) == (0.0, 0.0)
    assert ticks(0)[-1] == (75, 0)


def test_many_children_are_few_parts_of_a_bar() -> None:
    found = rows([span(1, ms=100_000), *(span(n, 1, at_ms=n * 90, ms=50) for n in range(2, 1000))])
    assert 1 <= len(found[0].bar.parts) <= 40


def test_a_failed_span_says_why() -> None:
    (row,) = rows([span(1, status=Status("error", "busy"), error=SpanError("RateLimitError", "busy"))])
    assert row.failed
    assert row.detail == "RateLimitError"


def test_usage_that_is_not_counted_is_marked() -> None:
    usage = Usage(input_tokens=10, output_tokens=5)
    agent, call = rows([span(1, type="agent", usage=usage), span(2, 1, type="llm", usage=usage)])
    assert (agent.repeats, agent.tokens, agent.below_tokens) == (True, 15, 15)
    assert not call.repeats


def test_a_run_is_one_line_until_it_is_opened() -> None:
    outline = shown(repeated(480))
    closed = list(lines(outline.rows))
    assert [item.key for item in closed] == ["0", "g0"]
    run = Rows(outline).run(closed[1])
    assert (run.run.count, run.name, run.failed) == (480, "search", False)
    assert len(list(lines(outline.rows, frozenset({0})))) == 482
    assert len(list(lines(outline.rows, None))) == 481
    assert runs_around(outline.rows, 17) == {0}


def test_a_wide_trace_is_shown_in_windows() -> None:
    outline = shown([span(1), *(span(i, 1) for i in range(2, 12_002))]).rows
    first = window_around(outline, None, 0, 2000)
    assert (first.start, len(first.items), first.more) == (0, 2000, True)
    far = window_around(outline, None, 9000, 2000)
    assert Item(9000) in far.items
    assert window(lines(outline), start=99_999, count=5).items == []


def test_the_skeleton_says_what_the_browser_needs() -> None:
    outline = shown(repeated(4)).rows
    body = skeleton.encode(outline)
    assert struct.unpack_from("<II", body) == (5, 1)
    assert struct.unpack_from("<5I", body, 8) == (1, 2, 2, 2, 2)
    assert struct.unpack_from("<5i", body, 28) == (-1, 0, 0, 0, 0)
    assert struct.unpack_from("<II", body, 48) == (1, 5)
    assert [skeleton.type_names(outline)[code] for code in body[56:61]] == ["span", *["tool"] * 4]


def test_what_is_no_line_is_not_sent() -> None:
    outline = shown(repeated(4)).rows
    assert skeleton.parse_items("0-1,g0,3", outline, 9) == [(0, -1), (1, -1), (1, 0), (3, -1)]
    assert skeleton.parse_items("g7,-3,x,99,2-1,0-99999999999999999999999", outline, 9) == []
    assert len(skeleton.parse_items("0-9999999", outline, 3)) == 3
