"""The address of the compare page: what is compared, which row is open, how it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlencode

from backend.core.errors import InvalidInput

TRACE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
SPAN = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")
ROW = re.compile(r"(-|[0-9a-f]{16}):(-|[0-9a-f]{16})")
View = Literal["split", "unified"]


@dataclass(frozen=True)
class Side:
    """A trace, or one span of it."""

    trace_id: str
    span_id: str = ""

    def __str__(self) -> str:
        return f"{self.trace_id}:{self.span_id}" if self.span_id else self.trace_id


@dataclass(frozen=True)
class Address:
    a: Side | None = None
    b: Side | None = None
    row: str = ""  # the open row: span of A, colon, span of B; "-" for none
    view: View = "split"
    only_changes: bool = False
    unfolded: str = ""  # the key of the first row of an opened run, or "all"
    filter: str = ""  # of the list from which the other trace is picked

    @property
    def query(self) -> str:
        params = {
            "a": str(self.a or ""),
            "b": str(self.b or ""),
            "row": self.row,
            "view": "" if self.view == "split" else self.view,
            "show": "changes" if self.only_changes else "",
            "unfold": self.unfolded,
            "filter": self.filter,
        }
        return "?" + urlencode({name: value for name, value in params.items() if value}, safe=":")

    @property
    def swapped(self) -> str:
        one, _, other = self.row.partition(":")
        row = f"{other}:{one}" if self.row else ""
        turned, _, start = self.unfolded.partition(":")
        unfolded = f"{start}:{turned}" if start else self.unfolded
        return replace(self, a=self.b, b=self.a, row=row, unfolded=unfolded).query

    def at_row(self, key: str) -> str:
        return replace(self, row=key).query

    def unfold(self, key: str) -> str:
        return replace(self, unfolded=key).query

    @property
    def folded(self) -> str:
        return replace(self, unfolded="").query

    def with_b(self, side: Side) -> str:
        return replace(self, b=side, filter="").query

    @property
    def split(self) -> str:
        return replace(self, view="split").query

    @property
    def unified(self) -> str:
        return replace(self, view="unified").query

    @property
    def all_rows(self) -> str:
        return replace(self, only_changes=False).query

    @property
    def changed_rows(self) -> str:
        return replace(self, only_changes=True).query

    @property
    def without_b(self) -> str:
        return Address(a=self.a).query

    @property
    def without_a(self) -> str:
        """To pick the other one, the one that stays comes first; swapping puts it back."""
        return Address(a=self.b).query


def parse_address(params: Mapping[str, str]) -> Address:
    row, unfolded = params.get("row", "").lower(), params.get("unfold", "").lower()
    return Address(
        a=parse_side(params.get("a", ""), "a"),
        b=parse_side(params.get("b", ""), "b"),
        row=row if ROW.fullmatch(row) and row != "-:-" else "",
        view="unified" if params.get("view") == "unified" else "split",
        only_changes=params.get("show") == "changes",
        unfolded=unfolded if unfolded == "all" or ROW.fullmatch(unfolded) else "",
        filter=params.get("filter", "").strip(),
    )


def parse_side(text: str, field: str) -> Side | None:
    """A trace id, `trace:span`, or the address of a page of Spanhouse that somebody pasted."""
    text = text.strip().lower()
    if not text:
        return None
    trace = TRACE.search(text)
    if trace is None:
        raise InvalidInput(
            "Paste a trace id (32 hexadecimal digits), or the address of a trace or a span.", field=field
        )
    span = SPAN.search(text, trace.end())
    return Side(trace.group(), span.group() if span else "")
