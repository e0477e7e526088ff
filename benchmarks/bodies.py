"""OTLP requests built before the clock starts: GenAI spans of about 1.5 KB, each with its own ids, time and text."""

from __future__ import annotations

import json
import math
import random
import struct
import time
from collections.abc import Iterator, MutableSequence
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

SPAN_BYTES = 1500
# What a span carries beside its two texts, measured on the encoded request.
FRAME_BYTES = 640
MODELS = (("openai", "gpt-4.1-mini"), ("anthropic", "claude-sonnet-4"), ("gcp.gemini", "gemini-2.5-flash"))
SYLLABLES = [
    "ba",
    "be",
    "di",
    "do",
    "fa",
    "go",
    "ha",
    "ke",
    "la",
    "li",
    "mo",
    "na",
    "ne",
    "pa",
    "ri",
    "sa",
    "te",
    "ul",
    "an",
    "er",
]
VOCABULARY = 5_000
TEXT_WORDS = 1_500_000


class Text:
    """Random text whose words are as unevenly frequent as in natural language (Zipf), cut at random places."""

    def __init__(self, seed: random.Random) -> None:
        words = ["".join(seed.choices(SYLLABLES, k=seed.randint(1, 4))) for _ in range(VOCABULARY)]
        weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
        self._seed = seed
        self._text = " ".join(seed.choices(words, weights=weights, k=TEXT_WORDS))

    def cut(self, length: int) -> str:
        start = self._seed.randrange(len(self._text) - length)
        return self._text[start : start + length]


def attribute(key: str, value: str | int | float | list[str]) -> KeyValue:
    if isinstance(value, list):
        array = ArrayValue(values=[AnyValue(string_value=item) for item in value])
        return KeyValue(key=key, value=AnyValue(array_value=array))
    if isinstance(value, str):
        return KeyValue(key=key, value=AnyValue(string_value=value))
    if isinstance(value, int):
        return KeyValue(key=key, value=AnyValue(int_value=value))
    return KeyValue(key=key, value=AnyValue(double_value=value))


def message(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


class Builder:
    """Makes requests of `spans` spans; a trace has up to 8 of them and never crosses a request."""

    def __init__(self, spans: int, seed: int | None = None) -> None:
        self.spans = spans
        self.trace_size = math.gcd(spans, 8)
        self._random = random.Random(seed)
        self._text = Text(self._random)
        # Spread over the minutes before now, as a batch exporter's spans are.
        self._start = time.time_ns() - 300 * 10**9

    def request(self) -> tuple[bytes, str]:
        """An encoded request and the hex id of its last trace."""
        request = ExportTraceServiceRequest()
        resource = request.resource_spans.add()
        resource.resource.attributes.extend(
            [
                attribute("service.name", self._random.choice(("checkout", "assistant", "search"))),
                attribute("telemetry.sdk.language", "python"),
                attribute("deployment.environment.name", "production"),
            ]
        )
        scope = resource.scope_spans.add()
        scope.scope.name = "opentelemetry.instrumentation.openai_v2"
        scope.scope.version = "2.1"
        trace_id = b""
        for _ in range(self.spans // self.trace_size):
            trace_id = self._random.randbytes(16)
            self._trace(trace_id, scope.spans)
        return request.SerializeToString(), trace_id.hex()

    def _trace(self, trace_id: bytes, spans: MutableSequence[Span]) -> None:
        session = f"session-{self._random.randrange(100_000)}"
        root = self._random.randbytes(8)
        self._start += self._random.randrange(1, 200_000)
        for position in range(self.trace_size):
            span_id = root if position == 0 else self._random.randbytes(8)
            start = self._start + position * 40_000_000
            span = Span(
                trace_id=trace_id,
                span_id=span_id,
                parent_span_id=b"" if position == 0 else root,
                kind=Span.SPAN_KIND_CLIENT,
                start_time_unix_nano=start,
                end_time_unix_nano=start + self._random.randrange(5_000_000, 4_000_000_000),
            )
            if position % 4 == 1:
                self._tool(span)
            else:
                self._chat(span)
            span.attributes.append(attribute("gen_ai.conversation.id", session))
            span.attributes.append(attribute("user.id", f"user-{self._random.randrange(5_000)}"))
            spans.append(span)

    def _chat(self, span: Span) -> None:
        provider, model = self._random.choice(MODELS)
        room = SPAN_BYTES - FRAME_BYTES
        span.name = f"chat {model}"
        span.attributes.extend(
            [
                attribute("gen_ai.operation.name", "chat"),
                attribute("gen_ai.provider.name", provider),
                attribute("gen_ai.request.model", model),
                attribute("gen_ai.response.model", model),
                attribute("gen_ai.response.id", f"chatcmpl-{self._random.randbytes(12).hex()}"),
                attribute("gen_ai.response.finish_reasons", ["stop"]),
                attribute("gen_ai.request.temperature", 0.7),
                attribute("gen_ai.usage.input_tokens", self._random.randrange(50, 9_000)),
                attribute("gen_ai.usage.output_tokens", self._random.randrange(5, 900)),
                attribute("gen_ai.input.messages", message("user", self._text.cut(room * 2 // 3))),
                attribute("gen_ai.output.messages", message("assistant", self._text.cut(room // 3))),
            ]
        )

    def _tool(self, span: Span) -> None:
        span.name = "execute_tool search"
        span.attributes.extend(
            [
                attribute("gen_ai.operation.name", "execute_tool"),
                attribute("gen_ai.tool.name", "search"),
                attribute("gen_ai.tool.call.id", f"call_{self._random.randbytes(8).hex()}"),
                attribute("gen_ai.tool.call.arguments", json.dumps({"query": self._text.cut(120)})),
                attribute("gen_ai.tool.call.result", json.dumps({"text": self._text.cut(SPAN_BYTES - 580)})),
            ]
        )


def write_bodies(path: Path, spans_per_request: int, spans: int, seed: int | None = None) -> tuple[int, int, list[str]]:
    """Write requests until `spans` are reached: a 4-byte length before each. Returns requests, raw bytes, trace ids."""
    builder = Builder(spans_per_request, seed)
    requests = max(1, spans // spans_per_request)
    total = 0
    traces: list[str] = []
    with path.open("wb") as file:
        for _ in range(requests):
            body, trace_id = builder.request()
            file.write(struct.pack("<I", len(body)))
            file.write(body)
            total += len(body)
            traces.append(trace_id)
    return requests, total, traces


def read_bodies(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while head := file.read(4):
            yield file.read(struct.unpack("<I", head)[0])
