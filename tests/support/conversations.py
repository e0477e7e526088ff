"""Traces for the panel: an agent that goes round and round, every kind of part, five megabytes of text and of JSON."""

from __future__ import annotations

import base64
import json
import struct
import time
import zlib
from typing import Any

from tests.support.otlp import SECOND, Status, key_values, span

SYSTEM = "You are the support agent of Northwind Books. Follow the refund policy to the letter. " * 6
TOOL = {
    "type": "function",
    "name": "get_order",
    "description": "Look an order up by its number. Answers with status, total and delivery date.",
    "parameters": {
        "type": "object",
        "properties": {"order_id": {"type": "integer", "description": "The number on the receipt"}},
        "required": ["order_id"],
    },
}
MARKDOWN = """Here is what I found:

| order | total |
|---|---|
| 10442 | $23.90 |

```python
def refund(order: int) -> float:
    return 23.90  # the whole price
```

**Refund granted.** 退款已批准 🎉"""
STACK = """Traceback (most recent call last):
  File "/app/agent.py", line 42, in run
    reply = client.chat(messages)
  File "/usr/lib/python3.11/site-packages/openai/_client.py", line 900, in chat
    raise RateLimitError("slow down")
openai.RateLimitError: slow down
"""


def said(role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    made = [{"type": "text", "content": part} if isinstance(part, str) else part for part in parts]
    return {"role": role, "parts": made, **more}


def png(width: int = 48, height: int = 32) -> str:
    """A small picture, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(
        b"\0" + b"".join(bytes((x * 5 % 256, y * 8 % 256, 160)) for x in range(width)) for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def call(trace_id: bytes, parent: bytes, at_s: float, before: list[Any], after: list[Any], **more: Any) -> Any:
    start = time.time_ns() - 60 * SECOND + int(at_s * SECOND)
    name = more.pop("name", f"chat {at_s:g}")
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2024-08-06",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.request.max_tokens": 400,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.usage.input_tokens": 1234,
        "gen_ai.usage.cache_read.input_tokens": 1000,
        "gen_ai.usage.output_tokens": 56,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.tool.definitions": json.dumps([TOOL]),
        "gen_ai.input.messages": json.dumps(before),
        "gen_ai.output.messages": json.dumps(after),
        **more,
    }
    return span(
        name,
        trace_id=trace_id,
        parent=parent,
        attributes=attributes,
        start_time_unix_nano=start,
        end_time_unix_nano=start + SECOND,
    )


def loop_trace(trace_id: bytes) -> list[Any]:
    """Three calls of one agent: the second adds a tool's result, the third another question and a changed prompt."""
    root = span(
        "support-agent",
        trace_id=trace_id,
        attributes={"gen_ai.operation.name": "invoke_agent"},
        start_time_unix_nano=time.time_ns() - 61 * SECOND,
    )
    asked = said("user", "My order 10442 arrived torn. Can I get my money back?")
    wants = said(
        "assistant",
        {"type": "reasoning", "content": "I should look at the order first."},
        {"type": "tool_call", "id": "call_1", "name": "get_order", "arguments": {"order_id": 10442}},
    )
    got = said(
        "tool",
        {
            "type": "tool_call_response",
            "id": "call_1",
            "response": {"status": "delivered", "total": 23.9, "days_since": 4},
        },
    )
    told, more = said("assistant", MARKDOWN, finish_reason="stop"), said("user", "شكرا جزيلا! And the postage?")
    one = [said("system", SYSTEM), asked]
    two = [*one, wants, got]
    three = [said("system", SYSTEM.replace("Northwind", "Southwind", 1)), *two[1:], told, more]
    first_token = {"gen_ai.response.time_to_first_chunk": 0.412}
    return [
        root,
        call(trace_id, root.span_id, 1, one, [wants]),
        call(trace_id, root.span_id, 3, two, [told], **first_token),
        call(trace_id, root.span_id, 5, three, [said("assistant", "Yes."), said("assistant", "No.")]),
    ]


def parts_trace(trace_id: bytes) -> list[Any]:
    """Media, a retriever, an embedding, a failed call with its stack, a link; and structured output with its schema."""
    root = span("parts", trace_id=trace_id)
    image = {"type": "blob", "modality": "image", "mime_type": "image/png", "content": png()}
    sound = {
        "type": "blob",
        "modality": "audio",
        "mime_type": "audio/wav",
        "content": base64.b64encode(b"RIFF" * 50).decode(),
    }
    file = {
        "type": "blob",
        "modality": "file",
        "mime_type": "application/pdf",
        "content": base64.b64encode(b"%PDF-1").decode(),
    }
    remote = {"type": "uri", "modality": "image", "mime_type": "image/png", "uri": "https://evil.example/x.png"}
    schema = json.dumps({"type": "object", "properties": {"total": {"type": "number"}}})
    answer = said("assistant", json.dumps({"total": 23.9, "lines": [{"title": "A book", "price": 20.0}] * 4}))
    documents = {
        f"retrieval.documents.{i}.document.{key}": value
        for i in range(5)
        for key, value in (
            ("id", f"d{i}"),
            ("content", f"Refunds are paid within {i} days. " * 8),
            ("score", 0.9 - i / 6),
            ("metadata", json.dumps({"source": f"policy/{i}.md", "page": i})),
        )
    }
    event = {
        "name": "exception",
        "time_unix_nano": time.time_ns(),
        "attributes": key_values(
            {"exception.type": "RateLimitError", "exception.message": "slow down", "exception.stacktrace": STACK}
        ),
    }
    vector = [i / 1000 for i in range(1536)]
    child = {"trace_id": trace_id, "parent": root.span_id}
    return [
        root,
        call(
            trace_id,
            root.span_id,
            1,
            [said("user", "What is this?", image, sound, file, remote)],
            [answer],
            name="ask",
            **{"gen_ai.request.structured_output_schema": schema, "list": json.dumps(vector)},
        ),
        span(
            "search", attributes={"openinference.span.kind": "RETRIEVER", "input.value": "refund", **documents}, **child
        ),
        span(
            "embed",
            attributes={
                "openinference.span.kind": "EMBEDDING",
                "embedding.model_name": "text-embedding-3-small",
                "embedding.embeddings.0.embedding.text": "refund",
                "embedding.embeddings.0.embedding.vector": vector,
            },
            **child,
        ),
        span(
            "guard",
            attributes={
                "openinference.span.kind": "GUARDRAIL",
                "input.value": "hi",
                "output.value": json.dumps({"passed": False, "reason": "PII found"}),
            },
            **child,
        ),
        span(
            "failed",
            status=Status(code=2, message="slow down"),
            events=[event],
            links=[{"trace_id": b"\x0a" * 16, "span_id": b"\x0b" * 8, "attributes": key_values({"why": "retry of"})}],
            **child,
        ),
    ]


def large_trace(trace_id: bytes) -> list[Any]:
    """Five megabytes of text, of JSON, of attribute; a conversation of 400 messages."""
    root = span("large", trace_id=trace_id)
    child = {"trace_id": trace_id, "parent": root.span_id}
    text = "".join(f"line {i} of a very long text\n" for i in range(170_000))
    rows = json.dumps(
        [{"id": i, "name": f"row {i}", "tags": ["a", "b"], "nested": {"x": i, "y": [i] * 3}} for i in range(60_000)]
    )
    long = [said("user" if i % 2 == 0 else "assistant", f"message {i} " + "word " * 400) for i in range(401)]
    return [
        root,
        span("text", attributes={"input.value": text + "THE END", "openinference.span.kind": "CHAIN"}, **child),
        span("json", attributes={"output.value": rows, "openinference.span.kind": "CHAIN"}, **child),
        call(trace_id, root.span_id, 1, [said("user", text)], [said("assistant", "ok")]),
        call(trace_id, b"\x55" * 8, 2, long, [said("assistant", "done")]),
    ]
