"""Help with the filter bar: what may be written next, and where a trace says what was searched for."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from backend.core.errors import InvalidInput
from backend.traces import found, suggest
from backend.traces.facets import Asked
from web import listing
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment

# The same question within this time is answered by the browser.
REMEMBERED_S = 30


@project_view("trace:read")
def filter_suggest(request: ProjectRequest) -> HttpResponse:
    """The options below the filter bar."""
    text = request.GET.get("text", "")
    position = request.GET.get("position", "") or str(len(text))
    if not (position.isascii() and position.isdigit() and len(position) < 6):
        raise InvalidInput("position is the number of characters before the cursor.", field="position")
    state = listing.parse_list(request.GET)
    asked = Asked(request.project.id, state.range.start_ns, state.range.end_ns, text)
    suggestions = suggest.suggest(asked, int(position))
    response = render_fragment(request, "parts/suggestions.html", found=suggestions)
    response["Cache-Control"] = f"private, max-age={REMEMBERED_S}"
    return response


@project_view("trace:read")
def found_snippets(request: ProjectRequest) -> HttpResponse:
    """Trace id → text around the hit, for rows whose previews do not show it."""
    state = listing.parse_list(request.GET)
    ids = [one for one in request.GET.get("ids", "").split(",") if one]
    around = found.snippets(request.project.id, ids, state.filter, state.range.start_ns, state.range.end_ns)
    return JsonResponse(around)
