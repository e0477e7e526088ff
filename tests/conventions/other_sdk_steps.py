"""Steps that call no model, of SDKs that nobody recorded: tools, retrievers, flows, by their published names."""

from __future__ import annotations

from typing import Any

QUESTION, ANSWER = "Weather in Ulm?", "Sunny."

OTHERS: dict[str, dict[str, Any]] = {
    "spring ai tool": {
        "scope": "org.springframework.boot",
        "attributes": {
            "spring.ai.kind": "tool_call",
            "gen_ai.operation.name": "framework",
            "spring.ai.tool.definition.name": "get_weather",
            "spring.ai.tool.call.arguments": '{"city": "Ulm"}',
            "spring.ai.tool.call.result": '"Sunny."',
        },
        "reads": {"type": "tool", "tool": ("get_weather", {"city": "Ulm"}, ANSWER)},
    },
    "genkit tool": {
        "scope": "genkit-tracer",
        "attributes": {
            "genkit:metadata:subtype": "tool",
            "genkit:name": "get_weather",
            "genkit:input": {"city": "Ulm"},
            "genkit:output": '"Sunny."',
        },
        "reads": {"type": "tool", "tool": ("get_weather", {"city": "Ulm"}, ANSWER)},
    },
    "openllmetry tool": {
        "scope": "opentelemetry.instrumentation.crewai",
        "attributes": {
            "traceloop.span.kind": "tool",
            "traceloop.entity.name": "get_weather",
            "traceloop.entity.input": '{"city": "Ulm"}',
            "traceloop.entity.output": '"Sunny."',
        },
        "reads": {"type": "tool", "tool": ("get_weather", {"city": "Ulm"}, ANSWER)},
    },
    "openlit tool": {
        "scope": "openlit",
        "attributes": {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": "get_weather",
            "gen_ai.tool.args": '{"city": "Ulm"}',
            "gen_ai.tool.call.result": ANSWER,
        },
        "reads": {"type": "tool", "tool": ("get_weather", {"city": "Ulm"}, ANSWER)},
    },
    "braintrust tool": {
        "scope": "braintrust",
        "name": "get_weather",
        "attributes": {
            "braintrust.span_attributes": {"type": "tool"},
            "braintrust.input_json": '{"city": "Ulm"}',
            "braintrust.output_json": '"Sunny."',
        },
        "reads": {"type": "tool", "tool": ("get_weather", {"city": "Ulm"}, ANSWER)},
    },
    "langwatch rag": {
        "scope": "langwatch",
        "attributes": {
            "langwatch.span.type": "rag",
            "langwatch.rag.contexts": '[{"document_id": "d1", "content": "Ulm lies on the Danube."}]',
        },
        "reads": {"type": "retriever", "documents": [("Ulm lies on the Danube.", None)]},
    },
    "spring ai vector store": {
        "scope": "org.springframework.boot",
        "attributes": {
            "spring.ai.kind": "vector_store",
            "db.operation.name": "query",
            "db.vector.query.content": QUESTION,
            "db.vector.query.response.documents": '[{"id": "d1", "text": "Ulm lies on the Danube.", "score": 0.75}]',
        },
        "reads": {"type": "retriever", "documents": [("Ulm lies on the Danube.", 0.75)]},
    },
    "haystack retriever": {
        "scope": "haystack",
        "attributes": {
            "haystack.component.type": "InMemoryBM25Retriever",
            "haystack.component.input": {"query": QUESTION},
            "haystack.component.output": {
                "documents": [{"id": "d1", "content": "Ulm lies on the Danube.", "score": 0.75}]
            },
        },
        "reads": {"type": "retriever", "documents": [("Ulm lies on the Danube.", 0.75)]},
    },
    "genkit flow": {
        "scope": "genkit-tracer",
        "attributes": {"genkit:type": "action", "genkit:metadata:subtype": "flow", "genkit:name": "answer"},
        "reads": {"type": "chain"},
    },
    "mastra agent": {
        "scope": "@mastra/otel",
        "attributes": {"mastra.span.type": "agent_run"},
        "reads": {"type": "agent"},
    },
    "a plain call of a service": {
        "scope": "opentelemetry.instrumentation.httpx",
        "attributes": {"http.request.method": "GET", "url.full": "https://x.example/model", "user_id": "u1"},
        "reads": {"type": "span"},
    },
}
