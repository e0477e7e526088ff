"""Where the cursor stands in a filter that is being written: at a field or a word, or at a value of a field."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.store.filter_syntax import FIELD

# A piece ends at a space or a bracket outside quotes; a quote that is still open reaches to the end.
PIECE = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\Z)|[^\s()"])+', re.DOTALL)
# A value behind the last comma: quoted (also unfinished) or plain.
VALUES = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^\s",()]+),')


@dataclass(frozen=True)
class Place:
    """`field`: "" at a field or a word. `typed`: what is written of it up to the cursor, without its opening quote.

    [start, end) is replaced by what is chosen. `rest`: the filter without this piece, for what else it asks for.
    """

    field: str
    typed: str
    start: int
    end: int
    rest: str


def place_of(text: str, position: int) -> Place:
    """The piece of the filter that the cursor stands in or right behind."""
    position = min(max(position, 0), len(text))
    start, end = position, position
    for piece in PIECE.finditer(text):
        if piece.start() <= position <= piece.end():
            start, end = piece.span()
    rest = f"{text[:start].rstrip('-')} {text[end:]}".strip()
    while start < position and text[start] == "-":
        start += 1
    found = FIELD.match(text, start, end)
    if found is None or found.end() > position:
        return Place("", text[start:position], start, end, rest)
    key = (found["key"] or "")[1:-1]
    start = found.end()
    while done := VALUES.match(text, start, position):
        start = done.end()
    stop = next((at for at in (text.find(",", position, end),) if at >= 0), end)
    return Place(found["name"] + key, text[start:position].removeprefix('"'), start, stop, rest)
