"""Two traces, or two spans, side by side; and the choice of the second one."""

from __future__ import annotations

import time
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import services
from backend.traces.view import TraceRow, TraceView
from web import formats
from web.access import ProjectRequest, project_view
from web.compare import page, pair
from web.compare.address import Address, Side, parse_address
from web.htmx import render_fragment, render_page, wants_partial
from web.timerange import PRESET_FUTURE_NS

# How far around the first trace others of the same name are looked for.
AROUND_NS = 30 * formats.DAY_NS


@project_view("trace:read")
def compare_page(request: ProjectRequest) -> HttpResponse:
    try:
        address = parse_address(request.GET)
    except InvalidInput as error:
        return _pick(request, Address(), error)
    if address.a is None or address.b is None:
        return _pick(request, replace(address, a=address.a or address.b, b=None), None)
    if wants_partial(request) and request.headers.get("HX-Target") == "pair" and address.row:
        return render_fragment(request, "compare/pair.html", address=address, pair=_pair(request, address))
    a, b = _side(request, address.a), _side(request, address.b)
    compared = page.page_of(a, b, address)
    opened = replace(address, row=address.row or compared.first_key)
    return render_page(
        request,
        "compare/compare.html",
        partial="content",
        address=opened,
        page=compared,
        links=[(shown, opened.at_row(shown.row.key), opened.unfold(shown.row.key)) for shown in compared.rows],
        pair=_pair(request, opened) if opened.row else None,
    )


def _side(request: ProjectRequest, side: Side) -> page.Compared:
    trace = services.get_trace(request.project.id, side.trace_id, payloads=False)
    return page.side_of(trace, side, services.span_digests(request.project.id, side.trace_id))


def _pair(request: ProjectRequest, address: Address) -> pair.Pair:
    """The open row. Raises NotFound for spans that are not there."""
    assert address.a is not None
    assert address.b is not None
    one, _, other = address.row.partition(":")
    spans = [
        services.get_span(request.project.id, side.trace_id, span_id) if span_id != "-" else None
        for side, span_id in ((address.a, one), (address.b, other))
    ]
    return pair.compare_spans(*spans)


def _pick(request: ProjectRequest, address: Address, problem: InvalidInput | None) -> HttpResponse:
    """The page without the second trace (or without any): traces to choose from."""
    first = services.get_trace(request.project.id, address.a.trace_id, payloads=False) if address.a else None
    previous: TraceRow | None = None
    rows: list[TraceRow] = []
    try:
        if first and not address.filter:
            previous, rows = _same_name(request, first)
        else:
            rows = _newest(request, address.filter)
    except InvalidInput as error:
        problem = error
    response = render(
        request,
        "compare/pick.html",
        {
            "address": address,
            "first": first,
            "previous": previous,
            "previous_url": address.with_b(Side(previous.trace_id)) if previous else "",
            "rows": [(row, _chosen(address, row)) for row in rows if not first or row.trace_id != first.trace_id],
            "problem": problem,
        },
        status=400 if problem else 200,
    )
    patch_vary_headers(response, ("HX-Request",))
    return response


def _chosen(address: Address, row: TraceRow) -> str:
    side = Side(row.trace_id)
    return address.with_b(side) if address.a else Address(a=side).query


def _same_name(request: ProjectRequest, first: TraceView) -> tuple[TraceRow | None, list[TraceRow]]:
    """The one before it of the same name, and the others around it, newest first."""
    root = next((span for span in first.spans if not span.parent_span_id), first.spans[0])
    named = "name:" + quoted(root.name) if root.name else ""
    each = limits.COMPARE_CANDIDATES // 2
    before = services.TraceQuery(first.start_ns - AROUND_NS, first.start_ns, named, limit=each)
    after = services.TraceQuery(first.start_ns, first.start_ns + AROUND_NS, named, order="oldest", limit=each)
    try:
        older = services.list_traces(request.project.id, before).results
        newer = services.list_traces(request.project.id, after).results
    except InvalidInput:  # a name that no filter can hold
        return None, _newest(request, "")
    return next(iter(older), None), [*reversed(newer), *older]


def _newest(request: ProjectRequest, text: str) -> list[TraceRow]:
    now = time.time_ns()
    query = services.TraceQuery(now - AROUND_NS, now + PRESET_FUTURE_NS, text, limit=limits.COMPARE_CANDIDATES)
    return services.list_traces(request.project.id, query).results


def quoted(text: str) -> str:
    """A value of the filter language that is exactly this text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
