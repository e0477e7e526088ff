"""The outline of a trace as the browser keeps it: where rows stand under folds and filters, 14 bytes a row."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from backend.traces.outline import Outline


def type_names(outline: Outline) -> list[str]:
    """The types in a trace; the skeleton says a type as its place in this list."""
    return sorted(set(outline.types))


def encode(outline: Outline) -> bytes:
    """Little-endian: rows and runs (u32 each), levels (u32 a row), run of a row (i32), start and end of each run (u32),
    places in `type_names` (u8 a row), flags (u8)."""
    codes = {name: min(code, 255) for code, name in enumerate(type_names(outline))}
    numbers: list[array[int]] = [
        array("I", [len(outline), len(outline.runs)]),
        array("I", outline.levels),
        outline.run_of,
        array("I", [run.start for run in outline.runs]),
        array("I", [run.end for run in outline.runs]),
    ]
    return b"".join(map(_little, numbers)) + bytes(codes[name] for name in outline.types) + bytes(outline.flags)


def _little(numbers: array[int]) -> bytes:
    if array("H", [1]).tobytes() != b"\x01\x00":  # a machine that counts from the other end
        numbers = array(numbers.typecode, numbers)
        numbers.byteswap()
    return numbers.tobytes()


def parse_items(text: str, outline: Outline, limit: int) -> list[tuple[int, int]]:
    """`0-99,150,g3` → (row, run) pairs, at most `limit`; what is no line of the tree is left out."""
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        if part.startswith("g") and part[1:].isdecimal():
            run = int(part[1:])
            if run < len(outline.runs):
                found.append((outline.runs[run].start, run))
        else:
            low, _, high = part.partition("-")
            if low.isdecimal() and (not high or high.isdecimal()) and len(part) < 24:
                end = min(int(high or low), len(outline) - 1, int(low) + limit)
                found.extend((row, -1) for row in range(int(low), end + 1))
        if len(found) >= limit:
            break
    return found[:limit]


def rows_of(numbers: Sequence[int]) -> bytes:
    """Rows as u32."""
    return _little(array("I", numbers))
