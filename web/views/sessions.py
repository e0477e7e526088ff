"""Sessions: the list, and one as a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from backend.core import limits
from backend.traces import groups, sessions
from backend.traces.sessions import Said, Turn
from web import chat
from web.access import ProjectRequest, project_view
from web.chat import ShownMessage, Side
from web.groups import list_page
from web.shown import Reader, Shown


@project_view("trace:read")
def session_list(request: ProjectRequest) -> HttpResponse:
    return list_page(request, "session")


@dataclass(frozen=True)
class ShownSaid:
    """A question or an answer made ready for the template. `span_url`: of the span that has it."""

    messages: list[ShownMessage]
    value: Shown | None
    span_url: str


@dataclass(frozen=True)
class ShownTurn:
    number: int
    turn: Turn
    asked: ShownSaid
    answered: ShownSaid


@project_view("trace:read")
def session_page(request: ProjectRequest, session_id: str) -> HttpResponse:
    group = groups.get_group(request.project.id, "session", session_id)
    cursor = request.GET.get("cursor", "")
    after = request.GET.get("after", "")
    before = int(after) if after.isdecimal() and len(after) < 10 else 0
    page = sessions.session_turns(request.project.id, session_id, cursor or None)
    room = Room()
    shown = [
        ShownTurn(
            before + number,
            turn,
            room.shown(request, turn, turn.asked, "in"),
            room.shown(request, turn, turn.answered, "out"),
        )
        for number, turn in enumerate(page.results, start=1)
    ]
    later = {"cursor": page.next_cursor, "after": before + len(shown)} if page.next_cursor else {}
    traces = {"filter": groups.of_group("session", session_id), "range": "365d"}
    return render(
        request,
        "sessions/session.html",
        {
            "group": group,
            "turns": shown,
            "later": "?" + urlencode(later) if later else "",
            "first_page": not cursor,
            "traces_url": reverse("traces", args=[request.project.slug]) + "?" + urlencode(traces),
        },
    )


class Room:
    """What is left of the room that all turns of a page share: no more than a span panel takes."""

    def __init__(self) -> None:
        self.left = limits.PANEL_CHARS
        self.nodes = limits.PANEL_NODES

    def shown(self, request: ProjectRequest, turn: Turn, said: Said, side: Side) -> ShownSaid:
        url = reverse("span", args=[request.project.slug, turn.trace.trace_id, said.span_id]) if said.span_id else ""
        reader = Reader(base=url, left=self.left, nodes=self.nodes)
        messages = chat.some(said.messages, side, reader, said.at, said.at + 1) if said.messages else []
        value = reader.value(said.text, "input" if side == "in" else "output") if said.text else None
        self.left, self.nodes = reader.left, reader.nodes
        return ShownSaid(messages, value, url)
