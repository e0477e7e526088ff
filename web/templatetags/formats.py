"""Filters that write numbers and times (the rules are in web/formats.py)."""

from __future__ import annotations

import re
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from backend.core.limits import SECOND_NS
from backend.traces.view import Cost
from web import formats
from web.listing import ListState

register = template.Library()

register.filter("duration", formats.duration)
register.filter("count", formats.count)
register.filter("short_count", formats.short_count)
register.filter("money", formats.money)
register.filter("bytes", formats.size)
register.filter("iso", formats.iso)


@register.filter
def score(value: float) -> str:
    """0.75, 1, 4.5: as many digits as tell something."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@register.simple_tag
def with_filter(state: ListState, text: str) -> str:
    """The query string of the same list with another filter, from its first page."""
    return state.link(filter=text)


@register.simple_tag
def moment(ns: int, style: str = "full") -> SafeString:
    """A point in time: UTC as sent by the server, in the reader's own zone once app.js has seen it.

    style: full (date, time, milliseconds), clock (time, and the date when it is not today), ago ("3 min ago").
    """
    text = formats.utc(ns, millis=style == "full")
    return format_html('<time datetime="{}" data-style="{}" title="{}">{}</time>', formats.iso(ns), style, text, text)


@register.simple_tag
def cost(value: Cost, models: list[str] | None = None, *, calls_model: bool = True) -> SafeString:
    """Dollars, or a dash with the reason why there is no number. An unpriced call is never shown as 0."""
    if value.total is not None:
        title = {
            "reported": "Reported by the sender",
            "computed": "Computed from the price list",
            "mixed": "Partly reported by the sender, partly computed from the price list",
            "unpriced": "",
        }[value.source]
        return format_html('<span title="{}">{}</span>', title, formats.money(value.total))
    if models:
        title = "Unpriced: no price is known for " + ", ".join(models)
    elif calls_model:
        title = "Unpriced: no model or no token counts were sent"
    else:
        title = "No model call"
    return format_html('<span class="dim" title="{}">{}</span>', title, formats.NOT_GIVEN)


@register.filter
def breakable(key: str) -> SafeString:
    """A dotted name that may be broken after its dots, not in the middle of a word."""
    return format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in re.findall(r"[^._]*[._]?", key) if part))


@register.simple_tag
def caret(text: str, position: int) -> str:
    """The line under a wrong filter: spaces up to the character that was not understood, then ^."""
    return " " * min(max(position, 0), len(text)) + "^"


@register.filter
def when(value: datetime, style: str = "clock") -> SafeString:
    """A datetime of Django's database, written like every other moment."""
    return moment(int(value.timestamp()) * SECOND_NS + value.microsecond * 1_000, style)
