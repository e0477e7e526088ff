"""Reading values that anybody may have written: JSON text, numbers as text, indexed attribute names. Never raises."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, TypeGuard, cast

from backend.core import limits

JSON_START = "[{"


def parse(text: str) -> object:
    """The JSON in `text`, or None when it is no JSON, or deeper than people can read."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        value: object = json.loads(stripped, parse_constant=str, parse_float=_number)
    except (ValueError, RecursionError):
        return None
    if stripped.count("[") + stripped.count("{") > limits.MAX_NESTING and _deeper_than(value, limits.MAX_NESTING):
        return None
    if "\\ud" in stripped or "\\uD" in stripped:
        return _without_lone_surrogates(value)
    return value


def opened(value: object) -> object:
    """JSON inside text opened, once; everything else as it is. For fields that senders encode or do not encode."""
    if isinstance(value, str) and value.lstrip()[:1] in tuple(JSON_START):
        inner = parse(value)
        return value if inner is None else inner
    return value


def decoded(text: str) -> object:
    """Like `opened`, for senders that JSON-encode every value: `"\\"text\\""` becomes `text`, `"7"` becomes 7."""
    value = parse(text)
    return text if value is None and text.strip() != "null" else value


def _number(text: str) -> object:
    number = float(text)
    return number if math.isfinite(number) else text  # 1e999 has no JSON form; the text keeps what was sent


def _deeper_than(value: object, limit: int) -> bool:
    level: list[object] = [value]
    for _ in range(limit + 1):
        level = [
            child
            for node in level
            for child in (as_map(node).values() or as_list(node))
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def _without_lone_surrogates(value: object) -> object:
    """JSON may spell half a surrogate pair; such text cannot be sent as UTF-8. Depth is bounded by `parse`."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        items = as_map(cast("object", value)).items()
        return {str(_without_lone_surrogates(key)): _without_lone_surrogates(child) for key, child in items}
    if isinstance(value, list):
        return [_without_lone_surrogates(child) for child in as_list(cast("object", value))]
    return value


def is_map(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def as_map(value: object) -> dict[str, object]:
    """`value` when it is a JSON object, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """`value` when it is a JSON array, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Text as it is, nothing as "", anything else as JSON text."""
    if isinstance(value, str):
        return value
    return "" if value is None else json_text(value)


def json_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):
        return str(type(value))


def first(item: Mapping[str, object], *keys: str) -> object:
    """The value of the first of `keys` that is there and not null."""
    for key in keys:
        value = item.get(key)
        if value is not None:
            return value
    return None


def first_text(item: Mapping[str, object], *keys: str) -> str:
    """Like `first`, for text: other types and empty text are passed over."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def json_attribute(attributes: Mapping[str, str], *keys: str) -> Any:
    """The JSON in the first of these attributes that is present; its text when it is not JSON; None when absent.

    Text that is one JSON string is opened too (the AI SDK encodes results); a number or a flag stays text.
    """
    for key in keys:
        text = attributes.get(key)
        if text:
            return decoded(text) if text.startswith('"') else opened(text)
    return None


def number(text: str | None) -> float | None:
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def indexed(attributes: Mapping[str, str], prefix: str) -> list[dict[str, str]]:
    """`prefix.0.a`, `prefix.0.b`, `prefix.7.a` → [{"a", "b"}, {"a"}], by index; a gap in the indexes makes no entry."""
    start, groups = prefix + ".", dict[int, dict[str, str]]()
    for key, value in attributes.items():
        if not key.startswith(start):
            continue
        index, _, rest = key[len(start) :].partition(".")
        if len(index) < 19 and index.isascii() and index.isdecimal():
            groups.setdefault(int(index), {})[rest] = value
    return [groups[index] for index in sorted(groups)]


def below(attributes: Mapping[str, str], prefix: str) -> dict[str, str]:
    """`prefix.a` → {"a"}: the attributes under a prefix."""
    start = prefix + "."
    return {key[len(start) :]: value for key, value in attributes.items() if key.startswith(start)}
