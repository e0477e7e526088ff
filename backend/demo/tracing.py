"""One trace in the making: a clock that moves on, spans inside spans, ids made from a name. Gives the OTLP request."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

MS = 1_000_000
SECOND = 1_000 * MS
INTERNAL, SERVER, CLIENT = 1, 2, 3
ERROR = 2
Value = str | bool | int | float | Sequence[str]


@dataclass(frozen=True)
class Service:
    """The resource that sends the spans."""

    name: str
    release: str
    environment: str = "production"
    host: str = ""

    def attributes(self) -> dict[str, Value]:
        return {
            "service.name": self.name,
            "service.version": self.release,
            "service.namespace": "acme",
            "deployment.environment.name": self.environment,
            "host.name": self.host or f"{self.name}-7d9c4",
            "telemetry.sdk.language": "python",
            "telemetry.sdk.name": "opentelemetry",
            "telemetry.sdk.version": "1.37.0",
        }


@dataclass
class DraftSpan:
    """A span before it is encoded; `set` adds attributes, empty texts are left out."""

    name: str
    span_id: bytes
    parent_id: bytes
    kind: int
    scope: str
    start_ns: int
    end_ns: int = 0
    attributes: dict[str, Value] = field(default_factory=dict[str, Value])
    events: list[tuple[str, int, dict[str, Value]]] = field(default_factory=list[tuple[str, int, dict[str, Value]]])
    error: str = ""

    @property
    def hex_id(self) -> str:
        return self.span_id.hex()

    def set(self, attributes: Mapping[str, Value]) -> None:
        self.attributes.update({key: value for key, value in attributes.items() if value != ""})

    def event(self, name: str, at_ns: int, attributes: Mapping[str, Value]) -> None:
        self.events.append((name, at_ns, dict(attributes)))

    def fail(self, failure: Mapping[str, str], at_ns: int) -> None:
        """An exception as OpenTelemetry records it."""
        self.error = failure["message"]
        self.attributes["error.type"] = failure["type"]
        self.event(
            "exception",
            at_ns,
            {
                "exception.type": failure["type"],
                "exception.message": failure["message"],
                "exception.stacktrace": failure["trace"].strip(),
            },
        )


class Trace:
    """`name` and `anchor_ns` make all ids: the same two give the same trace, byte by byte."""

    def __init__(self, name: str, anchor_ns: int, start_ns: int, service: Service, random: Random) -> None:
        self.now = start_ns
        self.service = service
        self.random = random
        self.spans: list[DraftSpan] = []
        self._name = f"{anchor_ns}/{name}"
        self._open: list[DraftSpan] = []
        self.trace_id = self.digest("trace", 16)

    def digest(self, what: str, size: int) -> bytes:
        return hashlib.blake2b(f"{self._name}/{what}".encode(), digest_size=size).digest()

    @property
    def hex_id(self) -> str:
        return self.trace_id.hex()

    @property
    def end_ns(self) -> int:
        return max(span.end_ns for span in self.spans)

    def wait(self, milliseconds: float, spread: float = 0.25) -> None:
        """Time passes: about so long."""
        self.now += int(milliseconds * MS * max(0.2, self.random.gauss(1, spread)))

    @contextmanager
    def span(
        self, name: str, attributes: Mapping[str, Value], *, kind: int = INTERNAL, scope: str = "acme.tracing"
    ) -> Iterator[DraftSpan]:
        """A span around what happens inside; it begins and ends by the trace's clock."""
        parent = self._open[-1].span_id if self._open else b""
        made = DraftSpan(name, self.digest(str(len(self.spans)), 8), parent, kind, scope, self.now)
        made.set(attributes)
        self.spans.append(made)
        self._open.append(made)
        self.now += 20_000 + self.random.randrange(60_000)  # a child begins after its parent
        yield made
        self._open.pop()
        self.now += 50_000 + self.random.randrange(200_000)
        made.end_ns = self.now

    @contextmanager
    def inside(self, parent: DraftSpan) -> Iterator[None]:
        """What follows belongs to a span that may have ended already: work in the background."""
        self._open.append(parent)
        yield
        self._open.pop()

    def request(self) -> bytes:
        """The trace as the body of an OTLP export."""
        message = ExportTraceServiceRequest()
        resource = message.resource_spans.add()
        _fill(resource.resource.attributes, self.service.attributes())
        scopes: dict[str, Any] = {}
        for span in self.spans:
            if span.scope not in scopes:
                scopes[span.scope] = resource.scope_spans.add()
                scopes[span.scope].scope.name = span.scope
                scopes[span.scope].scope.version = "0.52b1" if span.scope.startswith("opentelemetry") else "2.4.0"
            _encode(span, scopes[span.scope].spans.add(), self.trace_id)
        return message.SerializeToString(deterministic=True)


def _encode(span: DraftSpan, target: Any, trace_id: bytes) -> None:
    target.trace_id, target.span_id, target.parent_span_id = trace_id, span.span_id, span.parent_id
    target.name, target.kind = span.name, span.kind
    target.start_time_unix_nano, target.end_time_unix_nano = span.start_ns, span.end_ns
    _fill(target.attributes, span.attributes)
    for name, at_ns, attributes in span.events:
        event = target.events.add()
        event.name, event.time_unix_nano = name, at_ns
        _fill(event.attributes, attributes)
    if span.error:
        target.status.code, target.status.message = ERROR, span.error


def _fill(target: Any, attributes: Mapping[str, Value]) -> None:
    for key, value in attributes.items():
        pair = target.add()
        pair.key = key
        if isinstance(value, str):
            pair.value.string_value = value
        elif isinstance(value, bool):
            pair.value.bool_value = value
        elif isinstance(value, int):
            pair.value.int_value = value
        elif isinstance(value, float):
            pair.value.double_value = value
        else:
            for item in value:
                pair.value.array_value.values.add().string_value = item


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
