/** The attribute names that are written: OpenTelemetry's, and OpenInference's where OpenTelemetry has none. */

import type { Attributes } from "@opentelemetry/api";

// OpenTelemetry
export const AGENT_NAME = "gen_ai.agent.name";
export const CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens";
export const CACHE_WRITE_TOKENS = "gen_ai.usage.cache_creation.input_tokens";
export const ERROR_TYPE = "error.type";
export const FINISH_REASONS = "gen_ai.response.finish_reasons";
export const INPUT_MESSAGES = "gen_ai.input.messages";
export const INPUT_TOKENS = "gen_ai.usage.input_tokens";
export const OPERATION = "gen_ai.operation.name";
export const OUTPUT_MESSAGES = "gen_ai.output.messages";
export const OUTPUT_TOKENS = "gen_ai.usage.output_tokens";
export const PROMPT_NAME = "gen_ai.prompt.name";
export const PROVIDER = "gen_ai.provider.name";
export const REASONING_TOKENS = "gen_ai.usage.reasoning.output_tokens";
export const REQUEST_MODEL = "gen_ai.request.model";
export const RESPONSE_ID = "gen_ai.response.id";
export const RESPONSE_MODEL = "gen_ai.response.model";
export const SESSION_ID = "session.id";
export const STREAM = "gen_ai.request.stream";
export const TIME_TO_FIRST = "gen_ai.response.time_to_first_chunk"; // seconds
export const TOOL_ARGUMENTS = "gen_ai.tool.call.arguments";
export const TOOL_NAME = "gen_ai.tool.name";
export const TOOL_RESULT = "gen_ai.tool.call.result";
export const USER_ID = "user.id";
export const WORKFLOW_NAME = "gen_ai.workflow.name";

// OpenInference, and names that several products share
export const COST = "gen_ai.usage.cost";
export const INPUT = "input.value";
export const INPUT_MIME = "input.mime_type";
export const KIND = "openinference.span.kind";
export const OUTPUT = "output.value";
export const OUTPUT_MIME = "output.mime_type";
export const PROMPT_VERSION = "gen_ai.prompt.version";
export const TAGS = "tag.tags";
export const TOTAL_TOKENS = "gen_ai.usage.total_tokens";

// Nobody else has a name for it.
export const TRACE_NAME = "spanhouse.trace.name";

export type SpanType =
  | "llm" | "embedding" | "agent" | "chain" | "tool" | "retriever"
  | "reranker" | "guardrail" | "evaluator" | "prompt" | "span";

/** What `type` may be, and the attributes that say so to any reader of OpenTelemetry. */
export const TYPES: Record<SpanType, Record<string, string>> = {
  llm: { [OPERATION]: "chat" },
  embedding: { [OPERATION]: "embeddings" },
  agent: { [OPERATION]: "invoke_agent" },
  chain: { [OPERATION]: "invoke_workflow" },
  tool: { [OPERATION]: "execute_tool" },
  retriever: { [OPERATION]: "retrieval" },
  reranker: { [KIND]: "RERANKER" },
  guardrail: { [KIND]: "GUARDRAIL" },
  evaluator: { [KIND]: "EVALUATOR" },
  prompt: { [KIND]: "PROMPT" },
  span: {},
};
/** The attribute that carries the span's own name as the thing it is. */
const NAMED: Record<string, string> = { agent: AGENT_NAME, tool: TOOL_NAME, chain: WORKFLOW_NAME };
/** Model parameters by the name that people use, all of OpenTelemetry. */
export const PARAMETERS: Record<string, string> = {
  temperature: "gen_ai.request.temperature",
  topP: "gen_ai.request.top_p",
  topK: "gen_ai.request.top_k",
  maxTokens: "gen_ai.request.max_tokens",
  seed: "gen_ai.request.seed",
  stopSequences: "gen_ai.request.stop_sequences",
  presencePenalty: "gen_ai.request.presence_penalty",
  frequencyPenalty: "gen_ai.request.frequency_penalty",
  stream: STREAM,
};

/** The attributes a span of this type begins with; an unknown type is kept as OpenInference's kind. */
export function startAttributes(name: string, type: string): Attributes {
  if (!type) return {};
  const known = Object.hasOwn(TYPES, type) ? TYPES[type as SpanType] : undefined;
  const found: Attributes = known ? { ...known } : { [KIND]: type.toUpperCase() };
  const own = Object.hasOwn(NAMED, type) ? NAMED[type] : undefined;
  if (own) found[own] = name;
  return found;
}

/** The type that a span was begun with. */
export function typeOf(attributes: Attributes): string {
  const operation = attributes[OPERATION];
  if (operation !== undefined) {
    for (const [type, found] of Object.entries(TYPES)) if (found[OPERATION] === operation) return type;
  }
  return String(attributes[KIND] ?? "").toLowerCase();
}
