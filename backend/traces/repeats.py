"""Runs of similar siblings: 480 searches in a row are one thing to read."""

from __future__ import annotations

from array import array
from statistics import median_low

from backend.core.limits import REPEATED_SIBLINGS
from backend.traces.outline import FAILED, Outline, Run


def mark_runs(outline: Outline) -> None:
    """Fill `runs` and `run_of`: siblings in a row with one name and one type, at least REPEATED_SIBLINGS of them."""
    outline.runs = []
    outline.run_of = array("i", [-1]) * len(outline)
    names, types, ends, levels = outline.names, outline.types, outline.ends, outline.levels
    # Per open level the members of the run that may still grow.
    open_runs: list[list[int]] = []
    for row in range(len(outline)):
        level = levels[row]
        while len(open_runs) > level:
            _close(outline, open_runs.pop())
        while len(open_runs) < level:
            open_runs.append([])
        members = open_runs[level - 1]
        first = members[0] if members else None
        follows = first is not None and ends[members[-1]] == row and outline.flags[row] & 2 == outline.flags[first] & 2
        if follows and names[row] == names[members[0]] and types[row] == types[members[0]]:
            members.append(row)
        else:
            _close(outline, members)
            open_runs[level - 1] = [row]
    while open_runs:
        _close(outline, open_runs.pop())


def _close(outline: Outline, members: list[int]) -> None:
    if len(members) < REPEATED_SIBLINGS:
        return
    durations = [outline.durations[row] for row in members]
    number = len(outline.runs)
    outline.runs.append(
        Run(
            start=members[0],
            end=outline.ends[members[-1]],
            count=len(members),
            total_ns=sum(durations),
            min_ns=min(durations),
            median_ns=median_low(durations),
            max_ns=max(durations),
            errors=sum(1 for row in range(members[0], outline.ends[members[-1]]) if outline.flags[row] & FAILED),
        )
    )
    for row in members:
        outline.run_of[row] = number
