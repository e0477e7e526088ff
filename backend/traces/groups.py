"""Sessions and users: lists of them by their last activity, and what one sums up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from backend.core import cursors
from backend.core.errors import InvalidInput, NotFound
from backend.core.limits import MAX_PAGE_SIZE, PAGE_SIZE
from backend.scores import services as scores
from backend.store import client
from backend.store.client import Row
from backend.store.filters import Compiled, compile_filter
from backend.store.queries import groups as queries
from backend.store.queries.groups import Kind
from backend.traces.view import Average, Cost, CostSource, Usage

__all__ = ["Group", "GroupPage", "GroupQuery", "Kind", "get_group", "list_groups", "of_group"]

# The first slice of time looked at, and how much longer the next one is.
FIRST_SLICE_NS = 3_600_000_000_000
SLICE_GROWTH = 6
# Beyond any text: where a list begins.
BEYOND = "\U0010ffff"


@dataclass(frozen=True)
class GroupQuery:
    """Sessions or users with a span in [start_ns, end_ns) in a trace of which a span of this time matches `filter`."""

    kind: Kind
    start_ns: int
    end_ns: int
    filter: str = ""
    cursor: str | None = None
    limit: int = PAGE_SIZE


@dataclass(slots=True)
class Group:
    """A session or a user: the sums of its traces. Times in nanoseconds since 1970."""

    id: str
    first_ns: int
    last_ns: int  # when its last span began
    end_ns: int  # when the last of its spans to end did so
    trace_count: int
    failed_count: int  # traces in which a span failed
    span_count: int
    error_count: int  # spans that failed
    usage: Usage
    cost: Cost
    models: list[str]
    users: list[str]  # at most 20
    session_count: int
    input_preview: str  # of a user: empty
    scores: list[Average] = field(default_factory=list[Average])

    @property
    def duration_ns(self) -> int:
        return self.end_ns - self.first_ns


@dataclass(slots=True)
class GroupPage:
    results: list[Group]
    next_cursor: str | None


def list_groups(project_id: UUID, query: GroupQuery) -> GroupPage:
    """A page, the last active first. The sums are those of the traces in the time range that match.

    Raises InvalidInput naming the wrong part of `query`.
    """
    if query.start_ns >= query.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    if not 1 <= query.limit <= MAX_PAGE_SIZE:
        raise InvalidInput(f"limit must lie between 1 and {MAX_PAGE_SIZE}.", field="limit")
    matching = compile_filter(query.filter, of="traces") if query.filter.strip() else None
    found = _newest(project_id, query, matching)
    more, found = len(found) > query.limit, found[: query.limit]
    ids = [group_id for _, group_id in found]
    store = client.current()
    rows = queries.group_rows(store, project_id, query.kind, ids, query.start_ns, query.end_ns, matching)
    means = scores.averages_of_sessions(project_id, ids) if query.kind == "session" and ids else {}
    results = [_group(rows[i], means.get(i, [])) for i in ids if i in rows]
    return GroupPage(results, cursors.encode(*found[-1]) if more else None)


def _newest(project_id: UUID, query: GroupQuery, matching: Compiled | None) -> list[tuple[int, str]]:
    """One more than a page. Each slice reaches to the end of the window: a group's newest span decides its place."""
    after = _position(query.cursor) if query.cursor else (query.end_ns, BEYOND)
    size = FIRST_SLICE_NS
    while True:
        edge = max(query.start_ns, min(after[0], query.end_ns) - size)
        found = queries.newest_groups(
            client.current(), project_id, query.kind, query.start_ns, query.end_ns,
            edge_ns=edge, after=after, limit=query.limit + 1, matching=matching,
        )  # fmt: skip
        if len(found) > query.limit or edge <= query.start_ns:
            return found
        size *= SLICE_GROWTH


def _position(cursor: str) -> tuple[int, str]:
    match cursors.decode(cursor):
        case [int() as last_ns, str() as group_id]:
            return last_ns, group_id
        case _:
            raise InvalidInput("The cursor is not one that this list gave.", field="cursor")


def get_group(
    project_id: UUID, kind: Kind, group_id: str, *, start_ns: int | None = None, end_ns: int | None = None
) -> Group:
    """One session or user, of all time or of [start_ns, end_ns). Raises NotFound, also when nothing was then."""
    store = client.current()
    bounds = queries.bounds_of(store, project_id, kind, group_id) if group_id else None
    if bounds is None:
        raise NotFound(f"There is no {kind} {group_id[:100]!r} in this project.")
    window = (bounds[0] if start_ns is None else start_ns, bounds[1] + 1 if end_ns is None else end_ns)
    rows = queries.group_rows(store, project_id, kind, [group_id], *window)
    if group_id not in rows:
        return _nothing(group_id, bounds)
    means = scores.averages_of_sessions(project_id, [group_id]) if kind == "session" else {}
    group = _group(rows[group_id], means.get(group_id, []))
    group.last_ns = max(group.last_ns, bounds[1]) if end_ns is None else group.last_ns
    return group


def _nothing(group_id: str, bounds: tuple[int, int]) -> Group:
    """Known, but without a trace in the window that was asked for."""
    return Group(group_id, bounds[0], bounds[1], bounds[1], 0, 0, 0, 0, Usage(), Cost(), [], [], 0, "")


def of_group(kind: Kind, group_id: str) -> str:
    """The filter that finds the traces of a session or user."""
    return kind + ':"' + group_id.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _group(row: Row, means: list[tuple[str, float, int]]) -> Group:
    return Group(
        id=row["id"],
        first_ns=row["first_ns"],
        last_ns=row["last_ns"],
        end_ns=row["end_ns"],
        trace_count=row["traces"],
        failed_count=row["failed_traces"],
        span_count=row["spans"],
        error_count=row["span_errors"],
        usage=Usage(
            input_tokens=row["input_tokens"] if row["with_input"] else None,
            output_tokens=row["output_tokens"] if row["with_output"] else None,
            total_tokens=row["total_tokens"] if row["with_total"] else None,
        ),
        cost=_cost(row),
        models=sorted(row["models"]),
        users=sorted(row["users"]),
        session_count=row["sessions"],
        input_preview=row["first_input"],
        scores=[Average(*values) for values in means],
    )


def _cost(row: Row) -> Cost:
    """`mixed` unless every call has a price: the sum is then of what is priced. Who said so is not looked at."""
    if not row["priced_calls"]:
        return Cost()
    source: CostSource = "computed" if row["priced_calls"] == row["model_calls"] else "mixed"
    return Cost(total=row["cost_total"], source=source)
