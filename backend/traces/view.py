"""What a reader of traces gets: the shapes of section 6 of the design as dataclasses.

Field names are the names of the REST API. A number the sender did not give is None, never 0. Times are integers in
nanoseconds since 1970 (`*_ns`); the API and the templates format them. Not frozen: a page may make ten thousand of
them, and a frozen one costs several times as much to make.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from backend.conventions.http_failure import failed_status
from backend.conventions.mapping import SpanMapping
from backend.core import limits

StatusCode = Literal["ok", "error", "unset"]
CostSource = Literal["reported", "computed", "unpriced", "mixed"]
Message = dict[str, Any]  # {"role", "parts": [{"type", …}], "finish_reason"?}: the OpenTelemetry GenAI message schema


@dataclass(slots=True)
class Usage:
    """Tokens. `input_tokens` counts cached and spoken input too; `output_tokens` reasoning and spoken output."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(slots=True)
class Cost:
    """US dollars. `total` is None when unpriced. `source`: who says so."""

    total: float | None = None
    input: float | None = None
    output: float | None = None
    currency: str = "USD"
    source: CostSource = "unpriced"


@dataclass(slots=True)
class Status:
    code: StatusCode
    message: str = ""


@dataclass(slots=True)
class SpanError:
    type: str
    message: str
    stacktrace: str = ""


@dataclass(slots=True)
class SpanEvent:
    name: str
    time_ns: int
    attributes: dict[str, str]


@dataclass(slots=True)
class SpanLink:
    trace_id: str
    span_id: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Average:
    """The mean of the numeric scores of one name; true counts as 1."""

    name: str
    value: float
    count: int


State = Literal["finished", "running", "abandoned"]


def state_of(pending: int, heard_ns: int) -> State:
    """Of a trace with so many spans that were announced and have not ended, of which something came at `heard_ns`."""
    if not pending:
        return "finished"
    silent_s = (time.time_ns() - heard_ns) / limits.SECOND_NS
    return "running" if silent_s < limits.PENDING_SILENT_S else "abandoned"


@dataclass(slots=True)
class TraceRow:
    """One line of the traces list; read without touching payload columns."""

    trace_id: str
    root_span_id: str  # "" when the root has not arrived (yet)
    name: str
    type: str  # the root span's type
    start_ns: int
    duration_ns: int
    status: StatusCode
    span_count: int
    error_count: int
    usage: Usage
    cost: Cost
    models: list[str]
    service_name: str
    environment: str
    session_id: str
    user_id: str
    tags: list[str]
    input_preview: str
    output_preview: str
    scores: list[Average] = field(default_factory=list[Average])
    state: State = "finished"


@dataclass(slots=True)
class TracePage:
    results: list[TraceRow]
    next_cursor: str | None


@dataclass(slots=True)
class SpanView:
    """One span. Payload fields are empty when the trace came without payloads."""

    trace_id: str
    span_id: str
    parent_span_id: str  # "" for a root
    name: str
    type: str
    kind: str  # internal server client producer consumer unspecified
    start_ns: int
    duration_ns: int
    status: Status
    error: SpanError | None
    service_name: str
    scope_name: str
    scope_version: str
    environment: str
    release: str
    provider: str
    operation: str
    request_model: str
    response_model: str
    response_id: str
    streaming: bool | None
    time_to_first_token_ns: int | None
    finish_reasons: list[str]
    usage: Usage
    cost: Cost
    session_id: str
    user_id: str
    tags: list[str]
    tool_name: str
    agent_name: str
    prompt_name: str
    prompt_version: str
    input_preview: str = ""
    output_preview: str = ""
    input: str = ""
    output: str = ""
    pending: bool = False  # announced, and its end has not come
    input_messages: list[Message] = field(default_factory=list[Message])
    output_messages: list[Message] = field(default_factory=list[Message])
    tool_definitions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tool: dict[str, Any] | None = None  # {"name", "arguments", "result"}
    documents: list[dict[str, Any]] = field(
        default_factory=list[dict[str, Any]]
    )  # {"id", "content", "score", "metadata"}
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    resource_attributes: dict[str, str] = field(default_factory=dict[str, str])
    events: list[SpanEvent] = field(default_factory=list[SpanEvent])
    links: list[SpanLink] = field(default_factory=list[SpanLink])

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.duration_ns

    @property
    def tokens_per_second(self) -> float | None:
        """How fast the answer came: output tokens a second, from the first token on when it is known."""
        waited = self.time_to_first_token_ns or 0
        if self.type != "llm" or not self.usage.output_tokens or self.duration_ns <= waited:
            return None
        return round(self.usage.output_tokens * 1e9 / (self.duration_ns - waited), 2)

    @property
    def http_failure(self) -> int:
        """The HTTP status with which the request failed; 0 when it did not, or without payload."""
        return failed_status(self.attributes, server=self.kind == "server", ok=self.status.code == "ok")


@dataclass(slots=True)
class SpanSources:
    """Why a span looks as it does. `mapping_version`: of the table that read it, 0 when that was not noted yet."""

    trace_id: str
    span_id: str
    mapping: SpanMapping
    mapping_version: int
    current_version: int


@dataclass(slots=True)
class TraceView:
    trace_id: str
    name: str
    start_ns: int
    duration_ns: int
    status: StatusCode
    session_id: str
    user_id: str
    tags: list[str]
    usage: Usage
    cost: Cost
    span_count: int
    error_count: int
    spans: list[SpanView]  # by start time
    scores: list[dict[str, Any]]
    payloads: bool  # False: `spans` carry no payloads, ask for one span
    truncated: bool = False  # True: the trace has more spans than are listed
    counted: list[str] = field(default_factory=list[str])  # ids of the spans whose usage and cost make up the total
    repeated: list[str] = field(default_factory=list[str])  # ids of spans with usage that say the same once more

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.duration_ns
