"""Reading traces: the list, one trace, one span."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from backend.core import cursors
from backend.core.errors import InvalidInput, NotFound
from backend.core.limits import MAX_PAGE_SIZE, MAX_SPANS_PER_TRACE, MAX_SPANS_WITH_PAYLOADS, PAGE_SIZE
from backend.scores import services as scores
from backend.store import client
from backend.store.client import Row
from backend.store.filters import Compiled, compile_filter
from backend.store.queries import digests as digest_queries
from backend.store.queries import spans as span_queries
from backend.store.queries import traces as trace_queries
from backend.store.queries.spans import TraceBounds
from backend.traces import assemble
from backend.traces.totals import counted, total_cost, total_usage
from backend.traces.view import SpanSources, SpanView, TracePage, TraceRow, TraceView

TRACE_ID = re.compile(r"[0-9a-f]{32}")
SPAN_ID = re.compile(r"[0-9a-f]{16}")
# The first slice of time looked at, and how much the next one is larger: most pages are full after the first.
FIRST_SLICE_NS = 600_000_000_000
SLICE_GROWTH = 6


@dataclass(frozen=True)
class TraceQuery:
    """Traces that begin in [start_ns, end_ns) and of which a span matches `filter`."""

    start_ns: int
    end_ns: int
    filter: str = ""
    order: Literal["newest", "oldest"] = "newest"
    cursor: str | None = None
    limit: int = PAGE_SIZE


def list_traces(project_id: UUID, query: TraceQuery) -> TracePage:
    """A page of the list. Raises InvalidInput naming the wrong part of `query`."""
    if query.start_ns >= query.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    if not 1 <= query.limit <= MAX_PAGE_SIZE:
        raise InvalidInput(f"limit must lie between 1 and {MAX_PAGE_SIZE}.", field="limit")
    matching = compile_filter(query.filter) if query.filter.strip() else None
    found = _starts(project_id, query, matching)
    more = len(found) > query.limit
    found = found[: query.limit]
    rows: list[TraceRow] = []
    if found:
        times = [start for start, _ in found]
        by_id = trace_queries.trace_rows(client.current(), project_id, [i for _, i in found], min(times), max(times))
        rows = [assemble.trace_row(by_id[trace_id]) for _, trace_id in found if trace_id in by_id]
    return TracePage(rows, cursors.encode(*found[-1]) if more else None)


def _starts(project_id: UUID, query: TraceQuery, matching: Compiled | None) -> list[tuple[int, str]]:
    """One more than a page of (start_ns, trace_id), looked for in growing slices of time."""
    newest = query.order == "newest"
    low, high = query.start_ns, query.end_ns
    after = _position(query.cursor) if query.cursor else ((high, "g") if newest else (low, ""))
    if newest:
        high = min(high, after[0] + 1)
    else:
        low = max(low, after[0])
    found: list[tuple[int, str]] = []
    size = FIRST_SLICE_NS
    while low < high and len(found) <= query.limit:
        edge = max(low, high - size) if newest else min(high, low + size)
        slice_from, slice_to = (edge, high) if newest else (low, edge)
        found += trace_queries.trace_starts(
            client.current(),
            project_id,
            slice_from,
            slice_to,
            newest=newest,
            after=after,
            limit=query.limit + 1 - len(found),
            matching=matching,
        )
        low, high = (low, edge) if newest else (edge, high)
        size *= SLICE_GROWTH
    return found


def _position(cursor: str) -> tuple[int, str]:
    match cursors.decode(cursor):
        case [int() as start_ns, str() as trace_id]:
            return start_ns, trace_id
        case _:
            raise InvalidInput("The cursor is not one that this list gave.", field="cursor")


def _checked_id(value: str, pattern: re.Pattern[str], field: str) -> str:
    value = value.lower()
    if not pattern.fullmatch(value):
        digits = 32 if pattern is TRACE_ID else 16
        raise InvalidInput(f"{field} must be {digits} hexadecimal digits.", field=field)
    return value


def _log_events(project_id: UUID, trace_id: str, bounds: TraceBounds) -> dict[str, list[Row]]:
    by_span: dict[str, list[Row]] = defaultdict(list)
    for event in span_queries.log_events(client.current(), project_id, trace_id, bounds):
        by_span[event["span_id"]].append(event)
    return by_span


def get_trace(project_id: UUID, trace_id: str, *, payloads: bool | None = None) -> TraceView:
    """One trace. `payloads`: None sends them unless the trace is large. Raises NotFound, InvalidInput."""
    trace_id = _checked_id(trace_id, TRACE_ID, "trace_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    if bounds is None:
        raise NotFound(f"There is no trace {trace_id} in this project.")
    whole = bounds.spans <= MAX_SPANS_WITH_PAYLOADS and payloads is not False
    rows = span_queries.trace_spans(store, project_id, trace_id, bounds, payloads=whole, limit=MAX_SPANS_PER_TRACE)
    if whole:
        events = _log_events(project_id, trace_id, bounds)
        spans = [assemble.whole_span(row, events.get(row["span_id"], [])) for row in rows]
    else:
        spans = [assemble.light_span(row) for row in rows]
    return _trace_view(project_id, trace_id, rows, spans, count=bounds.spans, payloads=whole)


def _trace_view(
    project_id: UUID, trace_id: str, rows: list[Row], spans: list[SpanView], *, count: int, payloads: bool
) -> TraceView:
    root = next((span for span in spans if not span.parent_span_id), None)
    head = root or spans[0]
    every = [call for call in map(assemble.call_of, rows) if assemble.has_usage(call)]
    calls = counted(every)
    summed = {call.span_id for call in calls}
    errors = sum(span.status.code == "error" for span in spans)
    start_ns = min(span.start_ns for span in spans)
    return TraceView(
        trace_id=trace_id,
        name=next((row["trace_name"] for row in rows if row["trace_name"]), head.name),
        start_ns=start_ns,
        duration_ns=max(span.end_ns for span in spans) - start_ns,
        status=root.status.code if root else "error" if errors else "unset",
        session_id=next((span.session_id for span in spans if span.session_id), ""),
        user_id=next((span.user_id for span in spans if span.user_id), ""),
        tags=sorted({tag for span in spans for tag in span.tags}),
        usage=total_usage(calls),
        cost=total_cost(calls),
        span_count=count,
        error_count=errors,
        spans=spans,
        scores=scores.scores_of_trace(project_id, trace_id),
        payloads=payloads,
        truncated=count > len(spans),
        counted=[call.span_id for call in calls],
        repeated=[call.span_id for call in every if call.span_id not in summed],
    )


def get_span(project_id: UUID, trace_id: str, span_id: str) -> SpanView:
    """One span, whole. Raises NotFound, InvalidInput."""
    return assemble.whole_span(*_stored_span(project_id, trace_id, span_id))


def get_span_sources(project_id: UUID, trace_id: str, span_id: str) -> SpanSources:
    """Which attribute filled each field of a span. Raises NotFound, InvalidInput."""
    return assemble.span_sources(*_stored_span(project_id, trace_id, span_id))


def _stored_span(project_id: UUID, trace_id: str, span_id: str) -> tuple[Row, list[Row]]:
    """The row of a span and its log events."""
    trace_id, span_id = _checked_id(trace_id, TRACE_ID, "trace_id"), _checked_id(span_id, SPAN_ID, "span_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    row = span_queries.whole_span(store, project_id, trace_id, span_id, bounds) if bounds else None
    if bounds is None or row is None:
        raise NotFound(f"There is no span {span_id} in trace {trace_id} of this project.")
    return row, _log_events(project_id, trace_id, bounds).get(span_id, [])


def span_digests(project_id: UUID, trace_id: str) -> dict[str, tuple[int, int]]:
    """A number for the input and one for the output of each span: equal numbers, equal text. {} for a trace so large
    that its payloads are not read at once."""
    trace_id = _checked_id(trace_id, TRACE_ID, "trace_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    if bounds is None or bounds.spans > MAX_SPANS_WITH_PAYLOADS:
        return {}
    return digest_queries.span_digests(store, project_id, trace_id, bounds, MAX_SPANS_WITH_PAYLOADS)


def has_trace(project_id: UUID, trace_id: str) -> bool:
    """Whether the project has a trace of this id. Raises InvalidInput for what is no id."""
    trace_id = _checked_id(trace_id, TRACE_ID, "trace_id")
    return span_queries.trace_bounds(client.current(), project_id, trace_id) is not None
