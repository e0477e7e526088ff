"""What a call used: tokens, cost and time to the first token, and how conventions count cached input.

`input_tokens` counts all input, cached input too; `output_tokens` counts reasoning too. What the conventions say
differs: usage_rules.py tells it for each of them. Whatever the convention, cached input is beside the input when it is
larger than the input, or when the total given is the sum of input, output and cached input.
"""

from __future__ import annotations

from backend.conventions.field import CLAUDE_CODE, Field

# Attributes that are an object of token counts, as JSON or as Python prints it.
USAGE_OBJECTS: tuple[str, ...] = (
    "langfuse.observation.usage_details",
    "langfuse.observation.usage",
    "langsmith.metadata.usage_metadata",
    "gen_ai.usage.input_token_details",
    "gen_ai.usage.output_token_details",
    "mlflow.chat.tokenUsage",
    "metadata.usage_object",
    "llm.openai.usage",
    "llm.anthropic.usage",
    "braintrust.metrics",
    "langwatch.metrics",
    "genkit:metadata:usage",
)

FIELDS: tuple[Field, ...] = (
    Field(
        "input_tokens",
        "int",
        (
            "gen_ai.usage.input_tokens",
            "llm.token_count.prompt",
            "gen_ai.usage.prompt_tokens",
            "llm.usage.prompt_tokens",
            "ai.usage.inputTokens",
            "ai.usage.promptTokens",
            "ai.usage.tokens",
            "langwatch.usage.prompt_tokens",
            "genkit:metadata:inputTokens",
            "gen_ai.response.prompt_tokens",
        ),
        members=(
            "input_tokens",
            "prompt_tokens",
            "inputTokens",
            "promptTokens",
            "prompt_token_count",
            "promptTokenCount",
            "input",
        ),
        also=("bare_input_tokens",),
    ),
    Field(
        "output_tokens",
        "int",
        (
            "gen_ai.usage.output_tokens",
            "llm.token_count.completion",
            "gen_ai.usage.completion_tokens",
            "llm.usage.completion_tokens",
            "ai.usage.outputTokens",
            "ai.usage.completionTokens",
            "langwatch.usage.completion_tokens",
            "genkit:metadata:outputTokens",
            "gen_ai.response.completion_tokens",
        ),
        members=(
            "output_tokens",
            "completion_tokens",
            "outputTokens",
            "completionTokens",
            "candidates_token_count",
            "candidatesTokenCount",
            "output",
        ),
        also=("bare_output_tokens",),
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
            "gen_ai.usage.prompt_tokens_details.cached_tokens",
            "gen_ai.usage.cache_read_tokens",
            "gen_ai.usage.cached_tokens",
            "llm.usage.cache_read_input_tokens",
            "ai.usage.inputTokenDetails.cacheReadTokens",
            "ai.usage.cachedInputTokens",
        ),
        members=(
            "cache_read_input_tokens",
            "cached_tokens",
            "input_cache_read",
            "input_cached_tokens",
            "cache_read",
            "cached_input_tokens",
            "cacheReadTokens",
            "cacheReadInputTokens",
            "cachedInputTokens",
            "cached_content_token_count",
            "cachedContentTokenCount",
            "cachedContentTokens",
            "prompt_cached_tokens",
            "cache_read_tokens",
        ),
        also=("bare_cache_read_tokens",),
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
            "gen_ai.usage.cache_creation_tokens",
            "gen_ai.usage.cache_write_tokens",
            "llm.usage.cache_creation_input_tokens",
            "ai.usage.inputTokenDetails.cacheWriteTokens",
            "ai.usage.inputTokenDetails.cacheCreationTokens",
            "ai.usage.cacheCreationInputTokens",
            "ai.usage.cacheWriteInputTokens",
        ),
        members=(
            "cache_creation_input_tokens",
            "cache_write_tokens",
            "input_cache_creation",
            "cache_creation",
            "cache_creation_tokens",
            "cacheWriteTokens",
            "cacheWriteInputTokens",
            "prompt_cache_creation_tokens",
        ),
        also=("bare_cache_write_tokens",),
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
            "gen_ai.usage.completion_tokens_details.reasoning_tokens",
            "gen_ai.usage.thoughts_tokens",
            "llm.usage.reasoning_tokens",
            "ai.usage.outputTokenDetails.reasoningTokens",
            "ai.usage.reasoningTokens",
        ),
        members=(
            "reasoning_tokens",
            "output_reasoning",
            "reasoning",
            "output_reasoning_tokens",
            "reasoningTokens",
            "thoughts_token_count",
            "thoughtsTokenCount",
            "thoughtsTokens",
            "completion_reasoning_tokens",
        ),
    ),
    Field(
        "total_tokens",
        "int",
        (
            "gen_ai.usage.total_tokens",
            "llm.token_count.total",
            "llm.usage.total_tokens",
            "ai.usage.totalTokens",
        ),
        members=(
            "total_tokens",
            "totalTokens",
            "total_token_count",
            "totalTokenCount",
            "total",
            "tokens",
        ),
    ),
    Field(
        "reported_cost",
        "float",
        (
            "gen_ai.usage.cost",
            "llm.cost.total",
            "gen_ai.usage.total_cost",
            "gen_ai.cost.total_cost",
            "gen_ai.usage.total_cost_usd",
            "operation.cost",
            "gen_ai.usage.cost_usd",
            "langwatch.span.cost",
        ),
        also=("cost_total", "cost_total_cost"),
    ),
    Field(
        "ttft_seconds",
        "seconds",
        (
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.server.time_to_first_token",
            "gen_ai.response.time_to_first_token",
        ),
        members=("time_to_first_token",),
    ),
    Field(
        "ttft_milliseconds",
        "milliseconds",
        (
            "llm.time_to_first_token_ms",
            "ai.response.msToFirstChunk",
            "ai.stream.msToFirstChunk",
            "llm.timeToFirstToken",
            "ttft_ms",
        ),
        members=("first_token_ms",),
    ),
    Field("first_token_at", "name", ("langfuse.observation.completion_start_time",)),
    # Claude Code's own names; its cached input is beside the input.
    Field("bare_input_tokens", "int", ("input_tokens",), scopes=CLAUDE_CODE),
    Field("bare_output_tokens", "int", ("output_tokens",), scopes=CLAUDE_CODE),
    Field("bare_cache_read_tokens", "int", ("cache_read_tokens",), scopes=CLAUDE_CODE),
    Field("bare_cache_write_tokens", "int", ("cache_creation_tokens",), scopes=CLAUDE_CODE),
    Field("cost_object", "text", ("langfuse.observation.cost_details", "mlflow.llm.cost")),
    Field("cost_total", "float", of="cost_object", inside="total"),
    Field("cost_total_cost", "float", of="cost_object", inside="total_cost"),
)

# Cached input that is not part of the input: instrumentation scopes (name prefixes), members of USAGE_OBJECTS, and keys
# of cache_read_tokens with the beginnings of the providers for which that holds. Anthropic's own objects say
# BESIDE_OWN_INPUT with BESIDE_OWN_CACHED; others give the same names another meaning, so the provider must be told.
BESIDE_SCOPES: tuple[str, ...] = CLAUDE_CODE
BESIDE_MEMBERS: tuple[str, ...] = ("input",)
BESIDE_KEYS: dict[str, tuple[str, ...]] = {"ai.usage.cachedInputTokens": ("anthropic", "aws.bedrock")}
BESIDE_OWN_INPUT = "input_tokens"
BESIDE_OWN_CACHED: tuple[str, ...] = ("cache_read_input_tokens", "cache_creation_input_tokens")
BESIDE_OWN_PROVIDERS: tuple[str, ...] = ("anthropic", "bedrock", "aws.bedrock", "amazon")
