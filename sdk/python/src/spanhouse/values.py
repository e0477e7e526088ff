"""Any Python value as bounded text: never raises, never runs long, never keeps a reference.

A value is read when it is given, in the caller's time, because it may change before it is sent. So what is read is
bounded by characters, by items and by depth, and nothing of an object is run but its `__repr__`.
"""

from __future__ import annotations

import dataclasses
import json
import math
import uuid
from collections import deque
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Union

MAX_DEPTH = 12
MAX_ITEMS = 5_000  # of all containers of one value together: about 2 ms to read
MAX_KEY_CHARS = 200
_SCALARS = (str, bool, int, float)
_LARGEST = 1 << 63
Attribute = Union[str, bool, int, float, list[str]]


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with a note of how many are missing."""
    return text if len(text) <= limit else text[:limit] + f"… [{len(text) - limit} characters cut]"


def to_text(value: Any, limit: int) -> str:
    """Text as it is, everything else as JSON; cut after `limit` characters."""
    if type(value) is str:
        return cut(value, limit)
    try:
        return cut(json.dumps(_Reader(limit).plain(value, 0), ensure_ascii=False), limit)
    except Exception as error:
        return f"[not readable: {type(error).__name__}]"


def to_attribute(value: Any, limit: int) -> Attribute:
    """What OpenTelemetry takes as an attribute: a scalar as it is, a list of texts as that, the rest as JSON text."""
    kind = type(value)
    if kind is bool or kind is float or (kind is int and -_LARGEST <= value < _LARGEST):
        return value  # type: ignore[no-any-return]
    if kind in (list, tuple, set, frozenset) and len(value) <= 200 and all(type(item) is str for item in value):
        return [cut(item, limit) for item in value]
    return to_text(value, limit)


class _Reader:
    """One value's reading; `left` characters and `items` items may still be taken."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.items = MAX_ITEMS
        self.inside: set[int] = set()

    def plain(self, value: Any, depth: int) -> Any:
        """`value` made of what JSON has."""
        kind = type(value)
        if kind is str:
            return self._text(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            self.left -= 8
            return value if -_LARGEST <= value < _LARGEST else self._text(_big(value))
        if kind is float:
            self.left -= 8
            return value if math.isfinite(value) else str(value)
        try:
            return self._other(value, depth)
        except Exception as error:
            return f"[{kind.__name__}: {type(error).__name__} while it was read]"

    def _text(self, value: str) -> str:
        taken = cut(value, max(self.left, 0))
        self.left -= len(taken)
        return taken

    def _other(self, value: Any, depth: int) -> Any:
        if depth >= MAX_DEPTH:
            return f"[{type(value).__name__}: deeper than {MAX_DEPTH}]"
        if id(value) in self.inside:
            return f"[{type(value).__name__}: contains itself]"
        self.inside.add(id(value))
        try:
            if isinstance(value, (list, tuple, set, frozenset, deque)):
                return self._list(value, depth)
            if isinstance(value, dict):
                return self._dict(value, depth)
            fields = _fields(value)
            if fields is not None:
                return self._dict(fields, depth)
            return self._scalar(value)
        finally:
            self.inside.discard(id(value))

    def _list(self, values: Any, depth: int) -> list[Any]:
        taken: list[Any] = []
        for value in values:
            if self.items <= 0 or self.left <= 0:
                taken.append(f"… [{len(values) - len(taken)} more]")
                break
            self.items -= 1
            taken.append(self.plain(value, depth + 1))
        return taken

    def _dict(self, values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        taken: dict[str, Any] = {}
        for key, value in values.items():
            if self.items <= 0 or self.left <= 0:
                taken["…"] = f"[{len(values) - len(taken)} more]"
                break
            self.items -= 1
            name = key if type(key) is str else str(self._scalar(key))
            self.left -= len(name)
            taken[cut(name, MAX_KEY_CHARS)] = self.plain(value, depth + 1)
        return taken

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, Enum):
            return self.plain(value.value, MAX_DEPTH)
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, (bytes, bytearray, memoryview)):
            return f"[{len(value)} bytes]"
        if isinstance(value, (datetime, date, time)):
            return value.isoformat()
        if isinstance(value, (Decimal, uuid.UUID, PurePath, timedelta, int, float)):
            return self._text(str(value))
        if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
            return f"[{getattr(value, '__module__', '')}.{value.__qualname__}]"
        return self._text(_shown(value))


def _big(value: int) -> str:
    # str() of an int of thousands of digits is refused by newer Pythons, and slow in all.
    return str(value) if value.bit_length() < 4096 else f"[integer of {value.bit_length()} bits]"


def _fields(value: Any) -> Mapping[str, Any] | None:
    """The named fields of a dataclass, Pydantic model, attrs class or any mapping that says its length; else None."""
    kind = type(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(value)}
    for table in ("model_fields", "__pydantic_fields__", "__fields__"):
        names = getattr(kind, table, None)
        if isinstance(names, dict):
            held = vars(value)
            return {name: held[name] for name in names if name in held} or dict(held)
    attributes = getattr(kind, "__attrs_attrs__", None)
    if isinstance(attributes, tuple):
        return {item.name: getattr(value, item.name, None) for item in attributes}
    if isinstance(value, Mapping) and len(value) <= MAX_ITEMS:
        return value
    return None


def _shown(value: Any) -> str:
    """An object nobody told us about. What is large or lazy is named, not shown: its repr could read a database."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"[{name} of shape {shape}]"
    if kind.__repr__ is object.__repr__ or kind.__module__.startswith(("django.db", "sqlalchemy", "torch", "polars")):
        return f"[{name}]"
    return repr(value)


def plain(value: Any, limit: int) -> Any:
    """`value` made of what JSON has, within the same bounds; None when that fails."""
    try:
        return _Reader(limit).plain(value, 0)
    except Exception:
        return None
