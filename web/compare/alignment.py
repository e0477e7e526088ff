"""Which items of two sequences belong together: the longest common subsequence, with a bound on the work."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

Pairs = list[tuple[int, int]]


@dataclass(frozen=True)
class Block:
    """a[a_from:a_to] stands against b[b_from:b_to]. `same`: item by item equal; otherwise nothing in it is."""

    same: bool
    a_from: int
    a_to: int
    b_from: int
    b_to: int


def matches(a: Sequence[Hashable], b: Sequence[Hashable], max_edits: int) -> Pairs:
    """Index pairs of equal items, both indices rising.

    Exact when the two differ by at most `max_edits` insertions and deletions (Myers' algorithm: work and memory grow
    with the square of the edits, not of the lengths). Beyond that an approximation in n log n: the k-th x of `a`
    belongs to the k-th x of `b`, as far as that keeps the order.
    """
    shorter = min(len(a), len(b))
    head = 0
    while head < shorter and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < shorter - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    middle = _fewest_edits(inner_a, inner_b, max_edits)
    if middle is None:
        middle = _by_occurrence(inner_a, inner_b)
    out = [(i, i) for i in range(head)]
    out += [(head + i, head + j) for i, j in middle]
    out += [(len(a) - k, len(b) - k) for k in range(tail, 0, -1)]
    return out


def blocks(pairs: Pairs, a_length: int, b_length: int) -> list[Block]:
    """Runs of pairs and the gaps between them, in order; together they cover both sequences."""
    out: list[Block] = []
    i = j = 0
    at = 0
    while at < len(pairs):
        a_from, b_from = pairs[at]
        if (i, j) != (a_from, b_from):
            out.append(Block(False, i, a_from, j, b_from))
        run = 1
        while at + run < len(pairs) and pairs[at + run] == (a_from + run, b_from + run):
            run += 1
        i, j, at = a_from + run, b_from + run, at + run
        out.append(Block(True, a_from, i, b_from, j))
    if (i, j) != (a_length, b_length):
        out.append(Block(False, i, a_length, j, b_length))
    return out


def _fewest_edits(a: Sequence[Hashable], b: Sequence[Hashable], max_edits: int) -> Pairs | None:
    """Myers' greedy algorithm; None when more edits are needed. `reach[k]`: how far into `a` diagonal k came."""
    n, m = len(a), len(b)
    if not n or not m:
        return []
    if abs(n - m) > max_edits:
        return None
    reach = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(min(n + m, max_edits) + 1):
        history.append(dict(reach))
        for k in range(-edits, edits + 1, 2):
            x = reach[k + 1] if _down(reach, k, edits) else reach[k - 1] + 1
            y = x - k
            while x < n and y < m and a[x] == b[y]:
                x, y = x + 1, y + 1
            reach[k] = x
            if x >= n and y >= m:
                return _walk_back(history, n, m)
    return None


def _down(reach: dict[int, int], k: int, edits: int) -> bool:
    """Whether the best way onto diagonal k takes an item of `b` (rather than one of `a`)."""
    return k == -edits or (k != edits and reach[k - 1] < reach[k + 1])


def _walk_back(history: list[dict[int, int]], n: int, m: int) -> Pairs:
    found: deque[tuple[int, int]] = deque()
    x, y = n, m
    for edits in range(len(history) - 1, -1, -1):
        reach, k = history[edits], x - y
        before = k + 1 if _down(reach, k, edits) else k - 1
        from_x = reach[before]
        from_y = from_x - before
        while x > from_x and y > from_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            found.appendleft((x, y))
        x, y = from_x, from_y
    return list(found)


def _by_occurrence(a: Sequence[Hashable], b: Sequence[Hashable]) -> Pairs:
    places: dict[Hashable, deque[int]] = defaultdict(deque)
    for j, item in enumerate(b):
        places[item].append(j)
    candidates = [(i, places[item].popleft()) for i, item in enumerate(a) if places.get(item)]
    return _longest_rising(candidates)


def _longest_rising(candidates: Pairs) -> Pairs:
    """The most of the pairs whose second index rises (patience sorting)."""
    tops: list[int] = []
    top_of: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(candidates):
        pile = bisect_left(tops, j)
        before.append(top_of[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [j]
        top_of[pile : pile + 1] = [index]
    out: deque[tuple[int, int]] = deque()
    at = top_of[-1] if top_of else -1
    while at >= 0:
        out.appendleft(candidates[at])
        at = before[at]
    return list(out)
