"""The state of the traces list, read from its URL and written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from backend.core import limits
from backend.traces.services import TraceQuery
from backend.traces.view import TraceRow
from web.timerange import TimeRange, parse_range

# Cursors are about 60 characters and an address should stay under 2,000.
MAX_TRAIL = 20
TRAIL_SEPARATOR = "~"


@dataclass(frozen=True)
class ListState:
    """What the URL says. `trail`: the cursors of the pages before this one, to have a way back."""

    range: TimeRange
    filter: str
    cursor: str
    trail: tuple[str, ...]

    @property
    def query(self) -> TraceQuery:
        return TraceQuery(
            start_ns=self.range.start_ns,
            end_ns=self.range.end_ns,
            filter=self.filter,
            cursor=self.cursor or None,
            limit=limits.PAGE_SIZE,
        )

    def link(self, *, cursor: str = "", trail: tuple[str, ...] = (), **extra: str) -> str:
        """The query string of another page of the same list."""
        params = dict(self.range.params)
        if self.filter:
            params["filter"] = self.filter
        if cursor:
            params["cursor"] = cursor
        if trail:
            params["trail"] = TRAIL_SEPARATOR.join(trail[-MAX_TRAIL:])
        return "?" + urlencode({**params, **extra})

    @property
    def first(self) -> str:
        return self.link()

    @property
    def previous(self) -> str:
        """ "" on the first page. The page before the oldest one remembered is the first page."""
        if not self.cursor:
            return ""
        return self.link(cursor=self.trail[-1], trail=self.trail[:-1]) if self.trail else self.first

    def next(self, next_cursor: str | None, **extra: str) -> str:
        if not next_cursor:
            return ""
        trail = (*self.trail, self.cursor) if self.cursor else self.trail
        return self.link(cursor=next_cursor, trail=trail, **extra)


def parse_list(params: Mapping[str, str]) -> ListState:
    trail = tuple(part for part in params.get("trail", "").split(TRAIL_SEPARATOR) if part)
    return ListState(
        range=parse_range(params),
        filter=params.get("filter", "").strip(),
        cursor=params.get("cursor", ""),
        trail=trail[-MAX_TRAIL:],
    )


def bar_scale(rows: list[TraceRow], given: str = "") -> int:
    """The duration whose bar is full: the ninth of ten, so that one slow trace does not flatten the others.

    "Load more" hands the scale of the first page on, so that all bars of a list compare.
    """
    if given.isdigit() and 0 < int(given) < 1 << 62:
        return int(given)
    durations = sorted(row.duration_ns for row in rows)
    return max(durations[len(durations) * 9 // 10], 1) if durations else 1


def bar_width(row: TraceRow, scale: int) -> float:
    """Per cent of the column."""
    return round(min(row.duration_ns * 100 / scale, 100.0), 1)
