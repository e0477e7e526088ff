"""Template tags about the filter language."""

from __future__ import annotations

import json

from django import template

from backend.traces import found, suggest

register = template.Library()


@register.simple_tag
def filter_fields() -> str:
    """The names of all fields."""
    return ", ".join(suggest.field_names())


@register.simple_tag
def filter_words(text: str) -> str:
    """What a filter searches for, as JSON: the page marks it."""
    return json.dumps(found.words(text))
