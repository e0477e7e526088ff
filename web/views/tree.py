"""What the tree of a trace asks for while one works with it: lines, the skeleton, hits of a search."""

from __future__ import annotations

import base64
import gzip
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.cache import patch_vary_headers

from backend.core import limits
from backend.traces import outlines
from backend.traces.outlines import TraceOutline
from web import skeleton, tree
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment

# A reply below this size is sent as it is.
GZIP_FROM = 2_000
VERSION = "X-Tree-Version"


def _outline(request: ProjectRequest, trace_id: str) -> TraceOutline:
    return outlines.get_outline(request.project.id, trace_id, fresh=False, version=request.GET.get("version", ""))


@project_view("trace:read")
def tree_rows(request: ProjectRequest, trace_id: str) -> HttpResponse:
    """The lines named in `rows` (`0-99,150,g3`), in that order."""
    trace = _outline(request, trace_id)
    asked = skeleton.parse_items(request.GET.get("rows", ""), trace.rows, limits.TREE_ROWS_MORE)
    items = [tree.Item(row, run) for row, run in asked]
    response = render_fragment(request, "traces/tree.html", **rows_context(trace, items, ""))
    response[VERSION] = trace.version
    return response


@project_view("trace:read")
def tree_skeleton(request: ProjectRequest, trace_id: str) -> HttpResponse:
    trace = _outline(request, trace_id)
    return _packed(request, skeleton.encode(trace.rows), trace.version)


@project_view("trace:read")
def tree_found(request: ProjectRequest, trace_id: str) -> HttpResponse:
    """The rows that say `text`, as u32."""
    trace = _outline(request, trace_id)
    rows = outlines.find_rows(request.project.id, trace, request.GET.get("text", "")[: limits.MAX_FILTER_CHARS])
    return _packed(request, skeleton.rows_of(rows), trace.version)


@project_view("trace:read")
def tree_version(request: ProjectRequest, trace_id: str) -> HttpResponse:
    """What a page that watches a running trace asks every few seconds."""
    return JsonResponse({"version": outlines.trace_version(request.project.id, trace_id)})


def rows_context(
    trace: TraceOutline, items: list[tree.Item], selected: str, open_runs: frozenset[int] | None = frozenset()
) -> dict[str, Any]:
    """The context of traces/tree.html."""
    first = trace.rows.first_orphan
    note_at = next((item.key for item in items if item.row == first), None)
    return {
        "rows": tree.Rows(trace, open_runs).of(items),
        "selected": selected,
        "note_at": note_at,
        "orphans": trace.rows.orphans,
    }


def inline(trace: TraceOutline) -> str:
    """The skeleton of a small trace, for an attribute of its page."""
    return base64.b64encode(skeleton.encode(trace.rows)).decode()


def _packed(request: ProjectRequest, body: bytes, version: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/octet-stream")
    if len(body) > GZIP_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(gzip.compress(body, 1), content_type="application/octet-stream")
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    response[VERSION] = version
    return response
