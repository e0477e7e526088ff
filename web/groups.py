"""What the lists of sessions and of users have in common: their state in the URL, their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core.errors import InvalidInput
from backend.traces import groups
from backend.traces.groups import Group, GroupPage, GroupQuery, Kind, of_group
from web import listing
from web.access import ProjectRequest
from web.listing import ListState
from web.timerange import PRESETS, TimeRange, parse_range

TITLES: Mapping[Kind, str] = {"session": "Sessions", "user": "Users"}


@dataclass(frozen=True)
class GroupRow:
    """`url`: its own page. `traces_url`: the traces that the row sums up."""

    group: Group
    url: str
    traces_url: str


def list_page(request: ProjectRequest, kind: Kind) -> HttpResponse:
    """The whole page; what cannot be read is said above an empty list."""
    page, problem = GroupPage([], None), None
    try:
        state = listing.parse_list(request.GET)
        page = groups.list_groups(request.project.id, group_query(kind, state))
    except InvalidInput as error:
        problem = error
        state = ListState(range_or_default(request), request.GET.get("filter", ""))
    context = {
        "kind": kind,
        "one": kind,
        "title": TITLES[kind],
        "state": state,
        "presets": PRESETS.items(),
        "problem": problem,
        "rows": [_row(request, state, kind, group) for group in page.results],
        "next_url": state.next(page.next_cursor),
    }
    return render(request, "groups/list.html", context, status=400 if problem else 200)


def _row(request: ProjectRequest, state: ListState, kind: Kind, group: Group) -> GroupRow:
    url = reverse(kind, args=[request.project.slug, group.id])
    if kind == "user":  # the page of a user has the range of the list
        url += state.link(filter=None)
    return GroupRow(group, url, traces_url(request, state, kind, group.id))


def group_query(kind: Kind, state: ListState) -> GroupQuery:
    return GroupQuery(
        kind, state.range.start_ns, state.range.end_ns, filter=state.filter, cursor=state.cursor or None
    )  # fmt: skip


def traces_url(request: ProjectRequest, state: ListState, kind: Kind, group_id: str) -> str:
    terms = f"({state.filter}) {of_group(kind, group_id)}" if state.filter else of_group(kind, group_id)
    return reverse("traces", args=[request.project.slug]) + state.link(filter=terms)


def range_or_default(request: ProjectRequest) -> TimeRange:
    """The range of the address, when it was something else that could not be read."""
    try:
        return parse_range(request.GET)
    except InvalidInput:
        return parse_range({})
