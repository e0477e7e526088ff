"""Icons: inlined SVG of the `lucide` package."""

from __future__ import annotations

import re
from functools import lru_cache

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as lucide_svg

register = template.Library()

SVG_TAG = re.compile(r"</?svg\b[^>]*>")
TYPE_ICONS = {
    "llm": "sparkles",
    "embedding": "grip",
    "agent": "bot",
    "chain": "link",
    "tool": "wrench",
    "retriever": "database",
    "reranker": "arrow-up-down",
    "guardrail": "shield",
    "evaluator": "circle-check",
    "prompt": "file-text",
    "span": "minus",
}


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """One line icon. It says nothing to a screen reader: the words beside it do."""
    return _svg(str(name), int(size))


@register.filter
def icon_names(names: str) -> list[str]:
    """Names written with spaces between, for a template that draws several."""
    return names.split()


@register.simple_tag
def type_icon(span_type: str) -> SafeString:
    """The coloured square that stands for a span's type."""
    known = span_type if span_type in TYPE_ICONS else "span"
    return format_html(
        '<span class="type t-{}" title="{}">{}</span>', known, span_type or "span", _svg(TYPE_ICONS[known], 12)
    )


@register.simple_tag
def icon_sprite() -> SafeString:
    """The icons of a tree's rows, once per page: 2,000 rows then say `use` instead of repeating the drawing."""
    names = {**{f"i-{kind}": name for kind, name in TYPE_ICONS.items()}, "i-fold": "chevron-down"}
    symbols = ((key, _svg(name, 24, bare=True)) for key, name in names.items())
    inside = format_html_join("", '<symbol id="{}" viewBox="0 0 24 24">{}</symbol>', symbols)
    return format_html('<svg class="hidden" aria-hidden="true">{}</svg>', inside)


@register.simple_tag
def row_icon(span_type: str) -> SafeString:
    """As `type_icon`, for a page that has the sprite."""
    known = span_type if span_type in TYPE_ICONS else "span"
    return format_html(
        '<span class="type t-{0}" title="{1}"><svg class="i"><use href="#i-{0}"/></svg></span>',
        known,
        span_type or "span",
    )


@lru_cache(maxsize=256)
def _svg(name: str, size: int, *, bare: bool = False) -> SafeString:
    """`bare`: the drawing without its svg element."""
    svg = lucide_svg(name, size=size, aria_hidden="true", focusable="false")
    return mark_safe(SVG_TAG.sub("", svg) if bare else svg)  # noqa: S308 (package content)
