"""A glance at a trace while the pointer rests on its row: the first messages and the answer, a few lines each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from backend.core import limits
from backend.traces import services
from backend.traces.view import Message, SpanView
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment

ICONS = {"system": "settings", "user": "user", "assistant": "sparkles", "tool": "wrench"}


@dataclass(frozen=True)
class Said:
    """One message as a line: who, and the beginning of what."""

    role: str
    icon: str
    text: str


@project_view("trace:read")
def trace_glance(request: ProjectRequest, trace_id: str) -> HttpResponse:
    span = services.glance(request.project.id, trace_id)
    response = render_fragment(request, "traces/glance.html", span=span, said=said(span))
    response["Cache-Control"] = "private, max-age=60"  # the pointer comes back to a row
    return response


def said(span: SpanView) -> list[Said]:
    """The first messages that were sent and the first that was answered."""
    asked = [_said(message, "user") for message in span.input_messages[: limits.GLANCE_MESSAGES]]
    answered = [_said(message, "assistant") for message in span.output_messages[:1]]
    asked = asked or [_plain("input", span.input or span.input_preview)]
    answered = answered or [_plain("output", span.output or span.output_preview)]
    return [one for one in (*asked, *answered) if one.text]


def _plain(role: str, text: str) -> Said:
    return Said(role, "log-in" if role == "input" else "log-out", text[: limits.GLANCE_CHARS])


def _said(message: Message, otherwise: str) -> Said:
    role = str(message.get("role") or otherwise)
    text = " ".join(part for part in map(_part, message.get("parts") or []) if part)
    return Said(role, ICONS.get(role, "message-square"), text[: limits.GLANCE_CHARS])


def _part(part: dict[str, Any]) -> str:
    match part.get("type"):
        case "text":
            return str(part.get("content") or "")
        case "tool_call":
            return f"calls {part.get('name') or 'a tool'}"
        case "tool_call_response":
            return str(part.get("response") or part.get("result") or "result")
        case "reasoning":
            return ""
        case kind:
            return f"[{kind}]"
