"""Traces of the list as a file: one JSON object a line, light fields only, written while it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import orjson
from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import services
from backend.traces.summary import summary
from web import listing
from web.access import ProjectRequest, project_view


@project_view("trace:read")
def export_traces(request: ProjectRequest) -> HttpResponse:
    """POST `ids`: these traces. GET: those of the list's address, at most EXPORTED_TRACES."""
    state = listing.parse_list(request.GET)
    if request.method == "POST":
        ids = request.POST.getlist("ids")
        if not 0 < len(ids) <= limits.MAX_PAGE_SIZE:
            raise InvalidInput(f"Choose 1 to {limits.MAX_PAGE_SIZE} traces.", field="ids")
        pages = iter([services.traces_by_id(request.project.id, ids)])
    else:
        services.check(state.query)
        pages = services.all_traces(request.project.id, state.query, limits.EXPORTED_TRACES)
    response = StreamingHttpResponse(_lines(pages), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="traces-{request.project.slug}.jsonl"'
    return response  # type: ignore[return-value]  # Django calls it a response, too


async def _lines(pages: Iterator[list[services.TraceRow]]) -> AsyncIterator[bytes]:
    """A page at a time, each read in a thread."""
    while (page := await sync_to_async(next)(pages, None)) is not None:
        yield b"".join(orjson.dumps(summary(row)) + b"\n" for row in page)
