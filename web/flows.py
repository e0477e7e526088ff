"""What the template of the agent graph needs beside the layout: links, texts, places inside a box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.traces.flow import Node, flow
from backend.traces.outline import Outline
from backend.traces.outlines import TraceOutline
from web import formats
from web.graph import Box, Line, layout
from web.templatetags.icons import TYPE_ICONS


@dataclass(frozen=True)
class ShownBox:
    box: Box
    span_id: str

    @property
    def cost(self) -> str:
        node = self.box.node
        if node.cost >= 0:
            return "<$0.0001" if 0 < node.cost < 0.0001 else formats.money(node.cost)
        return f"{formats.short_count(node.tokens)} tokens" if node.tokens >= 0 else ""

    @property
    def icon(self) -> str:
        return self.box.node.type if self.box.node.type in TYPE_ICONS else "span"

    @property
    def icon_x(self) -> int:
        return self.box.x + 10

    @property
    def icon_y(self) -> int:
        return self.box.y + 12

    @property
    def text_x(self) -> int:
        return self.box.x + 30

    @property
    def name_y(self) -> int:
        return self.box.y + 24

    @property
    def numbers_y(self) -> int:
        return self.box.y + 43

    @property
    def right_x(self) -> int:
        return self.box.x + self.box.width - 10

    @property
    def centre(self) -> int:
        return self.box.x + self.box.width // 2

    @property
    def start_y(self) -> int:
        return self.box.middle + 4


@dataclass(frozen=True)
class ShownLine:
    line: Line
    span_id: str
    weight: int  # 1 to 4: how thick

    @property
    def tokens(self) -> int | None:
        return self.line.target.tokens if self.line.target.tokens >= 0 else None

    @property
    def cost(self) -> float | None:
        return self.line.target.cost if self.line.target.cost >= 0 else None


def graph_context(trace: TraceOutline) -> dict[str, Any]:
    """The context of traces/graph.html."""
    found = flow(trace.rows)
    placed = layout(found)
    return {
        "flow": found,
        "graph": {
            "width": placed.width,
            "height": placed.height,
            "boxes": [ShownBox(box, _span_of(trace.rows, box.node)) for box in placed.boxes],
            "lines": [
                ShownLine(line, _span_of(trace.rows, line.target), _weight(line.edge.count)) for line in placed.lines
            ],
        },
    }


def _span_of(outline: Outline, node: Node) -> str:
    return outline.span_id(node.first_row)


def _weight(count: int) -> int:
    return 1 + (count > 1) + (count > 9) + (count > 99)
