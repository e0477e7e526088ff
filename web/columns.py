"""Which columns the traces list shows: those of the address, else what this browser chose last, else the usual ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.http import QueryDict

# In the order of the table. The trace's name is always there.
COLUMNS: dict[str, str] = {
    "time": "Time",
    "io": "Input → output",
    "duration": "Duration",
    "tokens": "Tokens",
    "cost": "Cost",
    "models": "Models",
    "status": "Status",
    "user": "User",
    "session": "Session",
    "tags": "Tags",
    "scores": "Scores",
    "service": "Service",
    "environment": "Environment",
    "spans": "Spans",
}
DEFAULT: tuple[str, ...] = ("time", "io", "duration", "tokens", "cost", "models", "user", "tags", "scores")
# Shown only where a row of the page has something to say, unless they were asked for.
ONLY_IF_GIVEN = ("tags", "scores")
COOKIE = "trace_columns"
COOKIE_AGE_S = 365 * 86_400


def written(columns: Collection[str]) -> str:
    return ",".join(columns)


def chosen(params: QueryDict, cookies: Mapping[str, str]) -> tuple[str, ...] | None:
    """What was asked for; None when nothing was. Names that are no columns are left out: a cookie may be old."""
    given = params.getlist("cols") or cookies.get(COOKIE, "").split(",")
    names = {name.strip() for part in given for name in part.split(",")}
    return tuple(name for name in COLUMNS if name in names) or None
