"""How to send the first trace: code a person can copy, one piece per SDK, to be filled with address and key.

`[[endpoint]]` is the address of the traces receiver, `[[base]]` the same without /v1/traces, `[[key]]` and `[[public]]`
the two halves of an API key. A line with a key is left out where none is needed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Snippet:
    """`needs_key`: the SDK does not start without one, even where the receiver would take spans without."""

    id: str
    label: str
    about: str
    install: str
    code: str
    needs_key: bool = False


_PROVIDER = """\
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
"""
_EXPORT = """
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
    endpoint="[[endpoint]]",
    headers={"Authorization": "Bearer [[key]]"},
)))
"""
_OTEL = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
_NODE_SDK = """\
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
"""
_NODE_EXPORT = """
const sdk = new NodeSDK({
  serviceName: "my-app",
  traceExporter: new OTLPTraceExporter({
    url: "[[endpoint]]",
    headers: { Authorization: "Bearer [[key]]" },
  }),
});
sdk.start();
"""

SPANHOUSE = Snippet(
    "spanhouse",
    "Spanhouse",
    "Spanhouse's own SDK, from a checkout of Spanhouse. Sends two spans at once, no model needed.",
    "pip install ./sdk/python",
    """\
import spanhouse

spanhouse.init(
    endpoint="[[base]]",
    api_key="[[key]]",
)


@spanhouse.observe(type="agent")
def answer(question: str) -> str:
    with spanhouse.span("chat", type="llm", input=question) as s:
        s.set_model("gpt-4o-mini", provider="openai")
        s.set_output("Paris")
    return "Paris"


answer("What is the capital of France?")
""",
)
SPANHOUSE_TS = Snippet(
    "spanhouse-ts",
    "Spanhouse (TypeScript)",
    "Spanhouse's own SDK for Node, packed in a checkout of Spanhouse. Sends two spans at once, no model needed.",
    "npm install ./sdk/typescript/spanhouse-0.1.0.tgz",
    """\
import * as spanhouse from "spanhouse";

spanhouse.init({
  endpoint: "[[base]]",
  apiKey: "[[key]]",
});

const answer = spanhouse.observe(
  (question) =>
    spanhouse.span("chat", { type: "llm", input: question }, async (s) => {
      s.setModel("gpt-4o-mini", { provider: "openai" });
      s.setOutput("Paris");
      return "Paris";
    }),
  { name: "answer", type: "agent" },
);

await answer("What is the capital of France?");
await spanhouse.flush();
""",
)
PYTHON = Snippet(
    "python",
    "Python",
    "OpenTelemetry alone: you write the spans. Sends one at once, no model needed.",
    f"pip install {_OTEL}",
    "from opentelemetry import trace\n"
    + _PROVIDER
    + _EXPORT
    + """\
trace.set_tracer_provider(provider)

with trace.get_tracer("my-app").start_as_current_span("hello") as span:
    span.set_attribute("gen_ai.operation.name", "chat")
    span.set_attribute("gen_ai.request.model", "gpt-4o-mini")
provider.shutdown()
""",
)
OPENAI = Snippet(
    "openai",
    "OpenAI",
    "OpenInference records every call of the OpenAI client; Anthropic, Bedrock and others have a package each.",
    f"pip install openai openinference-instrumentation-openai {_OTEL}",
    "from openai import OpenAI\nfrom openinference.instrumentation.openai import OpenAIInstrumentor\n"
    + _PROVIDER
    + _EXPORT
    + """\
OpenAIInstrumentor().instrument(tracer_provider=provider)

print(OpenAI().chat.completions.create(
    model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
).choices[0].message.content)
provider.shutdown()
""",
)
LANGCHAIN = Snippet(
    "langchain",
    "LangChain",
    "Chains, agents, tools and retrievers, LangGraph too, recorded by OpenInference.",
    f"pip install langchain langchain-openai openinference-instrumentation-langchain {_OTEL}",
    "from langchain_openai import ChatOpenAI\n"
    "from openinference.instrumentation.langchain import LangChainInstrumentor\n"
    + _PROVIDER
    + _EXPORT
    + """\
LangChainInstrumentor().instrument(tracer_provider=provider)

print(ChatOpenAI(model="gpt-4o-mini").invoke("Say hello.").content)
provider.shutdown()
""",
)
LLAMA_INDEX = Snippet(
    "llama-index",
    "LlamaIndex",
    "Queries, retrieval, embeddings and agents, recorded by OpenInference.",
    f"pip install llama-index openinference-instrumentation-llama-index {_OTEL}",
    "from llama_index.llms.openai import OpenAI\n"
    "from openinference.instrumentation.llama_index import LlamaIndexInstrumentor\n"
    + _PROVIDER
    + _EXPORT
    + """\
LlamaIndexInstrumentor().instrument(tracer_provider=provider)

