"""When a trace waited for what: self time of each row, and the critical path."""

from __future__ import annotations

from array import array

from backend.traces.outline import CRITICAL, Outline


def covered(outline: Outline, row: int) -> list[tuple[int, int]]:
    """The parts of a row's time in which children were at work: (from, to) in order, not touching each other."""
    start = outline.starts[row]
    end = start + outline.durations[row]
    parts: list[tuple[int, int]] = []
    for child in outline.children(row):
        low = max(outline.starts[child], start)
        high = min(outline.starts[child] + outline.durations[child], end)
        if high <= low:
            continue
        if parts and low <= parts[-1][1]:  # children are in order of their start
            parts[-1] = (parts[-1][0], max(parts[-1][1], high))
        else:
            parts.append((low, high))
    return parts


def self_times(outline: Outline) -> array[int]:
    """Nanoseconds of each row in which none of its children was at work."""
    starts, durations, ends = outline.starts, outline.durations, outline.ends
    selfs = array("q", durations)
    for row in range(len(outline)):
        if ends[row] == row + 1:
            continue
        start = starts[row]
        end, reached, busy = start + durations[row], start, 0
        at, last = row + 1, ends[row]
        while at < last:
            low = starts[at]
            high = low + durations[at]
            if high > reached and low < end:
                busy += min(high, end) - max(low, reached)
                reached = min(high, end)
            at = ends[at]
        selfs[row] = durations[row] - busy
    return selfs


def mark_critical_path(outline: Outline) -> int:
    """Flag the rows that the end of the trace waited for; how many there are.

    From the end of the root back through the child that ended last, then through the one that had ended when that
    one began. A child that outlives its parent counts up to its parent's end.
    """
    top = _longest_top(outline)
    if top is None:
        return 0
    marked = 0
    stack = [(top, outline.starts[top] + outline.durations[top])]
    while stack:
        row, end = stack.pop()
        outline.flags[row] |= CRITICAL
        marked += 1
        by_end = sorted(
            ((min(outline.starts[c] + outline.durations[c], end), outline.starts[c], c) for c in outline.children(row)),
            reverse=True,
        )
        at = end
        for child_end, child_start, child in by_end:
            if child_end <= at and child_start < end and (child_start < child_end or child_end < at):
                stack.append((child, child_end))
                at = child_start
    return marked


def _longest_top(outline: Outline) -> int | None:
    """The row at the top of the tree that ended last: the root, in most traces."""
    best: int | None = None
    at = 0
    while at < len(outline):
        if best is None or outline.starts[at] + outline.durations[at] > outline.starts[best] + outline.durations[best]:
            best = at
        at = outline.ends[at]
    return best
