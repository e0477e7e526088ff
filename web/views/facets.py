"""What stands around the traces list and is loaded after it: facets and the histogram."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces import facets, histogram
from web import listing
from web.access import ProjectRequest, project_view
from web.charts import traces_chart
from web.htmx import render_fragment, render_page, wants_partial

LABELS = {
    "status": "Status",
    "type": "Type",
    "name": "Name",
    "model": "Model",
    "provider": "Provider",
    "service": "Service",
    "environment": "Environment",
    "release": "Release",
    "user": "User",
    "session": "Session",
    "tag": "Tag",
    "tool": "Tool",
    "agent": "Agent",
    "prompt": "Prompt",
    "error": "Error type",
}
# Open at first; the others are one click away, so that the list of facets fits a screen.
OPEN = frozenset({"status", "type", "model", "environment", "tag", "error"})
# Fields of thousands of values: counted when they are opened.
COUNTED_WHEN_OPENED = ("user", "session")


@project_view("trace:read")
def trace_facets(request: ProjectRequest) -> HttpResponse:
    """All facets; with `field`, the values of one, searched. Without scripts it is a page of its own."""
    state = listing.parse_list(request.GET)
    asked = facets.Asked(request.project.id, state.range.start_ns, state.range.end_ns, state.filter)
    field = request.GET.get("field", "")
    if field:
        if field not in LABELS:
            raise InvalidInput("There is no such facet.", field="field")
        search = request.GET.get("search", "").strip()
        found = [facets.one_field(asked, field, search=search, limit=limits.FACET_VALUES_SEARCHED)]
    else:
        found = facets.overview(asked)
    here = {facet.field for facet in found}
    groups = [(facet, LABELS[facet.field], facet.field in OPEN or _is_chosen(facet)) for facet in found]
    return render_page(
        request,
        "traces/facets.html",
        partial="values" if field and wants_partial(request) else "facets",
        state=state,
        groups=groups,
        facet=found[0] if field and found else None,
        search=request.GET.get("search", ""),
        later=[] if field else [(name, LABELS[name]) for name in COUNTED_WHEN_OPENED if name not in here],
        sample=max((facet.sample for facet in found), default=1),
        list_url=reverse("traces", args=[request.project.slug]),
        here=request.path,
    )


def _is_chosen(facet: facets.Facet) -> bool:
    return any(value.chosen for value in facet.values)


@project_view("trace:read")
def trace_histogram(request: ProjectRequest) -> HttpResponse:
    state = listing.parse_list(request.GET)
    found = histogram.traces_over_time(
        request.project.id, state.range.start_ns, state.range.end_ns, state.filter
    )  # fmt: skip
    return render_fragment(request, "traces/histogram.html", state=state, chart=traces_chart(found), histogram=found)
