"""Parts of one span that the panel left out: the rest of a text, JSON, folded messages, media, all as OTLP."""

from __future__ import annotations

import json
import re

from django.http import HttpResponse
from django.shortcuts import render

from backend.core import limits
from backend.core.errors import NotFound
from backend.traces import services
from backend.traces.otlp_json import otlp_json
from backend.traces.view import SpanView
from web import chat
from web.access import ProjectRequest, project_view
from web.htmx import render_fragment, wants_partial
from web.panel import asked_mode, span_url
from web.parts import PLAYED_SOUNDS, SHOWN_IMAGES
from web.shown import Reader, json_view, link
from web.values import decoded_media, inside, parts_of, text_of, value_at
from web.views.trace import whole_page

# What strangers sent is opened as nothing but text or an image: no script, no form, no origin of ours.
SANDBOXED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}

# resourceSpans, scopeSpans, spans: the span itself begins this deep.
RAW_LEVELS = 9


@project_view("trace:read")
def value_text(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """A value as plain text, whole. `download`: as a file."""
    span = services.get_span(request.project.id, trace_id, span_id)
    said = _asked_text(request, span)
    response = HttpResponse(said.encode("utf-8", "replace"), "text/plain; charset=utf-8", headers=SANDBOXED)
    if request.GET.get("download"):
        response["Content-Disposition"] = f'attachment; filename="{span_id}-{_file_name(_asked(request))}.txt"'
    return response


@project_view("trace:read")
def value_more(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """The next piece of a long text, and where the piece after it is."""
    span = services.get_span(request.project.id, trace_id, span_id)
    said, start = _asked_text(request, span), _whole_number(request, "start")
    end = start + limits.SHOWN_MORE_CHARS
    more = link(span_url(request, span), "more", of=_asked(request), at=request.GET.get("at", ""), start=end)
    left = max(len(said) - end, 0)
    return render(request, "traces/panel/more.html", {"text": said[start:end], "left": left, "more": more})


@project_view("trace:read")
def value_json(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """Members of a part of a JSON value, for the place where it was unfolded."""
    span = services.get_span(request.project.id, trace_id, span_id)
    of, at = _asked(request), request.GET.get("at", "")
    value = inside(value_at(span, of), at)
    view = json_view(span_url(request, span), of)
    shown = view.whole(value) if request.GET.get("tree") else view.members(value, at, _whole_number(request, "start"))
    return render(request, "traces/panel/json.html", {"html": shown, "tree": bool(request.GET.get("tree"))})


@project_view("trace:read")
def folded_messages(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """The messages of a fold."""
    span = services.get_span(request.project.id, trace_id, span_id)
    url = span_url(request, span)
    side: chat.Side = "out" if request.GET.get("side") == "out" else "in"
    messages = span.output_messages if side == "out" else span.input_messages
    start, end = _whole_number(request, "start"), _whole_number(request, "end")
    shown = chat.some(messages, side, Reader(base=url, mode=asked_mode(request)), start, end)
    return render(request, "traces/panel/messages.html", {"messages": shown, "span": span, "span_url": url})


@project_view("trace:read")
def media_file(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """Inline media as a file to keep; `show`: as the image or sound it is, for the page itself."""
    span = services.get_span(request.project.id, trace_id, span_id)
    of = _asked(request)
    data = decoded_media(value_at(span, of))
    if data is None:
        raise NotFound("This is not a file that was sent with the span.")
    mime = _mime_of(span, of)
    known = mime if mime in SHOWN_IMAGES else PLAYED_SOUNDS.get(mime, "")
    shown = bool(request.GET.get("show")) and bool(known)
    response = HttpResponse(data, known if shown else "application/octet-stream", headers=SANDBOXED)
    if not shown:
        ending = re.sub(r"[^a-z0-9]", "", mime.partition("/")[2])[:8] or "bin"
        response["Content-Disposition"] = f'attachment; filename="{span_id}-{_file_name(of)}.{ending}"'
    return response


@project_view("trace:read")
def span_raw(request: ProjectRequest, trace_id: str, span_id: str) -> HttpResponse:
    """The span as OTLP/JSON: for htmx when its tab is opened, else as a file."""
    span = services.get_span(request.project.id, trace_id, span_id)
    if wants_partial(request):
        view = json_view(span_url(request, span), "raw")
        view.levels = RAW_LEVELS
        html = view.whole(otlp_json(span))
        return render_fragment(request, "traces/panel/raw.html", html=html, span_url=span_url(request, span))
    if request.GET.get("tab"):
        return whole_page(request, trace_id, span_id)
    body = json.dumps(otlp_json(span), ensure_ascii=False, indent=2).encode("utf-8", "replace")
    response = HttpResponse(body, "application/json", headers=SANDBOXED)
    response["Content-Disposition"] = f'attachment; filename="{span_id}.otlp.json"'
    return response


def _asked(request: ProjectRequest) -> str:
    return request.GET.get("of", "")


def _asked_text(request: ProjectRequest, span: SpanView) -> str:
    value = value_at(span, _asked(request))
    at = request.GET.get("at", "")
    return text_of(inside(value, at) if at else value)


def _whole_number(request: ProjectRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _file_name(address: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", address)[:60].strip("-") or "value"


def _mime_of(span: SpanView, address: str) -> str:
    side, _, place = address.partition(".")
    index, _, part = place.partition(".")
    messages = span.output_messages if side == "out" else span.input_messages
    if side not in ("in", "out") or not index.isdecimal() or not part.isdecimal():
        return ""
    return str(parts_of(messages[int(index)])[int(part)].get("mime_type") or "").lower().partition(";")[0].strip()
