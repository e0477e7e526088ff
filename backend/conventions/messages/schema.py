"""The shapes of message rendering: what a renderer reads (RawSpan) and what it gives (Rendered)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Part = dict[str, Any]  # {"type", …}: one part of a message, as in the OpenTelemetry GenAI message schema
Message = dict[str, Any]  # {"role", "parts": [Part], "finish_reason"?, "name"?}


@dataclass(frozen=True)
class LogEvent:
    """A GenAI event that arrived as an OTLP log record. `body` is JSON text, plain text or empty."""

    event_name: str
    body: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class RawSpan:
    """One stored span. All attribute values are text: numbers as digits, arrays and maps as JSON text.

    The attribute that became `input` (or `output`) is not in `attributes`; its key is `input_key` (`output_key`).
    `status_code` is 0 unset, 1 ok, 2 error. Events are (name, time in ns, attributes).
    """

    name: str = ""
    type: str = "span"
    scope_name: str = ""
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    input: str = ""
    output: str = ""
    input_key: str = ""
    output_key: str = ""
    events: list[tuple[str, int, dict[str, str]]] = field(default_factory=list[tuple[str, int, dict[str, str]]])
    log_events: list[LogEvent] = field(default_factory=list[LogEvent])
    status_message: str = ""
    status_code: int = 0

    @property
    def is_call(self) -> bool:
        """Whether this span is a call to a model, so that plain text in it is what was said."""
        return self.type in ("llm", "embedding")


@dataclass(frozen=True)
class RenderedError:
    type: str = ""
    message: str = ""
    stacktrace: str = ""


@dataclass
class Rendered:
    """What a span says, in whatever convention. A renderer fills what it knows and leaves the rest empty."""

    input_messages: list[Message] = field(default_factory=list[Message])
    output_messages: list[Message] = field(default_factory=list[Message])
    tool_definitions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    tool: dict[str, Any] | None = None  # {"name", "arguments", "result"}
    documents: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])  # {"id","content","score","metadata"}
    error: RenderedError | None = None
    convention: str = ""
    streamed: bool = False  # the answer was put together from its chunks, which know better why it ended

    @property
    def says_something(self) -> bool:
        return bool(self.input_messages or self.output_messages or self.tool or self.documents or self.tool_definitions)

    @property
    def is_whole(self) -> bool:
        said_both = all(any(one["parts"] for one in side) for side in (self.input_messages, self.output_messages))
        return said_both or (self.tool is not None and None not in self.tool.values())

    def fill(self, other: Rendered) -> None:
        """Take from `other` what is still missing here: the renderer that came first keeps its word."""
        if not self.says_something and other.says_something:
            self.convention = other.convention
        self.input_messages = _fuller(self.input_messages, other.input_messages)
        self.output_messages = _fuller(self.output_messages, other.output_messages)
        self.streamed = self.streamed or (other.streamed and self.output_messages is other.output_messages)
        self.tool_definitions = self.tool_definitions or other.tool_definitions
        self.documents = self.documents or other.documents
        self.error = self.error or other.error
        if other.tool is not None:
            mine = self.tool or {}
            self.tool = {
                key: mine[key] if mine.get(key) is not None else other.tool.get(key)
                for key in ("name", "arguments", "result")
            }


def _fuller(mine: list[Message], others: list[Message]) -> list[Message]:
    """Mine, unless all of it is empty shells (LiteLLM writes a tool call beside an empty message)."""
    if any(message["parts"] for message in mine) or not any(message["parts"] for message in others):
        return mine or others
    reason = next((message["finish_reason"] for message in mine if "finish_reason" in message), None)
    if reason is None or "finish_reason" in others[-1]:
        return others
    return [*others[:-1], {**others[-1], "finish_reason": reason}]
