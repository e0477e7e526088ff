"""Where the boxes and lines of an agent graph stand: layers from left to right, made without a library.

Nodes are put into layers by the longest way from the start (lines that lead back are left out of that), ordered within
a layer by the mean place of who calls them, and joined by curves.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.traces.flow import START, Edge, Flow, Node

BOX_WIDTH, BOX_HEIGHT = 188, 58
GAP_X, GAP_Y = 84, 22
MARGIN = 20
START_WIDTH = 64
# Sweeps that reorder the layers; more change nothing on graphs of this size.
SWEEPS = 4


@dataclass(frozen=True)
class Box:
    node: Node
    x: int
    y: int
    width: int
    height: int = BOX_HEIGHT

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def is_start(self) -> bool:
        return self.node.key == START


@dataclass(frozen=True)
class Line:
    """`path`: an SVG path. The label stands at (x, y)."""

    edge: Edge
    source: Node
    target: Node
    path: str
    x: int
    y: int
    back: bool  # it leads to an earlier layer, or stays in its own


@dataclass(frozen=True)
class Layout:
    boxes: list[Box]
    lines: list[Line]
    width: int
    height: int


def layout(flow: Flow) -> Layout:
    layers = _layers(flow)
    ordered = _ordered(flow, layers)
    boxes = _boxes(ordered)
    by_key = {box.node.key: box for box in boxes}
    lines = [_line(edge, by_key[edge.source], by_key[edge.target], number) for number, edge in enumerate(flow.edges)]
    width = max((box.x + box.width for box in boxes), default=0) + MARGIN
    height = max((box.y + box.height for box in boxes), default=0) + MARGIN
    # Lines that lead back hang below the boxes.
    if any(line.back for line in lines):
        height += GAP_Y * 2
    return Layout(boxes, lines, width, height)


def _layers(flow: Flow) -> dict[int, int]:
    """Layer of each node: one more than the highest caller's, over lines that do not lead back to one on the way."""
    below: dict[int, list[int]] = {}
    for edge in flow.edges:
        if edge.source != edge.target:
            below.setdefault(edge.source, []).append(edge.target)
    back = _leading_back(flow, below)
    callers: dict[int, int] = {node.key: 0 for node in flow.nodes}
    for edge in flow.edges:
        if edge.source != edge.target and (edge.source, edge.target) not in back:
            callers[edge.target] += 1
    layers = {node.key: 0 if node.key == START else 1 for node in flow.nodes}
    ready = [node.key for node in flow.nodes if not callers[node.key]]
    while ready:
        key = ready.pop(0)
        for target in below.get(key, []):
            if (key, target) in back:
                continue
            layers[target] = max(layers[target], layers[key] + 1)
            callers[target] -= 1
            if not callers[target]:
                ready.append(target)
    return layers


def _leading_back(flow: Flow, below: dict[int, list[int]]) -> set[tuple[int, int]]:
    """Lines that close a loop, found by walking from the first node on."""
    back: set[tuple[int, int]] = set()
    done: set[int] = set()
    for node in flow.nodes:
        if node.key in done:
            continue
        way: list[tuple[int, int]] = [(node.key, 0)]
        on_way = {node.key}
        while way:
            key, at = way.pop()
            targets = below.get(key, [])
            if at == len(targets):
                on_way.discard(key)
                done.add(key)
                continue
            way.append((key, at + 1))
            target = targets[at]
            if target in on_way:
                back.add((key, target))
            elif target not in done:
                way.append((target, 0))
                on_way.add(target)
    return back


def _ordered(flow: Flow, layers: dict[int, int]) -> list[list[Node]]:
    """The nodes of each layer from top to bottom, so that few lines cross."""
    columns: list[list[Node]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    for node in flow.nodes:
        columns[layers[node.key]].append(node)
    neighbours: dict[int, list[int]] = {}
    for edge in flow.edges:
        neighbours.setdefault(edge.source, []).append(edge.target)
        neighbours.setdefault(edge.target, []).append(edge.source)
    for sweep in range(SWEEPS):
        place = {node.key: index - len(column) / 2 for column in columns for index, node in enumerate(column)}
        for column in columns if sweep % 2 == 0 else reversed(columns):
            means = {
                node.key: _mean([place[other] for other in neighbours.get(node.key, [])], place[node.key])
                for node in column
            }
            column.sort(key=lambda node: (means[node.key], node.first_row))
            place |= {node.key: index - len(column) / 2 for index, node in enumerate(column)}
    return [column for column in columns if column]


def _mean(places: list[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _boxes(columns: list[list[Node]]) -> list[Box]:
    tallest = max((len(column) for column in columns), default=0)
    whole = tallest * BOX_HEIGHT + max(tallest - 1, 0) * GAP_Y
    boxes: list[Box] = []
    x = MARGIN
    for column in columns:
        used = len(column) * BOX_HEIGHT + (len(column) - 1) * GAP_Y
        y = MARGIN + (whole - used) // 2
        width = START_WIDTH if all(node.key == START for node in column) else BOX_WIDTH
        for node in column:
            boxes.append(Box(node, x, y, width))
            y += BOX_HEIGHT + GAP_Y
        x += width + GAP_X
    return boxes


def _line(edge: Edge, source: Box, target: Box, number: int) -> Line:
    if target.x > source.x:
        x1, y1, x2, y2 = source.x + source.width, source.middle, target.x, target.middle
        bend = max((x2 - x1) // 2, 24)
        path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2 - 6} {y2}"
        # Labels of lines that leave one box stand where the lines have already parted.
        return Line(edge, source.node, target.node, path, x1 + (x2 - x1) * 7 // 10, y1 + (y2 - y1) * 8 // 10 - 5, False)
    low = max(source.y + source.height, target.y + target.height) + GAP_Y + 6 * (number % 3)
    x1, x2 = source.x + source.width // 2, target.x + target.width // 2
    y1, y2 = source.y + source.height, target.y + target.height
    path = f"M{x1} {y1}C{x1} {low} {x2} {low} {x2} {y2 + 6}"
    return Line(edge, source.node, target.node, path, (x1 + x2) // 2, (y1 + y2 + 6 * low) // 8 - 3, True)
