"""The agent graph of a trace: who called whom, how often, for how long; pure, from the outline."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core import limits
from backend.traces.outline import CRITICAL, FAILED, Outline

# What is drawn. A chain or a plain span only passes on who called: its children hang at the next one above it.
ACTORS = ("agent", "llm", "tool", "retriever", "embedding", "reranker", "guardrail", "evaluator")
START = 0


@dataclass(slots=True)
class Node:
    """One agent, model, tool, … of the trace, over all its spans. `first_row`: where it was called first."""

    key: int
    type: str
    label: str
    first_row: int
    count: int = 0
    total_ns: int = 0
    tokens: int = -1
    cost: float = -1.0
    errors: int = 0
    critical: bool = False
    summed_to: int = 0  # rows before this one lie inside a span that is summed


@dataclass(slots=True)
class Edge:
    """`source` called `target`. `order`: the how manieth new connection of the trace it was, from 1."""

    source: int
    target: int
    order: int
    count: int = 0
    errors: int = 0


@dataclass(slots=True)
class Flow:
    nodes: list[Node]
    edges: list[Edge]
    left_out: int = 0  # rare nodes beyond limits.GRAPH_NODES


def flow(outline: Outline) -> Flow:
    """The nodes in the order of their first call; node START is the one who called the roots."""
    nodes: list[Node] = [Node(START, "start", "start", 0)]
    by_name: dict[tuple[str, str], Node] = {}
    edges: dict[tuple[int, int], Edge] = {}
    # Per row the node that its children are called by.
    callers = [START] * len(outline)
    for row in range(len(outline)):
        parent = outline.parents[row]
        caller = callers[parent] if parent >= 0 else START
        kind = outline.types[row]
        if kind not in ACTORS:
            callers[row] = caller
            continue
        name = (kind, outline.labels[row])
        node = by_name.get(name)
        if node is None:
            node = by_name[name] = Node(len(nodes), kind, outline.labels[row], row)
            nodes.append(node)
        callers[row] = node.key
        _count(node, outline, row)
        if caller != node.key or parent < 0:
            edge = edges.get((caller, node.key))
            if edge is None:
                edge = edges[caller, node.key] = Edge(caller, node.key, len(edges) + 1)
            edge.count += 1
            edge.errors += bool(outline.flags[row] & FAILED)
    return _bounded(nodes, list(edges.values()))


def _count(node: Node, outline: Outline, row: int) -> None:
    node.count += 1
    node.total_ns += outline.durations[row]
    node.errors += bool(outline.flags[row] & FAILED)
    node.critical = node.critical or bool(outline.flags[row] & CRITICAL)
    # An agent shows what its calls cost; a span inside another one of its node would count twice.
    if row < node.summed_to:
        return
    node.summed_to = outline.ends[row]
    if outline.below_tokens[row] >= 0:
        node.tokens = max(node.tokens, 0) + outline.below_tokens[row]
    if outline.below_costs[row] >= 0:
        node.cost = max(node.cost, 0.0) + outline.below_costs[row]


def _bounded(nodes: list[Node], edges: list[Edge]) -> Flow:
    """Without the start when nobody is called by it alone, and without the rarest nodes when there are too many."""
    if len(nodes) - 1 > limits.GRAPH_NODES:
        often = sorted(nodes[1:], key=lambda node: (-node.count, node.first_row))[: limits.GRAPH_NODES]
        kept = {START, *(node.key for node in often)}
    else:
        kept = {node.key for node in nodes}
    shown = [node for node in nodes if node.key in kept]
    lines = [edge for edge in edges if edge.source in kept and edge.target in kept]
    return Flow(shown, lines, left_out=len(nodes) - len(shown))
