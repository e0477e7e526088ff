"""Whether a convention counts cached input inside its input or beside it: told for people, and held by a test.

What decides is in fields/usage.py (BESIDE_…); docs/conventions.md shows these rows, and a test stores a span for each.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UsageRule:
    """`input` and `cached` are attribute keys, or `key → member` of an attribute that is an object.

    `beside`: cached input is not part of the input, so it is added. `given`: what else the span must say.
    """

    convention: str
    input: str
    cached: str
    beside: bool = False
    given: tuple[tuple[str, str], ...] = ()
    scope: str = ""


RULES: tuple[UsageRule, ...] = (
    UsageRule(
        "OpenTelemetry GenAI, Google ADK and genai, LiteLLM, Vercel AI SDK 7",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
    ),
    UsageRule(
        "OpenLLMetry, OpenLIT, Laminar, AgentOps",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.cache_read_input_tokens",
    ),
    UsageRule("OpenInference (Phoenix)", "llm.token_count.prompt", "llm.token_count.prompt_details.cache_read"),
    UsageRule("Pydantic AI, Logfire", "gen_ai.usage.input_tokens", "gen_ai.usage.details.cache_read_tokens"),
    UsageRule("LangSmith", "gen_ai.usage.input_tokens", "gen_ai.usage.input_token_details → cache_read"),
    UsageRule(
        "Langfuse, its own words",
        "langfuse.observation.usage_details → input",
        "langfuse.observation.usage_details → input_cache_read",
        beside=True,
    ),
    UsageRule(
        "Langfuse, OpenAI's words",
        "langfuse.observation.usage_details → prompt_tokens",
        "langfuse.observation.usage_details → cached_tokens",
    ),
    UsageRule(
        "MLflow",
        "mlflow.chat.tokenUsage → input_tokens",
        "mlflow.chat.tokenUsage → cache_read_input_tokens",
        given=(("mlflow.message.format", '"openai"'),),
    ),
    UsageRule(
        "MLflow with Anthropic or Bedrock; their own usage objects",
        "mlflow.chat.tokenUsage → input_tokens",
        "mlflow.chat.tokenUsage → cache_read_input_tokens",
        beside=True,
        given=(("mlflow.message.format", '"anthropic"'),),
    ),
    UsageRule("Vercel AI SDK 6", "ai.usage.inputTokens", "ai.usage.inputTokenDetails.cacheReadTokens"),
    UsageRule("Vercel AI SDK 4 and 5", "ai.usage.inputTokens", "ai.usage.cachedInputTokens"),
    UsageRule(
        "Vercel AI SDK 4 and 5 with Anthropic or Bedrock",
        "ai.usage.inputTokens",
        "ai.usage.cachedInputTokens",
        beside=True,
        given=(("ai.model.provider", "anthropic.messages"),),
    ),
    UsageRule("Braintrust", "braintrust.metrics → prompt_tokens", "braintrust.metrics → prompt_cached_tokens"),
    UsageRule(
        "Genkit",
        "genkit:output → usage.inputTokens",
        "genkit:output → usage.cachedContentTokens",
        given=(("genkit:metadata:subtype", "model"),),
    ),
    UsageRule(
        "Claude Code", "input_tokens", "cache_read_tokens", beside=True, scope="com.anthropic.claude_code.tracing"
    ),
)


@dataclass(frozen=True)
class AudioRule:
    """Where a convention says how much of its input and of its output is audio, and whether those count it already."""

    convention: str
    input: str
    audio_input: str
    output: str
    audio_output: str
    beside: bool = False


AUDIO_RULES: tuple[AudioRule, ...] = (
    AudioRule(
        "OpenTelemetry GenAI",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.audio.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.audio.output_tokens",
    ),
    AudioRule(
        "OpenInference (Phoenix)",
        "llm.token_count.prompt",
        "llm.token_count.prompt_details.audio",
        "llm.token_count.completion",
        "llm.token_count.completion_details.audio",
    ),
    AudioRule(
        "Pydantic AI, Logfire",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.details.input_audio_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.details.output_audio_tokens",
    ),
    AudioRule(
        "LiveKit",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.input_audio_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.output_audio_tokens",
    ),
    AudioRule(
        "LangSmith",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.input_token_details → audio",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.output_token_details → audio",
    ),
    AudioRule(
        "LangChain's usage metadata",
        "langsmith.metadata.usage_metadata → input_tokens",
        "langsmith.metadata.usage_metadata → input_token_details.audio",
        "langsmith.metadata.usage_metadata → output_tokens",
        "langsmith.metadata.usage_metadata → output_token_details.audio",
    ),
    AudioRule(
        "Langfuse, its own words",
        "langfuse.observation.usage_details → input",
        "langfuse.observation.usage_details → input_audio",
        "langfuse.observation.usage_details → output",
        "langfuse.observation.usage_details → output_audio",
        beside=True,
    ),
    AudioRule(
        "OpenAI's usage objects",
        "langfuse.observation.usage_details → prompt_tokens",
        "langfuse.observation.usage_details → prompt_tokens_details.audio_tokens",
        "langfuse.observation.usage_details → completion_tokens",
        "langfuse.observation.usage_details → completion_tokens_details.audio_tokens",
    ),
    AudioRule(
        "OpenAI's Responses and Realtime usage objects",
        "llm.openai.usage → input_tokens",
        "llm.openai.usage → input_token_details.audio_tokens",
        "llm.openai.usage → output_tokens",
        "llm.openai.usage → output_token_details.audio_tokens",
    ),
    AudioRule(
        "Braintrust",
        "braintrust.metrics → prompt_tokens",
        "braintrust.metrics → prompt_audio_tokens",
        "braintrust.metrics → completion_tokens",
        "braintrust.metrics → completion_audio_tokens",
    ),
)

# How the rest of the numbers come about; shown below the table.
NOTES: tuple[str, ...] = (
    "In every convention, cached input stands beside the input when it is larger or the total sent is the sum of all.",
    "`cache_write_tokens` is counted like `cache_read_tokens`: inside the input, or added to it.",
    (
        "`output_tokens` counts reasoning too; `reasoning_tokens` tells how many. What a sender counts beside it stays "
        "so; but Langfuse's own words add up, unless the total sent is the sum without reasoning and audio."
    ),
    (
        "Google's lists of tokens by modality count as audio what they say of `AUDIO`. How much of the cached input "
        "was audio is not kept: all cached input has one price."
    ),
    "Audio and reasoning cost what the price list says of them; without such a price, what text costs.",
    "`total_tokens` is what was sent; when nothing was, a page shows input + output.",
    "A number in an attribute of its own wins over one inside an object, and that over one in the recorded reply.",
    (
        "Of one trace, only the deepest span that made a call counts, and two spans with one response id are one call "
        "([decision 0006](decisions/0006-what-counts-in-a-total.md))."
    ),
    "A reported cost wins over one worked out from prices.",
)
