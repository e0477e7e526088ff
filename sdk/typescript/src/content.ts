/** Which attributes an input, an output or a usage becomes, by the type of the span. */

import type { Attributes } from "@opentelemetry/api";

import { asMessages } from "./messages.js";
import * as names from "./names.js";
import { plain, toText } from "./values.js";

export const JSON_TYPE = "application/json";
const CHATS = ["llm", "agent"];

export function inputOf(type: string, value: unknown, limit: number): Attributes {
  if (type === "tool") return { [names.TOOL_ARGUMENTS]: toText(value, limit) };
  const found = CHATS.includes(type) ? messages(value, "user", limit) : undefined;
  if (found !== undefined) return { [names.INPUT_MESSAGES]: found };
  return generic(names.INPUT, names.INPUT_MIME, value, limit);
}

export function outputOf(type: string, value: unknown, limit: number): Attributes {
  if (type === "tool") return { [names.TOOL_RESULT]: toText(value, limit) };
  const found = CHATS.includes(type) ? messages(value, "assistant", limit) : undefined;
  if (found !== undefined) return { [names.OUTPUT_MESSAGES]: found };
  return generic(names.OUTPUT, names.OUTPUT_MIME, value, limit);
}

function generic(key: string, mimeKey: string, value: unknown, limit: number): Attributes {
  const text = toText(value, limit);
  return typeof value === "string" ? { [key]: text } : { [key]: text, [mimeKey]: JSON_TYPE };
}

/** A stream's output, of items that are JSON already. */
export function listOf(items: string[]): Attributes {
  return { [names.OUTPUT]: `[${items.join(", ")}]`, [names.OUTPUT_MIME]: JSON_TYPE };
}

function messages(value: unknown, role: string, limit: number): string | undefined {
  const found = asMessages(plain(value, limit), role);
  return found === undefined ? undefined : JSON.stringify(found);
}

/** Numbers of tokens. `inputTokens` counts cached input, too. `cost` is in dollars. */
export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  cacheReadTokens?: number;
  cacheWriteTokens?: number;
  reasoningTokens?: number;
  totalTokens?: number;
  cost?: number;
}

const USAGE: Record<string, string> = {
  inputTokens: names.INPUT_TOKENS,
  outputTokens: names.OUTPUT_TOKENS,
  cacheReadTokens: names.CACHE_READ_TOKENS,
  cacheWriteTokens: names.CACHE_WRITE_TOKENS,
  reasoningTokens: names.REASONING_TOKENS,
  totalTokens: names.TOTAL_TOKENS,
};
/** The providers' own usage objects: our name <- theirs, a dot goes one level down. */
const THEIRS: Record<string, string[]> = {
  inputTokens: ["input_tokens", "prompt_tokens", "promptTokenCount", "promptTokens"],
  outputTokens: ["output_tokens", "completion_tokens", "candidatesTokenCount", "completionTokens"],
  cacheReadTokens: [
    "cache_read_input_tokens", "cachedContentTokenCount", "cacheReadInputTokens", "cachedInputTokens",
    "inputTokenDetails.cacheReadTokens", "prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens",
  ],
  cacheWriteTokens: ["cache_creation_input_tokens", "cacheWriteInputTokens", "inputTokenDetails.cacheWriteTokens"],
  reasoningTokens: [
    "thoughtsTokenCount", "outputTokenDetails.reasoningTokens", "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
  ],
  totalTokens: ["total_tokens", "totalTokenCount"],
};

/** Attributes of our numbers, or of a provider's usage object. */
export function usageOf(usage: unknown): Attributes {
  const found: Record<string, number> = {};
  for (const [name, theirs] of Object.entries(THEIRS)) {
    const first = [name, ...theirs].map((path) => at(usage, path)).find((value) => typeof value === "number" && value >= 0);
    if (typeof first === "number") found[name] = first;
  }
  // Anthropic and Bedrock count cached input beside the input, the conventions as a part of it.
  if (at(usage, "cache_read_input_tokens") !== undefined || at(usage, "cacheReadInputTokens") !== undefined) {
    found.inputTokens = (found.inputTokens ?? 0) + (found.cacheReadTokens ?? 0) + (found.cacheWriteTokens ?? 0);
  }
  const attributes: Attributes = {};
  for (const [name, key] of Object.entries(USAGE)) {
    const number = found[name];
    if (number !== undefined) attributes[key] = Math.trunc(number);
  }
  const cost = at(usage, "cost");
  if (typeof cost === "number" && Number.isFinite(cost)) attributes[names.COST] = cost;
  return attributes;
}

function at(holder: unknown, path: string): unknown {
  let value = holder;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}
