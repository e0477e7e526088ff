"""Query parameters: what a list understands, and errors for everything it does not."""

from __future__ import annotations

import time
from collections.abc import Collection

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from backend.core.errors import InvalidInput
from backend.core.limits import DEFAULT_WINDOW_NS, MAX_PAGE_SIZE, PAGE_SIZE
from backend.core.times import parse_time

# Only for sessions; keys belong to one project.
PROJECT = "project"

TIME_TEXT = "RFC 3339 (`2026-05-01T12:00:00Z`), or relative to now: `now`, `now-15m`, `now-1h`, `now-7d`."
PROJECT_PARAMETER = OpenApiParameter(PROJECT, str, description="Only with a session: the project's slug.")
CURSOR_PARAMETER = OpenApiParameter("cursor", str, description="`next_cursor` of the page before.")
LIMIT_PARAMETER = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}, description="Page size."
)


def check_known(query: QueryDict, known: Collection[str]) -> None:
    """A misspelt parameter would silently widen the answer; it is an error instead."""
    for name in query:
        if name not in known and name != PROJECT:
            raise InvalidInput(f"There is no parameter {name!r}. Known: {', '.join(sorted(known))}.", field=name)


def window(query: QueryDict) -> tuple[int, int]:
    """[from, to) in nanoseconds; the last 24 hours when neither is given."""
    now = time.time_ns()
    end = moment(query, "to", now)
    end = now + 1 if end is None else end
    start = moment(query, "from", now)
    return (end - DEFAULT_WINDOW_NS if start is None else start), end


def moment(query: QueryDict, name: str, now_ns: int) -> int | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    try:
        return parse_time(written, now_ns)
    except ValueError as error:
        raise InvalidInput(f"{error}.", field=name) from None


def page_size(query: QueryDict) -> int:
    written = query.get("limit", "").strip()
    if not written:
        return PAGE_SIZE
    if not written.isascii() or not written.isdigit() or not 1 <= int(written[:9]) <= MAX_PAGE_SIZE:
        raise InvalidInput(f"limit must be a number from 1 to {MAX_PAGE_SIZE}.", field="limit")
    return int(written)
