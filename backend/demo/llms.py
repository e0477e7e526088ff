"""The models that the example's applications call, and a conversation with one: its spans, usage, cache and delays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from backend.demo.tracing import CLIENT, MS, DraftSpan, Trace, Value, as_json

Cache = Literal["", "openai", "anthropic"]
# UTF-8 bytes of the JSON messages by token: near enough for English, German, Japanese and code.
BYTES_PER_TOKEN = 4.4
# Providers cache prompts from this length on; OpenAI in steps of 128.
CACHE_FROM, CACHE_STEP = 1024, 128
# What Anthropic adds to a request with tools.
TOOL_USE_TOKENS = 346


@dataclass(frozen=True)
class Llm:
    """`answers_as` is the dated name in the reply; `first_ms` the time to the first token, `per_s` tokens a second."""

    provider: str
    model: str
    answers_as: str
    scope: str
    server: str
    first_ms: float
    per_s: float
    cache: Cache = ""


_OPENAI, _ANTHROPIC = "opentelemetry.instrumentation.openai_v2", "opentelemetry.instrumentation.anthropic"
_GOOGLE, _ACME = "opentelemetry.instrumentation.google_genai", "acme.llm"
SONNET = Llm(
    "anthropic",
    "claude-sonnet-4-5",
    "claude-sonnet-4-5-20250929",
    _ANTHROPIC,
    "api.anthropic.com",
    720,
    78,
    "anthropic",
)
OPUS = Llm(
    "anthropic", "claude-opus-4-5", "claude-opus-4-5-20251101", _ANTHROPIC, "api.anthropic.com", 1150, 62, "anthropic"
)
HAIKU = Llm(
    "anthropic", "claude-haiku-4-5", "claude-haiku-4-5-20251001", _ANTHROPIC, "api.anthropic.com", 430, 150, "anthropic"
)
GPT_MINI = Llm("openai", "gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", _OPENAI, "api.openai.com", 380, 110, "openai")
GPT_BATCH = Llm("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18", _OPENAI, "api.openai.com", 340, 95, "openai")
GPT_THINKING = Llm("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07", _OPENAI, "api.openai.com", 900, 120, "openai")
MISTRAL = Llm("mistral_ai", "mistral-medium-latest", "mistral-medium-2508", _ACME, "api.mistral.ai", 520, 85)
GEMINI = Llm(
    "gcp.gemini", "gemini-flash-latest", "gemini-2.5-flash", _GOOGLE, "generativelanguage.googleapis.com", 460, 170
)
# The alias was pointed at another model by the provider: nothing in the application's release says so.
GEMINI_NEXT = replace(GEMINI, answers_as="gemini-3-flash-preview", first_ms=610, per_s=140)
# Runs in Acme's own cluster: no price list knows it.
OWN = Llm("vllm", "acme-chat-7b-v3", "acme-chat-7b-v3", _ACME, "llm.internal.acme.example", 150, 60)


def tokens(text: str) -> int:
    return max(1, round(len(text.encode()) / BYTES_PER_TOKEN))


def text_part(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def call_part(call_id: str, name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "tool_call", "id": call_id, "name": name, "arguments": dict(arguments)}


@dataclass(frozen=True)
class Reply:
    """What the model answers. `slow` multiplies its time, `thinking` are reasoning tokens."""

    parts: Sequence[Mapping[str, object]]
    finish: str = "stop"
    slow: float = 1.0
    thinking: int = 0
    streamed: bool = False


class Conversation:
    """Messages that grow, and the calls made with them. What was sent before is read from the provider's cache."""

    def __init__(self, llm: Llm, system: str, tools: str = "", **request: Value) -> None:
        self.llm = llm
        self.request: dict[str, Value] = {f"gen_ai.request.{key}": value for key, value in request.items()}
        self.extra: dict[str, Value] = {}
        self._tools = tools
        self._system = as_json([text_part(system.strip())]) if system else ""
        self._messages: list[str] = []
        self._base = tokens(self._system + tools) + (TOOL_USE_TOKENS if tools and llm.cache == "anthropic" else 0)
        self._size = self._base
        self._cached = 0

    @property
    def size(self) -> int:
        """Input tokens of the next call."""
        return self._size

    def add(self, role: str, *parts: Mapping[str, object], finish: str = "") -> None:
        message = {"role": role, "parts": list(parts), **({"finish_reason": finish} if finish else {})}
        self._messages.append(as_json(message))
        # A picture costs by its size, not by the length of its base64.
        pictures = sum(1 for part in parts if part["type"] == "blob")
        text = [part for part in parts if part["type"] != "blob"]
        self._size += 4 + (tokens(as_json(text)) if text else 0) + 260 * pictures

    def user(self, text: str, *more: Mapping[str, object]) -> None:
        self.add("user", text_part(text), *more)

    def result(self, call_id: str, result: object) -> None:
        self.add("tool", {"type": "tool_call_response", "id": call_id, "response": result})

    def compact(self, summary: str) -> None:
        """Begin again with a summary: what a long-running agent does when its window is full."""
        self._size = self._base
        self._messages.clear()
        self._cached = min(self._cached, self._size)
        self.user(summary)

    def call(self, trace: Trace, reply: Reply) -> DraftSpan:
        """A call that succeeds; its answer joins the messages."""
        usage = self._usage(reply)
        out = int(usage["gen_ai.usage.output_tokens"])
        first = self.llm.first_ms * reply.slow * (1 + self._size / 60_000) * max(0.4, trace.random.gauss(1, 0.25))
        first += reply.thinking / self.llm.per_s * 1000
        with trace.span(f"chat {self.llm.model}", self._sent(), kind=CLIENT, scope=self.llm.scope) as span:
            trace.now += int(first * MS)
            trace.wait((out - reply.thinking) / self.llm.per_s * 1000 * reply.slow, 0.12)
            span.set(self._received(trace, reply, usage))
            if reply.streamed:
                span.set({"gen_ai.response.time_to_first_chunk": round(first / 1000, 4)})
        self.add("assistant", *reply.parts, finish=reply.finish)
        return span

    def fail(self, trace: Trace, failure: Mapping[str, str], milliseconds: float, status: int = 0) -> DraftSpan:
        """A call that fails after so long."""
        with trace.span(f"chat {self.llm.model}", self._sent(), kind=CLIENT, scope=self.llm.scope) as span:
            trace.wait(milliseconds, 0.05)
            span.fail(failure, trace.now)
            if status:
                span.set({"http.response.status_code": status})
        return span

    def _sent(self) -> dict[str, Value]:
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self.llm.provider,
            "gen_ai.request.model": self.llm.model,
            "server.address": self.llm.server,
            **self.request,
            **self.extra,
            "gen_ai.system_instructions": self._system,
            "gen_ai.tool.definitions": self._tools,
            "gen_ai.input.messages": "[" + ",".join(self._messages) + "]",
        }

    def _received(self, trace: Trace, reply: Reply, usage: Mapping[str, int]) -> dict[str, Value]:
        message = {"role": "assistant", "parts": list(reply.parts), "finish_reason": reply.finish}
        prefix = {"anthropic": "msg_01", "openai": "chatcmpl-"}.get(self.llm.provider, "resp_")
        return {
            "gen_ai.response.model": self.llm.answers_as,
            "gen_ai.response.id": prefix + trace.digest(f"reply {len(trace.spans)}", 11).hex(),
            "gen_ai.response.finish_reasons": [reply.finish],
            "gen_ai.output.messages": as_json([message]),
            **usage,
        }

    def _usage(self, reply: Reply) -> dict[str, int]:
        out = tokens(as_json(list(reply.parts))) + reply.thinking
        usage = {"gen_ai.usage.input_tokens": self._size, "gen_ai.usage.output_tokens": out}
        if self.llm.cache == "openai":
            kept = self._cached // CACHE_STEP * CACHE_STEP
            if kept >= CACHE_FROM:
                usage["gen_ai.usage.cache_read.input_tokens"] = kept
        elif self.llm.cache == "anthropic" and self._size >= CACHE_FROM:
            usage["gen_ai.usage.cache_read.input_tokens"] = self._cached
            usage["gen_ai.usage.cache_creation.input_tokens"] = self._size - self._cached
        if reply.thinking:
            usage["gen_ai.usage.reasoning.output_tokens"] = reply.thinking
        self._cached = self._size
        return usage

    def warm(self) -> None:
        """Somebody sent this beginning a moment ago: it is in the provider's cache."""
        self._cached = self._size
