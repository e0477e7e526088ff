"""What changed between two texts: by lines first, then by words where lines differ. The work is bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from backend.core import limits
from web.compare.alignment import blocks, matches

Kind = Literal["same", "del", "ins"]
TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# Texts that share less than this part of their characters are shown as one replaced by the other: what they have in
# common is chance ("the", "a"), and marking it makes confetti.
ALIKE = 0.3
# Equal lines shown around a change; what lies between is folded.
CONTEXT_LINES = 3
FOLD_FROM_LINES = 3 * CONTEXT_LINES


@dataclass(frozen=True)
class Piece:
    kind: Kind
    text: str


@dataclass(frozen=True)
class DiffRow:
    """Some lines of A beside the lines of B that took their place. `folded`: equal, and far from any change."""

    pieces: tuple[Piece, ...]
    folded: bool = False

    @property
    def same(self) -> bool:
        return all(piece.kind == "same" for piece in self.pieces)

    @property
    def before(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "ins"]

    @property
    def after(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "del"]

    @property
    def lines(self) -> int:
        return sum(piece.text.count("\n") for piece in self.before)


def diff_text(a: str, b: str) -> list[DiffRow]:
    """Rows whose `before` pieces make `a` again and whose `after` pieces make `b`."""
    lines_a, lines_b = a.splitlines(keepends=True), b.splitlines(keepends=True)
    words_left = limits.COMPARED_WORD_CHARS
    rows: list[DiffRow] = []
    pairs = matches(lines_a, lines_b, limits.COMPARED_LINE_EDITS)
    for block in blocks(pairs, len(lines_a), len(lines_b)):
        before, after = lines_a[block.a_from : block.a_to], lines_b[block.b_from : block.b_to]
        if block.same:
            rows.append(_same("".join(before)))
            continue
        # As many lines as before: each is compared with the one in its place, so that they stand side by side.
        aligned = list(zip(before, after, strict=True)) if len(before) == len(after) else []
        for old, new in aligned or [("".join(before), "".join(after))]:
            words_left -= len(old) + len(new)
            rows.append(DiffRow(_changed(old, new, by_words=words_left > 0)))
    return rows


def with_context(rows: list[DiffRow]) -> list[DiffRow]:
    """The same rows, long equal stretches parted so that only the lines near a change are open."""
    out: list[DiffRow] = []
    for index, row in enumerate(rows):
        lines = row.pieces[0].text.splitlines(keepends=True) if row.same else []
        if len(lines) < FOLD_FROM_LINES:
            out.append(row)
            continue
        head = CONTEXT_LINES if index else 0
        tail = len(lines) - (CONTEXT_LINES if index < len(rows) - 1 else 0)
        out += [_same("".join(lines[:head]))] if head else []
        out.append(replace(_same("".join(lines[head:tail])), folded=True))
        out += [_same("".join(lines[tail:]))] if tail < len(lines) else []
    return out


def _same(text: str) -> DiffRow:
    return DiffRow((Piece("same", text),))


def _changed(a: str, b: str, *, by_words: bool) -> tuple[Piece, ...]:
    replaced = _pieces(a, b)
    if not by_words or len(replaced) < 2:
        return replaced
    tokens_a, tokens_b = TOKEN.findall(a), TOKEN.findall(b)
    out: list[Piece] = []
    old = new = ""
    common = 0
    parts = blocks(matches(tokens_a, tokens_b, limits.COMPARED_WORD_EDITS), len(tokens_a), len(tokens_b))
    for block in parts:
        gone, come = "".join(tokens_a[block.a_from : block.a_to]), "".join(tokens_b[block.b_from : block.b_to])
        if not block.same:
            old, new = old + gone, new + come
        elif (old or new) and not gone.strip() and "\n" not in gone and block is not parts[-1]:
            # A blank between two changed words belongs to the change: one mark instead of two reads better.
            old, new = old + gone, new + come
        else:
            out += [*_pieces(old, new), Piece("same", gone)]
            old = new = ""
            common += len(gone.strip())
    out += _pieces(old, new)
    return tuple(out) if common >= ALIKE * min(len(a.strip()), len(b.strip())) else replaced


def _pieces(old: str, new: str) -> tuple[Piece, ...]:
    """What went, then what came; nothing for what is empty."""
    if old == new:
        return (Piece("same", old),) if old else ()
    both: tuple[Piece, Piece] = (Piece("del", old), Piece("ins", new))
    return tuple(piece for piece in both if piece.text)
