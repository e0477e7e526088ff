"""The spans of a trace in the order of its tree, made without recursion: any number of levels is fine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.traces.view import SpanView


@dataclass(frozen=True)
class Step:
    """A span and its level in its tree, 1 for a root. `digest`: of its input and its output, when they are known."""

    span: SpanView
    level: int
    digest: tuple[int, int] | None = None


def in_order(spans: Sequence[SpanView]) -> list[Step]:
    """Roots first, then spans whose parent is missing, then what hangs in a loop of parents; each with its children."""
    known = {span.span_id for span in spans}
    children: dict[str, list[int]] = {}
    roots: list[int] = []
    orphans: list[int] = []
    for index, span in enumerate(spans):
        if not span.parent_span_id:
            roots.append(index)
        elif span.parent_span_id in known:
            children.setdefault(span.parent_span_id, []).append(index)
        else:
            orphans.append(index)
    out: list[Step] = []
    seen: set[int] = set()
    for top in (*roots, *orphans, *range(len(spans))):
        stack = [(top, 1)]
        while stack:
            index, level = stack.pop()
            if index in seen:
                continue
            seen.add(index)
            out.append(Step(spans[index], level))
            stack += [(child, level + 1) for child in reversed(children.get(spans[index].span_id, []))]
    return out
