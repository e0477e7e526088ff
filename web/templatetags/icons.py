"""Icons: inlined SVG of the `lucide` package."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as lucide_svg

register = template.Library()

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


@register.simple_tag
def type_icon(span_type: str) -> SafeString:
    """The coloured square that stands for a span's type."""
    known = span_type if span_type in TYPE_ICONS else "span"
    return format_html(
        '<span class="type t-{}" title="{}">{}</span>', known, span_type or "span", _svg(TYPE_ICONS[known], 12)
    )


@lru_cache(maxsize=256)
def _svg(name: str, size: int) -> SafeString:
    return mark_safe(lucide_svg(name, size=size, aria_hidden="true", focusable="false"))  # noqa: S308 (package content)
