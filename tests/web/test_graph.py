"""The layout of the agent graph: layers, no box over another, lines from box to box."""

from __future__ import annotations

import itertools
import re

from django.test import Client

from backend.traces.flow import Edge, Flow, Node, flow
from backend.traces.view import Status
from tests.web.conftest import Reads
from tests.web.markup import assert_safe
from tests.web.spans import TRACE_ID, outline, span, trace
from web.graph import Layout, layout

PAGE = f"/p/support-bot/traces/{TRACE_ID}/"
EVIL = '"><script>alert(1)</script>'


def made(*edges: tuple[int, int]) -> Layout:
    keys = sorted({key for edge in edges for key in edge})
    nodes = [Node(key, "agent", f"n{key}", key) for key in keys]
    return layout(Flow(nodes, [Edge(a, b, order, 1) for order, (a, b) in enumerate(edges, 1)]))


def columns(found: Layout) -> dict[int, int]:
    """Node → its layer, from the left."""
    xs = sorted({box.x for box in found.boxes})
    return {box.node.key: xs.index(box.x) for box in found.boxes}


def test_who_is_called_stands_right_of_all_who_call() -> None:
    assert columns(made((0, 1), (1, 2), (1, 3), (2, 3))) == {0: 0, 1: 1, 2: 2, 3: 3}


def test_a_loop_has_one_line_that_leads_back() -> None:
    found = made((0, 1), (1, 2), (2, 1), (2, 2))
    assert columns(found) == {0: 0, 1: 1, 2: 2}
    assert [(line.edge.source, line.edge.target) for line in found.lines if line.back] == [(2, 1), (2, 2)]


def test_no_box_lies_over_another_and_all_are_inside() -> None:
    found = made((0, 1), *((1, n) for n in range(2, 30)), *((n, 40) for n in range(2, 30)), (40, 41))
    for a, b in itertools.combinations(found.boxes, 2):
        assert a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
    assert all(box.x >= 0 and box.y >= 0 for box in found.boxes)
    assert max(box.y + box.height for box in found.boxes) <= found.height


def test_few_lines_cross() -> None:
    """Two callers, each with children of its own: their children stand on their side."""
    found = made((0, 1), (0, 2), (1, 5), (2, 3), (1, 6), (2, 4))
    y = {box.node.key: box.y for box in found.boxes}
    upper, lower = ((5, 6), (3, 4)) if y[1] < y[2] else ((3, 4), (5, 6))
    assert max(y[key] for key in upper) < min(y[key] for key in lower)


def test_nothing_gives_nothing() -> None:
    assert layout(Flow([], [])).boxes == []
    assert layout(flow(outline([span(1)]))).lines == []


def test_the_page_draws_it_and_says_it_in_a_table(alice: Client, reads: Reads) -> None:
    failed = span(2, 1, type="tool", tool_name=EVIL, status=Status("error"))
    reads.show(trace([span(1, type="agent", agent_name="support"), failed]))
    page = alice.get(PAGE, {"view": "graph"}).text
    assert page.count("marker-end") == 2
    assert f'data-open-span="{2:016x}"' in page
    assert len(re.findall(r"<tr><td>\d", page)) == 2
    assert "<script>alert" not in page
    assert_safe(page)
