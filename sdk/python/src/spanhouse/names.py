"""The attribute names that are written: OpenTelemetry's, and OpenInference's where OpenTelemetry has none."""

from __future__ import annotations

from typing import Any

# OpenTelemetry
AGENT_NAME = "gen_ai.agent.name"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens"
ERROR_TYPE = "error.type"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_MESSAGES = "gen_ai.input.messages"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OPERATION = "gen_ai.operation.name"
OUTPUT_MESSAGES = "gen_ai.output.messages"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
PROMPT_NAME = "gen_ai.prompt.name"
PROVIDER = "gen_ai.provider.name"
REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens"
REQUEST_MODEL = "gen_ai.request.model"
RESPONSE_ID = "gen_ai.response.id"
RESPONSE_MODEL = "gen_ai.response.model"
SESSION_ID = "session.id"
STREAM = "gen_ai.request.stream"
TIME_TO_FIRST = "gen_ai.response.time_to_first_chunk"  # seconds
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_CALL_ID = "gen_ai.tool.call.id"
TOOL_NAME = "gen_ai.tool.name"
TOOL_RESULT = "gen_ai.tool.call.result"
USER_ID = "user.id"
WORKFLOW_NAME = "gen_ai.workflow.name"

# OpenInference, and names that several products share
COST = "gen_ai.usage.cost"
INPUT = "input.value"
INPUT_MIME = "input.mime_type"
KIND = "openinference.span.kind"
OUTPUT = "output.value"
OUTPUT_MIME = "output.mime_type"
PROMPT_VERSION = "gen_ai.prompt.version"
TAGS = "tag.tags"
TOTAL_TOKENS = "gen_ai.usage.total_tokens"

# Nobody else has a name for it.
TRACE_NAME = "spanhouse.trace.name"

# What `type=` may be, and the attributes that say so to any reader of OpenTelemetry.
TYPES: dict[str, dict[str, str]] = {
    "llm": {OPERATION: "chat"},
    "embedding": {OPERATION: "embeddings"},
    "agent": {OPERATION: "invoke_agent"},
    "chain": {OPERATION: "invoke_workflow"},
    "tool": {OPERATION: "execute_tool"},
    "retriever": {OPERATION: "retrieval"},
    "reranker": {KIND: "RERANKER"},
    "guardrail": {KIND: "GUARDRAIL"},
    "evaluator": {KIND: "EVALUATOR"},
    "prompt": {KIND: "PROMPT"},
    "span": {},
}
# The attribute that carries the span's own name as the thing it is.
NAMED: dict[str, str] = {"agent": AGENT_NAME, "tool": TOOL_NAME, "chain": WORKFLOW_NAME}
# Model parameters by the name that people use, all of OpenTelemetry.
PARAMETERS: dict[str, str] = {
    name: "gen_ai.request." + name
    for name in (
        "temperature", "top_p", "top_k", "max_tokens", "seed", "stop_sequences", "presence_penalty",
        "frequency_penalty", "stream",
    )
}  # fmt: skip


def start_attributes(name: str, span_type: str | None) -> dict[str, Any]:
    """The attributes a span of this type begins with; an unknown type is kept as OpenInference's kind."""
    if not span_type:
        return {}
    word = span_type.lower()
    found: dict[str, Any] = dict(TYPES[word]) if word in TYPES else {KIND: span_type.upper()}
    if word in NAMED:
        found[NAMED[word]] = name
    return found
