"""The state of the traces list, read from its URL and written back into links."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces.listing import ORDERS, Order, TraceQuery
from backend.traces.view import TraceRow
from web import columns
from web.timerange import DEFAULT_PRESET, TimeRange, parse_range

# Cursors are about 60 characters and an address should stay under 2,000.
MAX_TRAIL = 20
TRAIL_SEPARATOR = "~"
ORDER_LABELS: dict[Order, str] = {"newest": "Newest first", "oldest": "Oldest first", "slowest": "Slowest first"}


@dataclass(frozen=True)
class ListState:
    """What the URL says. `trail`: the cursors of the pages before this one, to have a way back. `cols`: as written."""

    range: TimeRange
    filter: str = ""
    cursor: str = ""
    trail: tuple[str, ...] = ()
    order: Order = "newest"
    cols: str = ""
    live: bool = False
    view: str = ""  # the id of the saved view that one came from

    @property
    def query(self) -> TraceQuery:
        return TraceQuery(
            start_ns=self.range.start_ns,
            end_ns=self.range.end_ns,
            filter=self.filter,
            order=self.order,
            cursor=self.cursor or None,
            limit=limits.PAGE_SIZE,
        )

    @property
    def params(self) -> dict[str, str]:
        """All but the place in the list, as in the address."""
        given = {
            **self.range.params,
            "filter": self.filter,
            "order": "" if self.order == "newest" else self.order,
            "cols": self.cols,
            "live": "1" if self.live else "",
            "view": self.view,
        }
        return {name: value for name, value in given.items() if value}

    def link(self, **changed: str | None) -> str:
        """The query string of another page of the same list; what is `changed` to None is left out."""
        params: dict[str, str | None] = {**self.params, **changed}
        given = {name: value for name, value in params.items() if value}
        # An address that says nothing would lead to the view that one begins with.
        return "?" + urlencode(given or {"range": DEFAULT_PRESET})

    @property
    def first(self) -> str:
        return self.link()

    @property
    def live_switch(self) -> str:
        return self.link(live=None if self.live else "1")

    @property
    def newest_first(self) -> str:
        return self.link(order=None)

    @property
    def oldest_first(self) -> str:
        return self.link(order="oldest")

    @property
    def slowest_first(self) -> str:
        return self.link(order="slowest")

    @property
    def orders(self) -> list[tuple[str, str, bool]]:
        """Label, link, whether it is this one."""
        links = {"newest": self.newest_first, "oldest": self.oldest_first, "slowest": self.slowest_first}
        return [(label, links[order], order == self.order) for order, label in ORDER_LABELS.items()]

    @property
    def unfiltered(self) -> str:
        return self.link(filter=None)

    @property
    def last_month(self) -> str:
        return self.link(**{"range": "30d", "from": None, "to": None})

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What a form keeps that changes the filter."""
        return [(name, value) for name, value in self.params.items() if name != "filter"]

    @property
    def watches(self) -> bool:
        """Whether newer traces would appear on this page."""
        return not self.cursor and self.order == "newest" and bool(self.range.preset)

    @property
    def previous(self) -> str:
        """ "" on the first page. The page before the oldest one remembered is the first page."""
        if not self.cursor:
            return ""
        return self.link(cursor=self.trail[-1], trail=_joined(self.trail[:-1])) if self.trail else self.first

    def next(self, next_cursor: str | None, **extra: str) -> str:
        if not next_cursor:
            return ""
        trail = (*self.trail, self.cursor) if self.cursor else self.trail
        return self.link(cursor=next_cursor, trail=_joined(trail), **extra)


def _joined(trail: tuple[str, ...]) -> str:
    return TRAIL_SEPARATOR.join(trail[-MAX_TRAIL:])


def parse_list(params: QueryDict) -> ListState:
    trail = tuple(part for part in params.get("trail", "").split(TRAIL_SEPARATOR) if part)
    return ListState(
        range=parse_range(params),
        filter=params.get("filter", "").strip(),
        cursor=params.get("cursor", ""),
        trail=trail[-MAX_TRAIL:],
        order=parse_order(params),
        cols=columns.written(columns.chosen(params, {}) or ()),
        live=params.get("live") == "1",
        view=params.get("view", "")[:36],
    )


def parse_order(params: Mapping[str, str]) -> Order:
    asked = params.get("order", "") or "newest"
    for order in ORDERS:
        if order == asked:
            return order
    raise InvalidInput(f"Unknown order. Use one of {', '.join(ORDERS)}.", field="order")


def shown_columns(asked: tuple[str, ...] | None, rows: list[TraceRow]) -> tuple[str, ...]:
    """The columns of a page."""
    if asked is not None:
        return asked
    given = {"tags": any(row.tags for row in rows), "scores": any(row.scores for row in rows)}
    return tuple(name for name in columns.DEFAULT if given.get(name, True))


def fingerprint(rows: list[TraceRow]) -> str:
    """Changes when anything that a row shows changes."""
    return f"{zlib.crc32(repr(rows).encode()):08x}"


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