print(OpenAI(model="gpt-4o-mini").complete("Say hello."))
provider.shutdown()
""",
)
NODE = Snippet(
    "node",
    "Node.js",
    "OpenTelemetry for Node.js and TypeScript: you write the spans. Save it as hello.mjs.",
    "npm install @opentelemetry/api @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto",
    'import { trace } from "@opentelemetry/api";\n'
    + _NODE_SDK
    + _NODE_EXPORT
    + """
trace.getTracer("my-app").startActiveSpan("hello", (span) => {
  span.setAttributes({ "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini" });
  span.end();
});
await sdk.shutdown();
""",
)
AI_SDK = Snippet(
    "ai-sdk",
    "Vercel AI",
    "Version 7 registers once. Versions 4 to 6 have no registerTelemetry: there each call says experimental_telemetry.",
    "npm install ai @ai-sdk/openai @ai-sdk/otel @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto",
    'import { openai } from "@ai-sdk/openai";\nimport { OpenTelemetry } from "@ai-sdk/otel";\n'
    + _NODE_SDK
    + 'import { generateText, registerTelemetry } from "ai";\n'
    + _NODE_EXPORT
    + """\
registerTelemetry(new OpenTelemetry());

const { text } = await generateText({
  model: openai("gpt-4o-mini"),
  prompt: "Say hello.",
  // before version 7: experimental_telemetry: { isEnabled: true },
});
console.log(text);
await sdk.shutdown();
""",
)
LANGFUSE = Snippet(
    "langfuse",
    "Langfuse",
    "An application that already uses Langfuse: address and keys, no other change. Older SDKs read LANGFUSE_HOST.",
    "pip install langfuse openai",
    """\
import os

os.environ["LANGFUSE_BASE_URL"] = "[[base]]"
os.environ["LANGFUSE_HOST"] = "[[base]]"
os.environ["LANGFUSE_PUBLIC_KEY"] = "[[public]]"
os.environ["LANGFUSE_SECRET_KEY"] = "[[key]]"

from langfuse import get_client, observe


@observe()
def hello(name):
    return f"Hello, {name}."


print(hello("Spanhouse"))
get_client().flush()
""",
    needs_key=True,
)
OPENLLMETRY = Snippet(
    "openllmetry",
    "OpenLLMetry",
    "Traceloop's SDK records model clients, frameworks and vector databases by itself.",
    "pip install traceloop-sdk openai",
    """\
from openai import OpenAI
from traceloop.sdk import Traceloop

Traceloop.init(
    app_name="my-app",
    api_endpoint="[[base]]",
    api_key="[[key]]",
    disable_batch=True,
)

print(OpenAI().chat.completions.create(
    model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
).choices[0].message.content)
""",
)
PYDANTIC_AI = Snippet(
    "pydantic-ai",
    "Pydantic AI",
    "Logfire's SDK sends to any OpenTelemetry address; nothing goes to Logfire.",
    'pip install logfire "pydantic-ai-slim[openai]"',
    """\
import os

import logfire
from pydantic_ai import Agent

os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "[[base]]"
os.environ["OTEL_EXPORTER_OTLP_HEADERS"] = "Authorization=Bearer%20[[key]]"
logfire.configure(send_to_logfire=False, service_name="my-app")
logfire.instrument_pydantic_ai()

print(Agent("openai:gpt-4o-mini").run_sync("Say hello.").output)
""",
)
VARIABLES = Snippet(
    "variables",
    "Variables",
    "For an application that has OpenTelemetry already, in any language: it needs no other change.",
    "",
    """\
export OTEL_EXPORTER_OTLP_ENDPOINT="[[base]]"
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20[[key]]"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_SERVICE_NAME="my-app"
""",
)
CURL = Snippet(
    "curl",
    "cURL",
    "One span as OTLP JSON, to see that the way is free.",
    "",
    """\
curl -X POST '[[endpoint]]' \\
  -H 'Authorization: Bearer [[key]]' \\
  -H 'Content-Type: application/json' \\
  -d '{"resourceSpans":[{"scopeSpans":[{"spans":[{
        "traceId":"'"$(openssl rand -hex 16)"'","spanId":"'"$(openssl rand -hex 8)"'","name":"hello",
        "startTimeUnixNano":"'"$(date +%s)"'000000000","endTimeUnixNano":"'"$(date +%s)"'400000000"}]}]}]}'
""",
)

SNIPPETS: tuple[Snippet, ...] = (
    SPANHOUSE, SPANHOUSE_TS, PYTHON, OPENAI, LANGCHAIN, LLAMA_INDEX, NODE, AI_SDK, LANGFUSE, OPENLLMETRY, PYDANTIC_AI,
    VARIABLES, CURL,
)  # fmt: skip


def filled(snippet: Snippet, *, base: str, key: str, public: str) -> str:
    """The code with address and key in it; an empty key leaves its lines out."""
    lines = snippet.code.splitlines()
    if not key:
        lines = [line for line in lines if "[[key]]" not in line]
    code = "\n".join(lines)
    for name, value in (("endpoint", f"{base}/v1/traces"), ("base", base), ("key", key), ("public", public)):
        code = code.replace(f"[[{name}]]", value)
    return code
