"""Users of the applications: the list, and one with what happened over time."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.traces import groups, histogram, services
from backend.traces.groups import GroupQuery, of_group
from backend.traces.listing import TraceQuery
from web.access import ProjectRequest, project_view
from web.charts import traces_chart
from web.groups import list_page
from web.listing import ListState
from web.timerange import PRESETS, parse_range

# Sessions and traces named on a user's page; all of them are one click away.
LISTED = 10


@project_view("trace:read")
def user_list(request: ProjectRequest) -> HttpResponse:
    return list_page(request, "user")


@project_view("trace:read")
def user_page(request: ProjectRequest, user_id: str) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("range", "from", "to") if request.GET.get(name)}
    state = ListState(parse_range(asked or {"range": "7d"}))
    window = (state.range.start_ns, state.range.end_ns)
    project = request.project
    group = groups.get_group(project.id, "user", user_id, start_ns=window[0], end_ns=window[1])
    mine = of_group("user", user_id)
    over_time = histogram.traces_over_time(project.id, *window, mine)
    found = groups.list_groups(project.id, GroupQuery("session", *window, filter=mine, limit=LISTED))
    traces = services.list_traces(project.id, TraceQuery(*window, filter=mine, limit=LISTED))
    same = state.link(filter=mine, range=state.range.preset or None)
    return render(
        request,
        "users/user.html",
        {
            "group": group,
            "user_id": user_id,
            "state": state,
            "presets": PRESETS.items(),
            "histogram": over_time,
            "chart": traces_chart(over_time),
            "sessions": found.results,
            "traces": traces.results,
            "traces_url": reverse("traces", args=[project.slug]) + same,
            "sessions_url": reverse("sessions", args=[project.slug]) + same,
        },
    )
