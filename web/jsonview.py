"""A viewer of JSON made of <details>: folded and unfolded without a script, large parts loaded when they are unfolded.

Everything in it is hostile: each piece is escaped. Brackets and commas are real text, so that what is selected is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from backend.core import limits

ONE_LINE_CHARS = 72
# Shorter lists of numbers are lists; longer ones are vectors, which nobody reads.
VECTOR_NUMBERS = 16
VECTOR_SHOWN = 4
OPEN_LEVELS = 6
# (pointer, from) -> where the rest of a container, or of a string, is loaded.
Link = Callable[[str, int], str]


@dataclass
class JsonView:
    """`nodes`: lines that may still be drawn; so many `levels` are open.

    `more` is where members are loaded, `text` the rest of a string; None: everything is drawn.
    """

    nodes: int = limits.JSON_NODES
    levels: int = OPEN_LEVELS
    more: Link | None = None
    text: Link | None = None

    def whole(self, value: object) -> SafeString:
        return mark_safe("".join(self._node(value, "", "", 0, "")))  # noqa: S308 (pieces are escaped)

    def members(self, value: object, pointer: str, start: int) -> SafeString:
        """The members of one container from `start`, for a place that was unfolded."""
        return mark_safe("".join(self._members(value, pointer, start, 0)))  # noqa: S308 (pieces are escaped)

    def _node(self, value: object, key: str, pointer: str, level: int, comma: str) -> Iterator[str]:
        self.nodes -= 1
        if not isinstance(value, dict | list):
            yield f'<div class="jl">{key}{self._scalar(value, pointer)}{comma}</div>'
            return
        line = _one_line(value)
        if line is not None:
            yield f'<div class="jl">{key}{line}{comma}</div>'
            return
        opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
        vector = isinstance(value, list) and _is_vector(value)
        is_open = level < self.levels and self.nodes > 0 and not vector
        lazy = not is_open and self.more is not None
        note = _vector_note(value) if vector else _size_note(value)
        yield f'<details class="jn"{" open" if is_open else ""}>'
        yield f'<summary>{key}{opening}<span class="jc" data-note="{escape(note)}"></span></summary>'
        yield self._lazy(pointer, 0) if lazy else '<div class="ji">'
        if not lazy:
            yield from self._members(value, pointer, 0, level + 1)
        yield f'</div><div class="jl">{closing}{comma}</div></details>'

    def _members(self, value: object, pointer: str, start: int, level: int) -> Iterator[str]:
        total = len(value) if isinstance(value, dict | list) else 0
        end = total if self.more is None else min(start + limits.JSON_CHILDREN, total)
        for index, (name, child) in enumerate(islice(_items(value), start, end), start):
            key = f'<span class="k">{escape(_quoted(name))}</span>: ' if isinstance(value, dict) else ""
            inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from self._node(child, key, inner, level, "," if index + 1 < total else "")
        if end < total:
            assert self.more is not None
            yield format_html(
                '<button type="button" class="cut" hx-get="{}" hx-swap="outerHTML">… {} of {} more</button>',
                self.more(pointer, end), f"{min(limits.JSON_CHILDREN, total - end):,}", f"{total - end:,}",
            )  # fmt: skip

    def _lazy(self, pointer: str, start: int) -> str:
        """Loaded when the <details> around it is unfolded for the first time."""
        assert self.more is not None
        return format_html(
            '<div class="ji" hx-get="{}" hx-trigger="toggle from:closest details once" hx-swap="innerHTML">'
            '<span class="dim">…</span>',
            self.more(pointer, start),
        )

    def _scalar(self, value: object, pointer: str) -> str:
        if not isinstance(value, str):
            kind = "w" if value is None or isinstance(value, bool) else "d"
            return f'<span class="{kind}">{escape(_quoted(value))}</span>'
        if len(value) <= limits.JSON_STRING_CHARS or self.text is None:
            return f'<span class="s" dir="auto">{escape(_quoted(value))}</span>'
        rest = len(value) - limits.JSON_STRING_CHARS
        return format_html(
            '<span class="s" dir="auto">{}</span><a class="cut" href="{}" target="_blank">… {} more characters</a>',
            _quoted(value[: limits.JSON_STRING_CHARS])[:-1], self.text(pointer, 0), f"{rest:,}",
        )  # fmt: skip


def _items(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        return ((str(name), child) for name, child in value.items())
    return ((str(index), child) for index, child in enumerate(value)) if isinstance(value, list) else ()


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _one_line(value: dict | list) -> str | None:
    """Small ones on one line: most tool arguments are."""
    if len(value) > 12:
        return None
    children = value.values() if isinstance(value, dict) else value
    if any(isinstance(one, dict | list) and one for one in children):
        return None
    if len(_quoted(value)) > ONE_LINE_CHARS:
        return None
    bare = JsonView()

    def short(one: object) -> str:
        return _quoted(one) if isinstance(one, dict | list) else bare._scalar(one, "")

    if isinstance(value, list):
        return f"[{', '.join(map(short, value))}]"
    pairs = (f'<span class="k">{escape(_quoted(str(name)))}</span>: {short(one)}' for name, one in value.items())
    return "{" + ", ".join(pairs) + "}"


def _is_vector(value: list) -> bool:
    return len(value) > VECTOR_NUMBERS and all(isinstance(n, int | float) and not isinstance(n, bool) for n in value)


def vector_note(numbers: list) -> str:
    """1,536 numbers: 0.0123, −0.5, …"""
    shown = ", ".join(f"{one:.4g}" if isinstance(one, float) else str(one) for one in numbers[:VECTOR_SHOWN])
    return f"{len(numbers):,} numbers: {shown}, …"


def _vector_note(value: object) -> str:
    return vector_note(value) if isinstance(value, list) else ""


def _size_note(value: dict | list) -> str:
    word = "key" if isinstance(value, dict) else "item"
    return f"{len(value):,} {word}{'' if len(value) == 1 else 's'}"
