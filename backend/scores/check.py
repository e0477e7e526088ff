"""What a score must be before it is stored; errors name the field, with its place in the list."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.scores.view import DataType, NewScore, Source, Value

TRACE_ID = re.compile(r"[0-9a-f]{32}")
SPAN_ID = re.compile(r"[0-9a-f]{16}")
TYPES_OF_NUMBER: tuple[DataType, ...] = ("numeric",)
TYPES_OF_FLAG: tuple[DataType, ...] = ("boolean",)
TYPES_OF_TEXT: tuple[DataType, ...] = ("categorical", "text")


@dataclass(frozen=True)
class Checked:
    """The columns that are derived from a NewScore."""

    trace_id: str
    span_id: str
    data_type: DataType
    number: float
    text: str


def check_score(score: NewScore, place: str = "") -> Checked:
    """Raises InvalidInput; `place` ("3.") is put before the field's name."""

    def wrong(field: str, message: str) -> InvalidInput:
        return InvalidInput(message, field=place + field)

    if not 0 < len(score.name.strip()) <= limits.MAX_SCORE_NAME_CHARS:
        raise wrong("name", f"A score needs a name of 1 to {limits.MAX_SCORE_NAME_CHARS} characters.")
    if len(score.id) > limits.MAX_SCORE_ID_CHARS:
        raise wrong("id", f"An id has at most {limits.MAX_SCORE_ID_CHARS} characters.")
    trace_id, span_id = _subject(score, place)
    if score.source not in get_args(Source):
        raise wrong("source", f"source is one of {', '.join(get_args(Source))}.")
    for field in ("comment", "session_id"):
        if len(getattr(score, field)) > limits.MAX_SCORE_TEXT_CHARS:
            raise wrong(field, f"{field} has at most {limits.MAX_SCORE_TEXT_CHARS:,} characters.")
    if not _is_small(score.metadata):
        raise wrong(
            "metadata",
            f"metadata has at most {limits.MAX_SCORE_METADATA} texts of {limits.MAX_SCORE_TEXT_CHARS:,} characters.",
        )
    try:
        data_type, number, text = typed(score.value, score.data_type)
    except ValueError as error:
        raise wrong("value", str(error)) from None
    return Checked(trace_id, span_id, data_type, number, text)


def _subject(score: NewScore, place: str) -> tuple[str, str]:
    """(trace id, span id) in lower case, after a check that the score is about something."""
    trace_id, span_id = score.trace_id.lower(), score.span_id.lower()
    if trace_id and (not TRACE_ID.fullmatch(trace_id) or not trace_id.strip("0")):
        raise InvalidInput("A trace id has 32 hex digits, not all zero.", field=place + "trace_id")
    if span_id and (not SPAN_ID.fullmatch(span_id) or not span_id.strip("0")):
        raise InvalidInput("A span id has 16 hex digits, not all zero.", field=place + "span_id")
    if span_id and not trace_id:
        raise InvalidInput("A score of a span names its trace, too.", field=place + "trace_id")
    if not trace_id and not score.session_id:
        raise InvalidInput("A score is about something: give trace_id or session_id.", field=place + "trace_id")
    return trace_id, span_id


def _is_small(metadata: Mapping[str, str]) -> bool:
    longest = max((len(text) for pair in metadata.items() for text in pair), default=0)
    return len(metadata) <= limits.MAX_SCORE_METADATA and longest <= limits.MAX_SCORE_TEXT_CHARS


def typed(value: Value, data_type: DataType | None) -> tuple[DataType, float, str]:
    """(data type, the number stored, the text stored). ValueError when value and type do not fit."""
    if isinstance(value, bool):
        return _fitting(data_type, TYPES_OF_FLAG), float(value), ""
    if isinstance(value, str):
        if not 0 < len(value) <= limits.MAX_SCORE_TEXT_CHARS:
            raise ValueError(f"A text value has 1 to {limits.MAX_SCORE_TEXT_CHARS:,} characters.")
        return _fitting(data_type, TYPES_OF_TEXT), 0.0, value
    if data_type == "boolean" and value in (0, 1):
        return "boolean", float(value), ""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("A numeric value is finite.")
    return _fitting(data_type, TYPES_OF_NUMBER), number, ""


def _fitting(asked: DataType | None, allowed: tuple[DataType, ...]) -> DataType:
    if asked is None:
        return allowed[0]
    if asked not in allowed:
        raise ValueError(f"This value is {allowed[0]}, which does not fit data_type {asked}.")
    return asked
