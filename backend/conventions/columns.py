"""What attribute names mean: each normalised column of `spans` and the attribute keys that can fill it, best first.

To teach Spanhouse a new convention, add its keys to the rows below: nothing else has to change. A present, non-empty
value of an earlier key wins over a later one. Sources: OpenTelemetry GenAI semantic conventions (current and older
names), OpenInference, OpenLLMetry (Traceloop).

Meaning of token columns: `input_tokens` counts all input, cached input too. Conventions that report cached input beside
the input instead of inside it are listed in CACHE_BESIDE_INPUT; for these the cached tokens are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Bumped when a change of this table or of sql.py changes the columns of spans already stored.
MAPPING_VERSION = 1

Kind = Literal["text", "lower", "int", "float", "seconds", "milliseconds", "list", "flag"]


@dataclass(frozen=True)
class Field:
    """One value to pick. `kind` says how its text is read:

    text as it is; lower in lower case; int whole number, -1 when not given; float number, -1 when not given;
    seconds and milliseconds become nanoseconds, -1 when not given; list a JSON array or a comma list; flag 1, 0 or -1.
    A key belongs to one field; `also` names the fields tried when none of its own keys is there. `inside` names
    the member to take when the value is a JSON object.
    """

    name: str
    kind: Kind
    keys: tuple[str, ...]
    also: tuple[str, ...] = ()
    inside: str = ""


FIELDS: tuple[Field, ...] = (
    # -- what ----------------------------------------------------------------------------------------------------------
    Field(
        "type_word",
        "lower",
        (
            "spanhouse.span.type",
            "openinference.span.kind",
            "langfuse.observation.type",
            "traceloop.span.kind",
        ),
    ),
    Field("error_attribute", "text", ("error.type", "exception.type")),
    Field("environment", "text", ("deployment.environment.name", "deployment.environment", "langfuse.environment")),
    Field("release", "text", ("service.version", "langfuse.release")),
    # -- model ---------------------------------------------------------------------------------------------------------
    Field("provider", "lower", ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system", "llm.vendor")),
    Field("operation", "lower", ("gen_ai.operation.name", "llm.request.type")),
    Field(
        "request_model",
        "text",
        ("gen_ai.request.model", "llm.request.model", "langfuse.observation.model.name"),
        also=("invoked_model", "model_name"),
    ),
    Field("response_model", "text", ("gen_ai.response.model", "llm.response.model"), also=("model_name",)),
    # OpenInference has one name for both, the response's; what was asked for is among the parameters.
    Field("invoked_model", "text", ("llm.invocation_parameters",), inside="model"),
    Field("model_name", "text", ("llm.model_name", "embedding.model_name", "reranker.model_name")),
    Field("response_id", "text", ("gen_ai.response.id", "llm.response.id")),
    Field(
        "finish_reasons",
        "list",
        (
            "gen_ai.response.finish_reasons",
            "llm.finish_reason",
            "gen_ai.completion.0.finish_reason",
            "llm.completions.0.finish_reason",
            "gen_ai.response.finish_reason",
        ),
    ),
    Field("temperature", "float", ("gen_ai.request.temperature", "llm.request.temperature", "llm.temperature")),
    Field("max_tokens", "int", ("gen_ai.request.max_tokens", "llm.request.max_tokens", "llm.max_tokens")),
    Field(
        "streaming",
        "flag",
        ("gen_ai.request.stream", "gen_ai.request.streaming", "llm.is_streaming", "gen_ai.is_streaming"),
    ),
    # -- usage ---------------------------------------------------------------------------------------------------------
    Field(
        "input_tokens",
        "int",
        (
            "gen_ai.usage.input_tokens",
            "llm.token_count.prompt",
            "gen_ai.usage.prompt_tokens",
            "llm.usage.prompt_tokens",
        ),
    ),
    Field(
        "output_tokens",
        "int",
        (
            "gen_ai.usage.output_tokens",
            "llm.token_count.completion",
            "gen_ai.usage.completion_tokens",
            "llm.usage.completion_tokens",
        ),
    ),
    Field(
        "cache_read_tokens",
        "int",
        (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
            "gen_ai.usage.cached_input_tokens",
            "gen_ai.usage.input_tokens.cached",
            "gen_ai.usage.details.cache_read_tokens",
        ),
    ),
    Field(
        "cache_write_tokens",
        "int",
        (
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
            "gen_ai.usage.details.cache_write_tokens",
        ),
    ),
    Field(
        "reasoning_tokens",
        "int",
        (
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning_tokens",
            "llm.token_count.completion_details.reasoning",
            "gen_ai.usage.output_tokens.reasoning",
            "gen_ai.usage.details.reasoning_tokens",
        ),
    ),
    Field("total_tokens", "int", ("gen_ai.usage.total_tokens", "llm.token_count.total", "llm.usage.total_tokens")),
    Field("reported_cost", "float", ("gen_ai.usage.cost", "llm.cost.total", "gen_ai.usage.total_cost")),
    Field(
        "ttft_seconds",
        "seconds",
        (
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.server.time_to_first_token",
            "gen_ai.response.time_to_first_token",
        ),
    ),
    Field("ttft_milliseconds", "milliseconds", ("llm.time_to_first_token_ms", "ai.response.msToFirstChunk")),
    # -- who -----------------------------------------------------------------------------------------------------------
    Field(
        "session_id",
        "text",
        ("session.id", "gen_ai.conversation.id", "traceloop.association.properties.session_id", "langfuse.session.id"),
    ),
    Field("user_id", "text", ("user.id", "enduser.id", "traceloop.association.properties.user_id", "langfuse.user.id")),
    Field(
        "tags", "list", ("spanhouse.tags", "tag.tags", "traceloop.association.properties.tags", "langfuse.trace.tags")
    ),
    Field("trace_name", "text", ("spanhouse.trace.name", "langfuse.trace.name", "traceloop.workflow.name")),
    # -- names ---------------------------------------------------------------------------------------------------------
    Field("tool_name", "text", ("gen_ai.tool.name", "tool.name", "mcp.tool.name")),
    Field("agent_name", "text", ("gen_ai.agent.name", "agent.name")),
    Field(
        "prompt_name",
        "text",
        (
            "gen_ai.prompt.name",
            "llm.prompt_template.name",
            "prompt.name",
            "traceloop.prompt.key",
            "langfuse.observation.prompt.name",
        ),
    ),
    Field(
        "prompt_version",
        "text",
        (
            "gen_ai.prompt.version",
            "llm.prompt_template.version",
            "prompt.version",
            "traceloop.prompt.version",
            "langfuse.observation.prompt.version",
        ),
    ),
    # -- content: the best candidate, as sent --------------------------------------------------------------------------
    Field(
        "input",
        "text",
        (
            "gen_ai.input.messages",
            "gen_ai.tool.call.arguments",
            "input.value",
            "langfuse.observation.input",
            "traceloop.entity.input",
            "gen_ai.prompt",
            # Indexed messages: the second is the person's when the first is the system prompt.
            "gen_ai.prompt.1.content",
            "gen_ai.prompt.0.content",
            "llm.prompts.0.content",
            "llm.input_messages.1.message.content",
            "llm.input_messages.0.message.content",
            "embedding.embeddings.0.embedding.text",
        ),
    ),
    Field(
        "output",
        "text",
        (
            "gen_ai.output.messages",
            "gen_ai.tool.call.result",
            "output.value",
            "langfuse.observation.output",
            "traceloop.entity.output",
            "gen_ai.completion",
            "gen_ai.completion.0.content",
            "llm.completions.0.content",
            "llm.output_messages.0.message.content",
        ),
    ),
)

# Picked from the resource; a span's own value wins.
RESOURCE_KEYS: dict[str, tuple[str, ...]] = {
    "service_name": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment"),
    "release": ("service.version",),
    "session_id": ("session.id",),
    "user_id": ("user.id",),
}

# A convention's word for what a span does -> the product's type. Unknown words are decided by INFERRED in sql.py.
TYPE_WORDS: dict[str, tuple[str, ...]] = {
    "llm": (
        "llm",
        "chat",
        "completion",
        "text_completion",
        "generate_content",
        "generation",
        "chat_completion",
        "responses",
    ),
    "embedding": ("embedding", "embeddings"),
    "agent": ("agent", "invoke_agent", "create_agent"),
    "chain": ("chain", "workflow", "task", "invoke_workflow"),
    "tool": ("tool", "execute_tool"),
    "retriever": ("retriever", "retrieval"),
    "reranker": ("reranker", "rerank"),
    "guardrail": ("guardrail",),
    "evaluator": ("evaluator", "evaluation", "evaluate"),
    "prompt": ("prompt",),
}

# Instrumentation scopes (name prefixes) whose input tokens leave cached input out.
CACHE_BESIDE_INPUT: tuple[str, ...] = ("langfuse-sdk",)
