"""Which traces a page of the list holds: found newest, oldest or slowest first, before their rows are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from backend.core import cursors
from backend.core.errors import InvalidInput
from backend.core.limits import MAX_PAGE_SIZE, PAGE_SIZE
from backend.store import client
from backend.store.filters import Compiled, compile_filter
from backend.store.queries import traces as trace_queries

# The first slice of time looked at, and how much the next one is larger: most pages are full after the first.
FIRST_SLICE_NS = 600_000_000_000
SLICE_GROWTH = 6
# Later and longer than anything: where a list begins.
LONGEST_NS = (1 << 63) - 1
Order = Literal["newest", "oldest", "slowest"]
ORDERS: tuple[Order, ...] = ("newest", "oldest", "slowest")


@dataclass(frozen=True)
class TraceQuery:
    """Traces that begin in [start_ns, end_ns) and of which a span matches `filter`."""

    start_ns: int
    end_ns: int
    filter: str = ""
    order: Order = "newest"
    cursor: str | None = None
    limit: int = PAGE_SIZE


def check(query: TraceQuery) -> Compiled | None:
    """The condition of the filter. Raises InvalidInput naming the wrong part of `query`."""
    if query.start_ns >= query.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    if not 1 <= query.limit <= MAX_PAGE_SIZE:
        raise InvalidInput(f"limit must lie between 1 and {MAX_PAGE_SIZE}.", field="limit")
    return compile_filter(query.filter, of="traces") if query.filter.strip() else None


@dataclass(frozen=True, slots=True)
class Place:
    """A trace in the order of the list: what it is sorted by (nanoseconds), when it began, and its id."""

    sorted_by: int
    start_ns: int
    trace_id: str


def slowest(project_id: UUID, query: TraceQuery, matching: Compiled | None) -> list[Place]:
    """One more than a page. All traces of the window are compared: there is no shorter way to the longest."""
    store = client.current()
    window = (query.start_ns, query.end_ns)
    few = trace_queries.few_matching(store, project_id, *window, matching) if matching else None
    if few == []:
        return []
    after = _position(query.cursor) if query.cursor else (LONGEST_NS, "g")
    found = trace_queries.slowest_traces(
        store, project_id, *window, after=after, limit=query.limit + 1, matching=matching, few=few
    )
    return [Place(*values) for values in found]


def starts(project_id: UUID, query: TraceQuery, matching: Compiled | None) -> tuple[list[Place], list[str]]:
    """One more than a page, looked for in growing slices of time. When few match: some, and the ids of all others."""
    store, newest = client.current(), query.order == "newest"
    low, high = query.start_ns, query.end_ns
    after = after_of(query)
    if newest:
        high = min(high, after[0] + 1)
    else:
        low = max(low, after[0])
    found: list[tuple[int, str]] = []
    size, few, asked, looked_ns = FIRST_SLICE_NS, None, False, 0
    while low < high and len(found) <= query.limit:
        edge = max(low, high - size) if newest else min(high, low + size)
        # When the slices so far say that few match in the rest, one look at all of it finds them; words have an index.
        many = len(found) * (high - low) >= trace_queries.MANY_MATCHES * looked_ns
        if matching and not (asked or many) and looked_ns > (0 if matching.searches else FIRST_SLICE_NS):
            asked, few = True, trace_queries.few_matching(store, project_id, low, high, matching)
            if few and len(few) <= query.limit:
                return _as_places(found), few
            edge = edge if few is None else low if newest else high
        looked_ns += high - edge if newest else edge - low
        slice_from, slice_to = (edge, high) if newest else (low, edge)
        if few != []:
            found += trace_queries.trace_starts(
                store, project_id, slice_from, slice_to,
                newest=newest, after=after, limit=query.limit + 1 - len(found), matching=matching, few=few,
            )  # fmt: skip
        low, high = (low, edge) if newest else (edge, high)
        size *= SLICE_GROWTH
    return _as_places(found), []


def _as_places(found: list[tuple[int, str]]) -> list[Place]:
    return [Place(start_ns, start_ns, trace_id) for start_ns, trace_id in found]


def after_of(query: TraceQuery) -> tuple[int, str]:
    """(start_ns, trace_id) of what the page comes behind."""
    if query.cursor:
        return _position(query.cursor)
    return (query.end_ns, "g") if query.order == "newest" else (query.start_ns, "")


def _position(cursor: str) -> tuple[int, str]:
    match cursors.decode(cursor):
        case [int() as start_ns, str() as trace_id]:
            return start_ns, trace_id
        case _:
            raise InvalidInput("The cursor is not one that this list gave.", field="cursor")
