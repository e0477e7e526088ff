"""The vectors of an embedding told in one line, how many and how long; nobody reads their numbers."""

from __future__ import annotations

from collections.abc import Iterator

from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import RawSpan, Rendered
from backend.conventions.messages.shapes import message
from backend.conventions.messages.values import as_list, as_map, indexed, opened

# A list of fewer numbers may be anything.
SHORTEST = 8
# OpenAI's clients ask for base64 of numbers of four bytes.
BASE64_OF_A_NUMBER = 4 * 4 / 3
MAX_DEPTH = 6


def render(span: RawSpan) -> Rendered | None:
    if span.type != "embedding":
        return None
    lengths = list(_lengths(opened(span.output)))
    if not lengths:  # some write each vector into an attribute, beside the whole reply or instead of it
        named = [one.get("embedding.vector") for one in indexed(span.attributes, "embedding.embeddings")]
        listed = [span.attributes.get(key) for key in ("ai.embedding", "ai.embeddings")]
        values = [*map(opened, named), *([opened(item) for item in as_list(opened(one))] for one in listed)]
        lengths = [length for value in values for length in _lengths(value)]
    return Rendered(output_messages=[message("assistant", [text(summary(lengths))])]) if lengths else None


def summary(lengths: list[int]) -> str:
    longest = f"{max(lengths):,}" if min(lengths) == max(lengths) else f"{min(lengths):,} to {max(lengths):,}"
    return f"{len(lengths):,} {'vector' if len(lengths) == 1 else 'vectors'} of {longest} numbers"


def _lengths(value: object, depth: int = 0) -> Iterator[int]:
    """The length of each vector in JSON: a list of numbers, or base64 under the name `embedding`."""
    items = as_list(value)
    if len(items) >= SHORTEST and all(isinstance(item, (int, float)) for item in items[:SHORTEST]):
        yield len(items)
    elif depth < MAX_DEPTH:
        for item in items:
            yield from _lengths(item, depth + 1)
        for key, child in as_map(value).items():
            if key == "embedding" and isinstance(child, str) and len(child) > SHORTEST * BASE64_OF_A_NUMBER:
                yield round(len(child.rstrip("=")) / BASE64_OF_A_NUMBER)
            else:
                yield from _lengths(child, depth + 1)
