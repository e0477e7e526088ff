"""The agent graph: nodes, counts, order; pure."""

from __future__ import annotations

import pytest

from backend.core import limits
from backend.traces.flow import START, flow
from backend.traces.view import Cost, Status, Usage
from tests.web.spans import outline, span

AGENT = {"type": "agent", "agent_name": "support"}
SEARCH = {"type": "tool", "tool_name": "search"}


def test_spans_of_one_name_and_type_are_one_node() -> None:
    spans = [
        span(1, **AGENT),
        span(2, 1, at_ms=1, **SEARCH),
        span(3, 1, at_ms=2, ms=50, status=Status("error"), **SEARCH),
    ]
    found = flow(outline(spans))
    start, support, search = found.nodes
    assert (start.key, support.label, search.label) == (START, "support", "search")
    assert (search.count, search.total_ns, search.errors) == (2, 150_000_000, 1)
    assert [(e.source, e.target, e.order, e.count, e.errors) for e in found.edges] == [(0, 1, 1, 1, 0), (1, 2, 2, 2, 1)]


def test_a_chain_passes_on_who_called() -> None:
    spans = [span(1, **AGENT), span(2, 1, type="chain"), span(3, 2, **SEARCH)]
    assert [(e.source, e.target) for e in flow(outline(spans)).edges] == [(0, 1), (1, 2)]


def test_an_agent_that_hands_back_makes_a_loop_and_costs_once() -> None:
    call = {"type": "llm", "response_model": "m", "usage": Usage(10, 5), "cost": Cost(total=1.0, source="reported")}
    other = {"type": "agent", "agent_name": "other"}
    spans = [span(1, **AGENT), span(2, 1, **other), span(3, 2, **AGENT), span(4, 3, **call)]
    found = flow(outline(spans))
    assert [(e.source, e.target) for e in found.edges] == [(0, 1), (1, 2), (2, 1), (1, 3)]
    assert [node.tokens for node in found.nodes] == [-1, 15, 15, 15]
    assert found.nodes[1].cost == pytest.approx(1.0)


def test_more_nodes_than_can_be_drawn_leave_the_rare_ones_out() -> None:
    tools = [span(n, 1, type="tool", tool_name=f"tool {n}", at_ms=n) for n in range(2, limits.GRAPH_NODES + 12)]
    found = flow(outline([span(1, **AGENT), *tools, span(999, 1, type="tool", tool_name="tool 5")]))
    assert (len(found.nodes), found.left_out) == (limits.GRAPH_NODES + 1, 11)
    assert {edge.target for edge in found.edges} <= {node.key for node in found.nodes}
    assert "tool 5" in {node.label for node in found.nodes}
