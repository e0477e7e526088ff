"""What a score is, before and after it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.core.times import rfc3339

Source = Literal["human", "user", "evaluator", "api"]
DataType = Literal["numeric", "categorical", "boolean", "text"]
Value = float | bool | str


@dataclass(frozen=True)
class NewScore:
    """`value`: a number is numeric, true and false boolean, a text categorical (or `text` when `data_type` says so).
    About a trace, one span of it (`trace_id` and `span_id`) or a session. An `id` makes sending it again safe."""

    name: str
    value: Value
    id: str = ""
    trace_id: str = ""
    span_id: str = ""
    session_id: str = ""
    data_type: DataType | None = None
    comment: str = ""
    source: Source = "api"
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    created_ns: int = 0  # when it was given; 0 is now


@dataclass(frozen=True)
class Score:
    id: str
    name: str
    value: Value
    data_type: DataType
    trace_id: str
    span_id: str
    session_id: str
    comment: str
    source: Source
    author: str
    metadata: Mapping[str, str]
    created_ns: int

    def as_dict(self) -> dict[str, Any]:
        """The score in the REST API: ids that were not given are null."""
        return {
            "id": self.id,
            "name": self.name,
            "value": self.value,
            "data_type": self.data_type,
            "trace_id": self.trace_id or None,
            "span_id": self.span_id or None,
            "session_id": self.session_id or None,
            "comment": self.comment,
            "source": self.source,
            "author": self.author,
            "metadata": dict(self.metadata),
            "created_at": rfc3339(self.created_ns),
        }


@dataclass(frozen=True)
class ScorePage:
    results: list[Score]
    next_cursor: str | None
