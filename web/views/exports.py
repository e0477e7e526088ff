"""Traces of the list as a file, light fields only, written while it is read."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import downloads, services
from web import listing
from web.access import ProjectRequest, project_view


@project_view("trace:read")
def export_traces(request: ProjectRequest) -> HttpResponse:
    """POST `ids`: these traces. GET: all of the list's address. `format`: jsonl or csv."""
    state = listing.parse_list(request.GET)
    form = downloads.format_of(request.POST.get("format", "") or request.GET.get("format", ""))
    if request.method == "POST":
        ids = request.POST.getlist("ids")
        if not 0 < len(ids) <= limits.MAX_PAGE_SIZE:
            raise InvalidInput(f"Choose 1 to {limits.MAX_PAGE_SIZE} traces.", field="ids")
        pages = iter([services.traces_by_id(request.project.id, ids)])
    else:
        services.check(state.query)
        pages = services.all_traces(request.project.id, state.query)
    response = StreamingHttpResponse(downloads.chunks(pages, form), content_type=downloads.CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="traces-{request.project.slug}.{form}"'
    return response  # type: ignore[return-value]  # Django calls it a response, too
