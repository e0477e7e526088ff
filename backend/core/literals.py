"""ClickHouse literals, for statements made by the program; what a person typed is bound instead."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(text: str) -> str:
    """A ClickHouse string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def array(values: Iterable[str | int]) -> str:
    return "[" + ", ".join(quoted(v) if isinstance(v, str) else str(v) for v in values) + "]"
