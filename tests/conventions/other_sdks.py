"""Spans of SDKs by their published names; where each was looked up is in the comment above it."""

from __future__ import annotations

import json
from typing import Any

QUESTION, ANSWER = "Weather in Ulm?", "Sunny."
OPENAI_CALL = {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Ulm"}'}}
ASKED = json.dumps([{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}])

CALLS: dict[str, dict[str, Any]] = {
    # lmnr-ai/lmnr-python, src/lmnr/opentelemetry_lib/tracing/attributes.py
    "laminar": {
        "scope": "lmnr.tracer",
        "attributes": {
            "lmnr.span.type": "LLM",
            "lmnr.span.input": ASKED,
            "lmnr.span.output": json.dumps([{"role": "assistant", "content": ANSWER}]),
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 90,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.cache_read_input_tokens": 64,
            "lmnr.association.properties.session_id": "s1",
            "lmnr.association.properties.user_id": "u1",
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, 64),
            "answer": ANSWER,
            "session": "s1",
            "user": "u1",
        },
    },
    # openlit/openlit, sdk/python/src/openlit/semcov/__init__.py
    "openlit": {
        "scope": "openlit.otel.tracing",
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "az.ai.openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.request.user": "u1",
            "gen_ai.usage.input_tokens": 90,
            "gen_ai.usage.output_tokens": 7,
            "gen_ai.usage.cost": 0.5,
            "gen_ai.server.time_to_first_token": 0.25,
            "gen_ai.response.finish_reasons": ["stop"],
        },
        "events": [
            ("gen_ai.content.prompt", {"gen_ai.prompt": f"user: {QUESTION}"}),
            ("gen_ai.user.message", {"content": QUESTION}),
            ("gen_ai.content.completion", {"gen_ai.completion": ANSWER}),
        ],
        "reads": {
            "provider": "azure.ai.openai",
            "model": "gpt-4o",
            "usage": (90, 7, None),
            "answer": ANSWER,
            "user": "u1",
            "finish": ["stop"],
        },
    },
    # firebase/genkit, js/core/src/tracing/instrumentation.ts and js/ai/src/model.ts
    "genkit": {
        "scope": "genkit-tracer",
        "attributes": {
            "genkit:type": "action",
            "genkit:metadata:subtype": "model",
            "genkit:name": "googleai/gemini-2.5-flash",
            "genkit:sessionId": "s1",
            "genkit:input": {"messages": [{"role": "user", "content": [{"text": QUESTION}]}], "config": {}},
            "genkit:output": {
                "message": {
                    "role": "model",
                    "content": [{"toolRequest": {"name": "get_weather", "ref": "0", "input": {"city": "Ulm"}}}],
                },
                "finishReason": "stop",
                "usage": {"inputTokens": 90, "outputTokens": 7, "thoughtsTokens": 3, "cachedContentTokens": 64},
            },
        },
        "reads": {
            "provider": "gcp.gemini",
            "model": "googleai/gemini-2.5-flash",
            "usage": (90, 7, 64),
            "call": True,
            "session": "s1",
            "finish": ["stop"],
        },
    },
    # braintrustdata/braintrust-sdk-go, trace/internal; braintrust-sdk-ruby
    "braintrust": {
        "scope": "braintrust",
        "attributes": {
            "braintrust.span_attributes": {"type": "llm"},
            "braintrust.metadata": {"provider": "openai", "model": "gpt-4o", "session_id": "s1", "user_id": "u1"},
            "braintrust.input_json": ASKED,
            "braintrust.output_json": json.dumps(
                [
                    {
                        "index": 0,
                        "finish_reason": "tool_calls",
                        "message": {"role": "assistant", "tool_calls": [OPENAI_CALL]},
                    }
                ]
            ),
            "braintrust.metrics": {
                "prompt_tokens": 90,
                "completion_tokens": 7,
                "tokens": 97,
                "prompt_cached_tokens": 64,
                "time_to_first_token": 0.25,
            },
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, 64),
            "call": True,
            "session": "s1",
            "user": "u1",
            "finish": ["tool_calls"],
        },
    },
    # langwatch/langwatch, python-sdk and typescript-sdk: attributes and the wrapping of values
    "langwatch": {
        "scope": "langwatch",
        "attributes": {
            "langwatch.span.type": "llm",
            "gen_ai.request.model": "gpt-4o",
            "langwatch.input": {"type": "chat_messages", "value": json.loads(ASKED)},
            "langwatch.output": {"type": "text", "value": ANSWER},
            "langwatch.metrics": {"type": "json", "value": {"promptTokens": 90, "completionTokens": 7}},
            "langwatch.thread.id": "s1",
            "langwatch.user.id": "u1",
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, None),
            "answer": ANSWER,
            "session": "s1",
            "user": "u1",
        },
    },
    # Spring AI 1.0, DefaultChatModelObservationConvention
    "spring ai": {
        "scope": "org.springframework.boot",
        "attributes": {
            "gen_ai.operation.name": "chat",
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.model": "gpt-4o-2024-08-06",
            "gen_ai.response.finish_reasons": '["STOP"]',
            "gen_ai.usage.input_tokens": "90",
            "gen_ai.usage.output_tokens": "7",
            "gen_ai.usage.total_tokens": "97",
            "gen_ai.prompt": [QUESTION],
            "gen_ai.completion": [ANSWER],
            "spring.ai.chat.client.conversation.id": "s1",
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, None),
            "answer": ANSWER,
            "session": "s1",
            "finish": ["STOP"],
        },
    },
    # microsoft/semantic-kernel, ModelDiagnostics: events with the whole body in one attribute
    "semantic kernel": {
        "scope": "Microsoft.SemanticKernel.Diagnostics",
        "attributes": {
            "gen_ai.operation.name": "chat.completions",
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.response.prompt_tokens": 90,
            "gen_ai.response.completion_tokens": 7,
            "gen_ai.response.finish_reason": "Stop",
        },
        "events": [
            ("gen_ai.user.message", {"gen_ai.event.content": json.dumps({"role": "user", "content": QUESTION})}),
            (
                "gen_ai.choice",
                {"gen_ai.event.content": json.dumps({"index": 0, "message": {"role": "Assistant", "content": ANSWER}})},
            ),
        ],
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, None),
            "answer": ANSWER,
            "finish": ["Stop"],
        },
    },
    # vercel/ai, packages/ai/src/generate-text (versions 4 and 5): cached input of Anthropic is beside the input
    "vercel ai sdk 5": {
        "scope": "ai",
        "attributes": {
            "ai.operationId": "ai.streamText.doStream",
            "ai.model.id": "claude-sonnet-4-5",
            "ai.model.provider": "anthropic.messages",
            "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]),
            "ai.response.text": ANSWER,
            "ai.response.finishReason": "stop",
            "ai.response.msToFirstChunk": 250,
            "ai.usage.inputTokens": 26,
            "ai.usage.outputTokens": 7,
            "ai.usage.cachedInputTokens": 64,
            "ai.telemetry.metadata.sessionId": "s1",
            "ai.telemetry.metadata.userId": "u1",
        },
        "reads": {
            "provider": "anthropic",
            "model": "claude-sonnet-4-5",
            "usage": (90, 7, 64),
            "answer": ANSWER,
            "session": "s1",
            "user": "u1",
            "finish": ["stop"],
        },
    },
    # vercel/ai, version 6: cached input is part of the input
    "vercel ai sdk 6": {
        "scope": "ai",
        "attributes": {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.model.id": "claude-sonnet-4-5",
            "ai.model.provider": "anthropic.messages",
            "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": QUESTION}]}]),
            "ai.response.toolCalls": json.dumps(
                [{"toolCallId": "c1", "toolName": "get_weather", "input": '{"city":"Ulm"}'}]
            ),
            "ai.response.finishReason": "tool-calls",
            "ai.usage.inputTokens": 90,
            "ai.usage.outputTokens": 7,
            "ai.usage.inputTokenDetails.cacheReadTokens": 64,
            "ai.usage.cachedInputTokens": 64,
        },
        "reads": {
            "provider": "anthropic",
            "model": "claude-sonnet-4-5",
            "usage": (90, 7, 64),
            "call": True,
            "finish": ["tool-calls"],
        },
    },
    # deepset-ai/haystack, haystack/core/pipeline and dataclasses/chat_message.py
    "haystack": {
        "scope": "haystack",
        "attributes": {
            "haystack.component.name": "llm",
            "haystack.component.type": "OpenAIChatGenerator",
            "haystack.component.input": {"messages": [{"role": "user", "content": [{"text": QUESTION}]}]},
            "haystack.component.output": {
                "replies": [
                    {
                        "role": "assistant",
                        "content": [
                            {"tool_call": {"tool_name": "get_weather", "arguments": {"city": "Ulm"}, "id": "c1"}}
                        ],
                        "meta": {
                            "model": "gpt-4o-2024-08-06",
                            "finish_reason": "tool_calls",
                            "usage": {
                                "prompt_tokens": 90,
                                "completion_tokens": 7,
                                "prompt_tokens_details": {"cached_tokens": 64},
                            },
                        },
                    }
                ]
            },
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o-2024-08-06",
            "usage": (90, 7, 64),
            "call": True,
            "finish": ["tool_calls"],
        },
    },
    # Arize-ai/openinference: DSPy, Agno, CrewAI and LlamaIndex in TypeScript write these
    "openinference": {
        "scope": "openinference.instrumentation.agno",
        "attributes": {
            "openinference.span.kind": "LLM",
            "llm.provider": "anthropic",
            "llm.model_name": "claude-sonnet-4-5",
            "llm.input_messages.0.message.role": "user",
            "llm.input_messages.0.message.contents.0.message_content.type": "text",
            "llm.input_messages.0.message.contents.0.message_content.text": QUESTION,
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_weather",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"city": "Ulm"}',
            "llm.token_count.prompt": 90,
            "llm.token_count.completion": 7,
            "llm.token_count.prompt_details.cache_read": 64,
            "session.id": "s1",
            "user.id": "u1",
        },
        "reads": {
            "provider": "anthropic",
            "model": "claude-sonnet-4-5",
            "usage": (90, 7, 64),
            "call": True,
            "session": "s1",
            "user": "u1",
        },
    },
    # AgentOps-AI/agentops, agentops/semconv
    "agentops": {
        "scope": "agentops",
        "attributes": {
            "agentops.span.kind": "llm",
            "gen_ai.system": "openai",
            "gen_ai.request.model": "gpt-4o",
            "gen_ai.prompt.0.role": "user",
            "gen_ai.prompt.0.content": QUESTION,
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.tool_calls.0.id": "c1",
            "gen_ai.completion.0.tool_calls.0.name": "get_weather",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"city": "Ulm"}',
            "gen_ai.completion.0.finish_reason": "tool_calls",
            "gen_ai.usage.prompt_tokens": 90,
            "gen_ai.usage.completion_tokens": 7,
            "gen_ai.usage.cache_read_input_tokens": 64,
        },
        "reads": {
            "provider": "openai",
            "model": "gpt-4o",
            "usage": (90, 7, 64),
            "call": True,
            "finish": ["tool_calls"],
        },
    },
}
