"""The design page: every part of the screens in every state, both themes side by side. Only for developers."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render

from backend.core.errors import NotFound
from web.access import UserRequest, account_view
from web.richtext import markdown
from web.templatetags.icons import TYPE_ICONS

SECTIONS = ("colours", "type", "controls", "forms", "parts", "tables", "trees", "content", "states", "overlays")
THEMES = ("light", "dark")
MARKDOWN = """\
### A heading
A paragraph with **bold**, *italic*, `code` and a [link](https://example.com/).

1. one
2. two

> A quotation.

| item | price |
|---|---|
| book | 23.90 |
"""


@account_view
def design(request: UserRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise NotFound("There is no such page.")
    context = {
        "sections": [(name, f"design/{name}.html") for name in SECTIONS],
        "themes": THEMES,
        "colours": _tokens(r"--([\w-]+): light-dark"),
        "types": TYPE_ICONS,
        "prose": markdown(MARKDOWN),
    }
    return render(request, "design/design.html", context)


@cache
def _tokens(pattern: str) -> list[str]:
    """Names of custom properties in tokens.css, so that the page cannot forget one."""
    path = finders.find("css/tokens.css")
    return re.findall(pattern, Path(str(path)).read_text(encoding="utf-8"))
