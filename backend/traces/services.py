"""Reading traces: the list, one trace, one span."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from backend.core import cursors
from backend.core.errors import InvalidInput, NotFound
from backend.core.limits import MAX_PAGE_SIZE, MAX_SPANS_PER_TRACE, MAX_SPANS_WITH_PAYLOADS
from backend.scores import services as scores
from backend.store import client
from backend.store.client import Row
from backend.store.filters import compile_filter
from backend.store.queries import digests as digest_queries
from backend.store.queries import spans as span_queries
from backend.store.queries import traces as trace_queries
from backend.store.queries.spans import TraceBounds
from backend.traces import assemble, listing
from backend.traces.listing import Place, TraceQuery, check
from backend.traces.totals import counted, total_cost, total_usage
from backend.traces.view import SpanSources, SpanView, TracePage, TraceRow, TraceView

TRACE_ID = re.compile(r"[0-9a-f]{32}")
SPAN_ID = re.compile(r"[0-9a-f]{16}")


def list_traces(project_id: UUID, query: TraceQuery) -> TracePage:
    """A page of the list. Raises InvalidInput naming the wrong part of `query`."""
    matching = check(query)
    if query.order == "slowest":
        found = listing.slowest(project_id, query, matching)
    else:
        found, rest = listing.starts(project_id, query, matching)
        if rest:
            return _page_of(project_id, query, found, rest)
    more = len(found) > query.limit
    found = found[: query.limit]
    rows = _rows(project_id, [place.trace_id for place in found], [place.start_ns for place in found])
    return TracePage(rows, cursors.encode(found[-1].sorted_by, found[-1].trace_id) if more else None)


def _page_of(project_id: UUID, query: TraceQuery, found: list[Place], rest: list[str]) -> TracePage:
    """The page, when all traces that could be on it are known: their rows say when each began."""
    trace_ids = list(dict.fromkeys([*(place.trace_id for place in found), *rest]))
    after, newest = listing.after_of(query), query.order == "newest"
    rows = sorted(
        (
            row
            for row in _rows(project_id, trace_ids, [query.start_ns, query.end_ns])
            if query.start_ns <= row.start_ns < query.end_ns
            and ((row.start_ns, row.trace_id) < after if newest else (row.start_ns, row.trace_id) > after)
        ),
        key=lambda row: (row.start_ns, row.trace_id),
        reverse=newest,
    )
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    return TracePage(rows[: query.limit], cursors.encode(last.start_ns, last.trace_id) if last else None)


def _rows(project_id: UUID, trace_ids: list[str], starts_ns: list[int]) -> list[TraceRow]:
    """The rows of traces that begin at these times, in the order given."""
    if not trace_ids:
        return []
    by_id = trace_queries.trace_rows(client.current(), project_id, trace_ids, min(starts_ns), max(starts_ns))
    averages = scores.averages_of_traces(project_id, trace_ids)
    return [assemble.trace_row(by_id[i], averages.get(i, [])) for i in trace_ids if i in by_id]


def all_traces(project_id: UUID, query: TraceQuery) -> Iterator[list[TraceRow]]:
    """The whole list from its beginning, in large pages."""
    cursor = query.cursor
    while True:
        page = list_traces(project_id, replace(query, cursor=cursor, limit=MAX_PAGE_SIZE))
        yield page.results
        cursor = page.next_cursor
        if cursor is None:
            return


def traces_by_id(project_id: UUID, trace_ids: list[str]) -> list[TraceRow]:
    """The rows of these traces, in the order given; those that are not there are left out. Raises InvalidInput."""
    ids = [checked_id(trace_id, TRACE_ID, "trace_id") for trace_id in trace_ids]
    bounds = trace_queries.bounds_of(client.current(), project_id, ids)
    return _rows(project_id, ids, list(bounds)) if bounds else []


def checked_id(value: str, pattern: re.Pattern[str], field: str) -> str:
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


def log_events_of(project_id: UUID, trace_id: str, first_ns: int, last_ns: int) -> dict[str, list[Row]]:
    """GenAI events that came as logs, by span, of a trace whose spans begin in [first_ns, last_ns]."""
    return _log_events(project_id, trace_id, TraceBounds(0, first_ns, last_ns))


def get_trace(project_id: UUID, trace_id: str, *, payloads: bool | None = None) -> TraceView:
    """One trace. `payloads`: None sends them unless the trace is large. Raises NotFound, InvalidInput."""
    trace_id = checked_id(trace_id, TRACE_ID, "trace_id")
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
    trace_id, span_id = checked_id(trace_id, TRACE_ID, "trace_id"), checked_id(span_id, SPAN_ID, "span_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    row = span_queries.whole_span(store, project_id, trace_id, span_id, bounds) if bounds else None
    if bounds is None or row is None:
        raise NotFound(f"There is no span {span_id} in trace {trace_id} of this project.")
    return row, _log_events(project_id, trace_id, bounds).get(span_id, [])


def count_newer(project_id: UUID, query: TraceQuery) -> int:
    """How many traces of `query` there are, at most its limit: for "12 new traces"."""
    matching = compile_filter(query.filter, of="traces") if query.filter.strip() else None
    found, rest = listing.starts(project_id, query, matching)
    return min(len(found), query.limit) if not rest else len(_page_of(project_id, query, found, rest).results)


def glance(project_id: UUID, trace_id: str) -> SpanView:
    """The span that says most of what a trace is about: a root with content, else the first span that has some.

    Raises NotFound, InvalidInput.
    """
    trace_id = checked_id(trace_id, TRACE_ID, "trace_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    span_id = span_queries.telling_span(store, project_id, trace_id, bounds) if bounds else None
    if bounds is None or span_id is None:
        raise NotFound(f"There is no trace {trace_id} in this project.")
    row = span_queries.whole_span(store, project_id, trace_id, span_id, bounds)
    if row is None:
        raise NotFound(f"There is no trace {trace_id} in this project.")
    return assemble.whole_span(row, _log_events(project_id, trace_id, bounds).get(span_id, []))


def span_digests(project_id: UUID, trace_id: str) -> dict[str, tuple[int, int]]:
    """A number for the input and one for the output of each span: equal numbers, equal text. {} for a trace so large
    that its payloads are not read at once."""
    trace_id = checked_id(trace_id, TRACE_ID, "trace_id")
    store = client.current()
    bounds = span_queries.trace_bounds(store, project_id, trace_id)
    if bounds is None or bounds.spans > MAX_SPANS_WITH_PAYLOADS:
        return {}
    return digest_queries.span_digests(store, project_id, trace_id, bounds, MAX_SPANS_WITH_PAYLOADS)


def has_trace(project_id: UUID, trace_id: str) -> bool:
    """Whether the project has a trace of this id. Raises InvalidInput for what is no id."""
    trace_id = checked_id(trace_id, TRACE_ID, "trace_id")
    return span_queries.trace_bounds(client.current(), project_id, trace_id) is not None
