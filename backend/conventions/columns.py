"""What attribute names mean: each normalised column of `spans` and the attribute keys that can fill it, best first.

To teach Spanhouse a new convention, add its keys to the rows below: nothing else has to change. A present, non-empty
value of an earlier key wins over a later one. Sources: OpenTelemetry GenAI semantic conventions (current and older
names), OpenInference, OpenLLMetry (Traceloop), Langfuse, LangSmith, MLflow, Vercel AI SDK, Pydantic AI and Logfire,
LiteLLM, OpenLIT, Laminar, Google ADK, Genkit, Braintrust, LangWatch, AgentOps.

Meaning of token columns: `input_tokens` counts all input, cached input too; `output_tokens` counts reasoning too. What
the conventions say differs:

- cached input inside input: OpenTelemetry GenAI, OpenInference, OpenLLMetry, LangChain and LangSmith, LiteLLM, Pydantic
  AI, Google, MLflow, Vercel AI SDK 6 and later, OpenAI's own usage objects.
- cached input beside input: `input` of Langfuse's usage details (members of BESIDE_MEMBERS), Anthropic's own usage
  objects and Bedrock's, Vercel AI SDK 4 and 5 with Anthropic or Bedrock (keys of BESIDE_KEYS), Claude Code.

Whatever the convention, cached input is beside the input when it is larger than the input, or when the total given is
the sum of input, output and cached input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Bumped when a change of this table or of sql.py changes the columns of spans already stored.
MAPPING_VERSION = 2

Kind = Literal["text", "name", "lower", "int", "float", "seconds", "milliseconds", "list", "flag"]


@dataclass(frozen=True)
class Field:
    """One value to pick. `kind` says how its text is read:

    text as it is; name without JSON quotes; lower like name, in lower case; int whole number, -1 when not given; float
    number, -1 when not given; seconds and milliseconds become nanoseconds, -1 when not given; list a JSON array or a
    comma list; flag 1, 0 or -1.
    A key belongs to one field; `also` names the fields tried when none of its own keys is there. `inside` names the
    member to take when the value is a JSON object; with `of` it is a member of that field's value. `members` are names
    inside the objects of USAGE_OBJECTS, at any depth, tried after the keys. `scopes`: read only on spans of
    instrumentation scopes that begin so, for names too common to mean the same everywhere.
    """

    name: str
    kind: Kind
    keys: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    inside: str = ""
    of: str = ""
    members: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


MLFLOW = ("mlflow",)
CLAUDE_CODE = ("com.anthropic.claude_code",)

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
# Outputs that are the provider's whole reply, with its model, finish reason and usage; read on model calls only.
REPLIES: tuple[str, ...] = (
    "mlflow.spanOutputs",
    "langfuse.observation.output",
    "gen_ai.completion",
    "genkit:output",
)

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
            "langsmith.span.kind",
            "mlflow.spanType",
            "lmnr.span.type",
            "ai.operationId",
            "langwatch.span.type",
            "genkit:metadata:subtype",
            "genkit:type",
            "agentops.span.kind",
            "spring.ai.kind",
            "braintrust.span_attributes.type",
        ),
    ),
    Field(
        "error_attribute",
        "text",
        (
            "error.type",
            "exception.type",
        ),
    ),
    Field(
        "environment",
        "text",
        (
            "deployment.environment.name",
            "deployment.environment",
            "langfuse.environment",
            "gen_ai.environment",
        ),
    ),
    Field(
        "release",
        "text",
        (
            "service.version",
            "langfuse.release",
            "langfuse.version",
        ),
    ),
    # -- model ---------------------------------------------------------------------------------------------------------
    Field(
        "provider",
        "lower",
        (
            "gen_ai.provider.name",
            "gen_ai.system",
            "llm.provider",
            "llm.system",
            "llm.vendor",
            "ai.model.provider",
            "langfuse.observation.metadata.ls_provider",
            "langsmith.metadata.ls_provider",
            "mlflow.llm.provider",
            "mlflow.message.format",
            "genkit:metadata:provider",
            "agentops.llm.provider",
            "error.llm_provider",
        ),
        also=("metadata_provider",),
    ),
    Field("operation", "lower", ("gen_ai.operation.name", "llm.request.type")),
    Field(
        "request_model",
        "name",
        (
            "gen_ai.request.model",
            "llm.request.model",
            "langfuse.observation.metadata.ls_model_name",
            "ai.model.id",
            "langsmith.metadata.ls_model_name",
            "litellm.provider.model",
            "langwatch.request.model",
        ),
        also=("invoked_model", "mlflow_model", "model_name", "langfuse_model"),
    ),
    Field(
        "response_model",
        "name",
        (
            "gen_ai.response.model",
            "llm.response.model",
            "ai.response.model",
            "mlflow.llm.model",
            "llm.openai.model",
            "llm.anthropic.model",
        ),
        also=("reply_model", "model_name", "langfuse_model"),
    ),
    # OpenInference has one name for both, the response's; what was asked for is among the parameters.
    Field(
        "parameters",
        "text",
        ("llm.invocation_parameters", "embedding.invocation_parameters", "langfuse.observation.model.parameters"),
    ),
    Field("invoked_model", "text", of="parameters", inside="model"),
    Field("invoked_temperature", "float", of="parameters", inside="temperature"),
    Field("invoked_max_tokens", "int", of="parameters", inside="max_tokens"),
    Field("invoked_stream", "flag", of="parameters", inside="stream"),
    Field("model_name", "text", ("llm.model_name", "embedding.model_name", "reranker.model_name")),
    # Langfuse, too, has one name for both; its integrations put the answering model there.
    Field("langfuse_model", "name", ("langfuse.observation.model.name", "langfuse.observation.model")),
    # MLflow records the parameters of a call under their bare names.
    Field("mlflow_model", "name", ("model",), scopes=(*MLFLOW, *CLAUDE_CODE)),
    Field("mlflow_temperature", "float", ("temperature",), scopes=MLFLOW),
    Field("mlflow_max_tokens", "int", ("max_tokens", "max_completion_tokens", "max_output_tokens"), scopes=MLFLOW),
    Field("mlflow_stream", "flag", ("stream",), scopes=MLFLOW),
    Field("metadata", "text", ("metadata",)),
    Field("metadata_provider", "text", of="metadata", inside="ls_provider"),
    Field("metadata_session", "text", of="metadata", inside="session_id"),
    Field("metadata_thread", "text", of="metadata", inside="thread_id"),
    Field("metadata_user", "text", of="metadata", inside="user_id"),
    Field(
        "response_id",
        "text",
        (
            "gen_ai.response.id",
            "llm.response.id",
            "ai.response.id",
            "genkit:metadata:responseId",
        ),
        also=("reply_id",),
    ),
    Field(
        "finish_reasons",
        "list",
        (
            "gen_ai.response.finish_reasons",
            "llm.finish_reason",
            "gen_ai.completion.0.finish_reason",
            "llm.completions.0.finish_reason",
            "gen_ai.response.finish_reason",
            "ai.response.finishReason",
            "ai.finishReason",
            "langfuse.observation.metadata.finish_reason",
            "langsmith.metadata.finish_reason",
            "llm.openai.finish_reason",
            "llm.anthropic.stop_reason",
            "anthropic.message.stop_reason",
            "llm.response.stop_reason",
            "llm.response.finish_reason",
        ),
    ),
    Field(
        "temperature",
        "float",
        (
            "gen_ai.request.temperature",
            "llm.request.temperature",
            "llm.temperature",
            "ai.settings.temperature",
            "langsmith.metadata.ls_temperature",
            "langfuse.observation.metadata.ls_temperature",
        ),
        also=("invoked_temperature", "mlflow_temperature"),
    ),
    Field(
        "max_tokens",
        "int",
        (
            "gen_ai.request.max_tokens",
            "llm.request.max_tokens",
            "llm.max_tokens",
            "gen_ai.request.max_completion_tokens",
            "gen_ai.request.max_output_tokens",
            "ai.settings.maxOutputTokens",
            "ai.settings.maxTokens",
            "langsmith.metadata.ls_max_tokens",
            "langfuse.observation.metadata.ls_max_tokens",
        ),
        also=("invoked_max_tokens", "mlflow_max_tokens"),
    ),
    Field(
        "streaming",
        "flag",
        (
            "gen_ai.request.stream",
            "gen_ai.request.streaming",
            "llm.is_streaming",
            "gen_ai.is_streaming",
            "llm.request.streaming",
            "llm.request.stream",
            "langsmith.request.streaming",
            "gen_ai.request.is_stream",
        ),
        also=("invoked_stream", "mlflow_stream"),
    ),
    # Read from the recorded reply (REPLIES).
    Field("reply_model", "text"),
    Field("reply_id", "text"),
    # -- usage ---------------------------------------------------------------------------------------------------------
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
    # -- who -----------------------------------------------------------------------------------------------------------
    Field(
        "session_id",
        "text",
        (
            "session.id",
            "gen_ai.conversation.id",
            "traceloop.association.properties.session_id",
            "langfuse.session.id",
            "langfuse.trace.session_id",
            "langsmith.metadata.session_id",
            "langsmith.metadata.conversation_id",
            "langsmith.metadata.thread_id",
            "traceloop.association.properties.conversation_id",
            "traceloop.association.properties.thread_id",
            "ai.telemetry.metadata.sessionId",
            "ai.telemetry.metadata.session_id",
            "lmnr.association.properties.session_id",
            "gcp.vertex.agent.session_id",
            "mlflow.trace.session",
            "langwatch.thread.id",
            "genkit:sessionId",
            "metadata.session_id",
            "conversation.id",
            "conversation_id",
        ),
        also=("metadata_session", "metadata_thread"),
    ),
    Field(
        "user_id",
        "text",
        (
            "user.id",
            "enduser.id",
            "traceloop.association.properties.user_id",
            "langfuse.user.id",
            "langfuse.trace.user_id",
            "langsmith.metadata.user_id",
            "ai.telemetry.metadata.userId",
            "ai.telemetry.metadata.user_id",
            "lmnr.association.properties.user_id",
            "mlflow.trace.user",
            "langwatch.user.id",
            "llm.user",
            "gen_ai.request.user",
            "metadata.user_api_key_end_user_id",
            "metadata.user_id",
            "gcp.vertex.agent.user_id",
        ),
        also=("metadata_user",),
    ),
    Field(
        "tags",
        "list",
        (
            "spanhouse.tags",
            "tag.tags",
            "traceloop.association.properties.tags",
            "langfuse.trace.tags",
            "langfuse.tags",
            "langsmith.span.tags",
            "ai.telemetry.metadata.tags",
            "lmnr.association.properties.tags",
            "langwatch.tags",
            "logfire.tags",
        ),
    ),
    Field(
        "trace_name",
        "text",
        (
            "spanhouse.trace.name",
            "langfuse.trace.name",
            "traceloop.workflow.name",
            "ai.telemetry.functionId",
            "lmnr.association.properties.trace_name",
        ),
    ),
    # -- names ---------------------------------------------------------------------------------------------------------
    Field(
        "tool_name",
        "text",
        (
            "gen_ai.tool.name",
            "tool.name",
            "mcp.tool.name",
            "ai.toolCall.name",
            "mlflow.tool.name",
        ),
    ),
    Field(
        "agent_name",
        "text",
        (
            "gen_ai.agent.name",
            "agent.name",
            "agent_name",
            "gen_ai.agent",
            "langsmith.metadata.lc_agent_name",
            "langfuse.observation.metadata.lc_agent_name",
            "ai.telemetry.metadata.agentName",
        ),
    ),
    Field(
        "prompt_name",
        "text",
        (
            "gen_ai.prompt.name",
            "llm.prompt_template.name",
            "prompt.name",
            "traceloop.prompt.key",
            "langfuse.observation.prompt.name",
            "langfuse.prompt.name",
            "langfuse.trace.prompt.name",
            "langwatch.prompt.handle",
            "mlflow.prompt.name",
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
            "langfuse.prompt.version",
            "langwatch.prompt.version.number",
            "mlflow.prompt.version",
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
            "gen_ai.prompt.1.content",
            "gen_ai.prompt.0.content",
            "llm.prompts.0.content",
            "llm.input_messages.1.message.content",
            "llm.input_messages.0.message.content",
            "embedding.embeddings.0.embedding.text",
            "mlflow.spanInputs",
            "ai.prompt.messages",
            "ai.toolCall.args",
            "ai.toolCall.input",
            "ai.prompt",
            "ai.value",
            "ai.values",
            "lmnr.span.input",
            "gcp.vertex.agent.llm_request",
            "gcp.vertex.agent.tool_call_args",
            "pydantic_ai.all_messages",
            "all_messages_events",
            "tool_arguments",
            "request_data",
            "genkit:input",
            "braintrust.input_json",
            "braintrust.input",
            "langwatch.input",
            "agentops.entity.input",
            "gen_ai.tool.input",
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
            "mlflow.spanOutputs",
            "ai.response.text",
            "ai.toolCall.result",
            "ai.toolCall.output",
            "ai.response.object",
            "ai.response.toolCalls",
            "lmnr.span.output",
            "gcp.vertex.agent.llm_response",
            "gcp.vertex.agent.tool_response",
            "final_result",
            "tool_response",
            "response_data",
            "genkit:output",
            "braintrust.output_json",
            "braintrust.output",
            "langwatch.output",
            "agentops.entity.output",
            "gen_ai.tool.output",
        ),
    ),
)

# Picked from the resource; a span's own value wins.
RESOURCE_KEYS: dict[str, tuple[str, ...]] = {
    "service_name": ("service.name",),
    "environment": ("deployment.environment.name", "deployment.environment", "langfuse.environment"),
    "release": ("service.version", "langfuse.release"),
    "session_id": ("session.id",),
    "user_id": ("user.id",),
}

# A convention's word for what a span does -> the product's type. Unknown ones are left to type_expression in sql.py.
TYPE_WORDS: dict[str, tuple[str, ...]] = {
    "llm": (
        "llm",
        "chat",
        "completion",
        "text_completion",
        "generate_content",
        "generation",
        "chat_completion",
        "chat_model",
        "responses",
        "model",
        "messages",
        "message",
        "ai.generatetext.dogenerate",
        "ai.streamtext.dostream",
        "ai.generateobject.dogenerate",
        "ai.streamobject.dostream",
    ),
    "embedding": ("embedding", "embeddings", "embedder", "embed", "ai.embed.doembed", "ai.embedmany.doembed"),
    "agent": (
        "agent",
        "invoke_agent",
        "create_agent",
        # The AI SDK's outer spans run the loop of model calls and tools; its newer version calls them invoke_agent.
        "ai.generatetext",
        "ai.streamtext",
        "ai.generateobject",
        "ai.streamobject",
        "agent_run",
        "run_agent",
        "swarm",
    ),
    "chain": (
        "chain",
        "workflow",
        "task",
        "invoke_workflow",
        "parser",
        "runnable",
        "flow",
        "pipeline",
        "ai.embed",
        "ai.embedmany",
        "ai.rerank",
        "chat_client",
        "advisor",
    ),
    "tool": ("tool", "execute_tool", "function", "tool_call", "ai.toolcall", "tools/call", "mcp_tool", "tool.call"),
    "retriever": ("retriever", "retrieval", "retrieve", "vector_store", "vectordb", "search"),
    "reranker": ("reranker", "rerank", "ai.rerank.dorerank"),
    "guardrail": ("guardrail", "guardrails", "guard"),
    "evaluator": ("evaluator", "evaluation", "evaluate", "human_evaluator", "scorer", "score"),
    "prompt": ("prompt", "prompt_template"),
}

# Words for a provider that mean another, and names of frameworks, which provide no model ("" = not told).
PROVIDER_WORDS: dict[str, tuple[str, ...]] = {
    "openai": ("openai.chat", "openai.responses", "openai.completion", "openai.embedding", "openai.embeddings"),
    "anthropic": ("anthropic.messages", "claude", "chatanthropic"),
    "gcp.gemini": ("google.generative-ai", "google.generative-ai.chat", "google_genai", "google-genai"),
    "gcp.vertex_ai": ("google.vertex.chat", "google.vertex", "google_vertexai"),
    "aws.bedrock": ("amazon-bedrock", "amazon_bedrock", "bedrock", "bedrock_converse"),
    "azure.ai.openai": ("azure-openai.chat", "azure-openai.responses", "azure.chat", "azure_openai"),
    "mistral_ai": ("mistral.chat", "mistral.embedding", "mistralai"),
    "cohere": ("cohere.chat", "cohere.textembedding"),
    "groq": ("groq.chat",),
    "x_ai": ("xai.chat", "xai"),
    "deepseek": ("deepseek.chat",),
    "": (
        "strands-agents",
        "langchain",
        "langgraph",
        "crewai",
        "autogen",
        "ag2",
        "llama_index",
        "llamaindex",
        "haystack",
        "agno",
        "openai_agents",
        "pydantic-ai",
        "pydantic_ai",
        "smolagents",
        "semantic_kernel",
        "spring_ai",
        "litellm",
        "dspy",
        "mem0",
        "vercel",
        "_other",
        "unknown",
        "none",
    ),
}

# The provider of a model call that names none, by how the model's name begins.
PROVIDER_OF_MODEL: dict[str, str] = {
    "gpt-": "openai",
    "chat": "openai",
    "o1": "openai",
    "o1-m": "openai",
    "o1-p": "openai",
    "o3": "openai",
    "o3-m": "openai",
    "o3-p": "openai",
    "o4-m": "openai",
    "text": "openai",
    "open": "openai",
    "clau": "anthropic",
    "anth": "anthropic",
    "gemi": "gcp.gemini",
}

# Cached input that is not part of the input: instrumentation scopes (name prefixes), members of USAGE_OBJECTS, and keys
# of cache_read_tokens with the beginnings of the providers for which that holds.
BESIDE_SCOPES: tuple[str, ...] = CLAUDE_CODE
BESIDE_MEMBERS: tuple[str, ...] = ("input",)
BESIDE_KEYS: dict[str, tuple[str, ...]] = {"ai.usage.cachedInputTokens": ("anthropic", "aws.bedrock")}

# Scopes that name no answering model, of providers whose models answer under the name that was asked for.
ANSWERS_AS_ASKED: tuple[str, ...] = ("gcp.vertex.agent",)

# Events that mark the first piece of a streamed answer.
FIRST_CHUNK_EVENTS: tuple[str, ...] = (
    "First Token Stream Event",
    "llm.content.completion.chunk",
    "gen_ai.content.completion.chunk",
    "ai.stream.firstChunk",
    "mlflow.chunk.item.0",
)
