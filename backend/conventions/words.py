"""Words of the conventions that stand for one of ours: types, providers, events."""

from __future__ import annotations

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

# The provider of a model call that names none, by the first 4 or 16 characters of the model's name. Only beginnings
# that nobody else uses: a wrong provider is a wrong price.
PROVIDER_OF_MODEL: dict[str, str] = {
    "gpt-": "openai",
    "o1": "openai",
    "o1-m": "openai",
    "o1-p": "openai",
    "o3": "openai",
    "o3-m": "openai",
    "o3-p": "openai",
    "o4-m": "openai",
    "text-embedding-3": "openai",
    "text-embedding-a": "openai",
    "clau": "anthropic",
    "gemi": "gcp.gemini",
}

# Events that mark the first piece of a streamed answer.
FIRST_CHUNK_EVENTS: tuple[str, ...] = (
    "First Token Stream Event",
    "llm.content.completion.chunk",
    "gen_ai.content.completion.chunk",
    "ai.stream.firstChunk",
    "mlflow.chunk.item.0",
)
