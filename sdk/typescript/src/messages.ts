/** Chat messages as people and providers write them, as the message schema of the OpenTelemetry GenAI conventions. */

type Json = Record<string, unknown>;

const TEXTS = ["text", "input_text", "output_text"];
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** `value` is plain JSON: a text, a message or a list of messages. undefined when it is something else. */
export function asMessages(value: unknown, role: string): Json[] | undefined {
  if (typeof value === "string") return [{ role, parts: [{ type: "text", content: value }] }];
  const items: unknown[] = Array.isArray(value) ? value : [value];
  const messages = items.filter((item): item is Json => isObject(item) && typeof item.role === "string");
  return messages.length === items.length && items.length > 0 ? messages.map(message) : undefined;
}

function message(item: Json): Json {
  if (Array.isArray(item.parts)) return item;
  const content = item.content;
  const contents: unknown[] = Array.isArray(content) ? content : content === undefined || content === null ? [] : [content];
  const parts =
    item.role === "tool" && item.tool_call_id
      ? [{ type: "tool_call_response", id: item.tool_call_id, response: content }]
      : contents.map(part);
  for (const call of Array.isArray(item.tool_calls) ? item.tool_calls : []) if (isObject(call)) parts.push(callPart(call));
  const found: Json = { role: item.role, parts };
  for (const key of ["name", "finish_reason"]) if (item[key]) found[key] = item[key];
  return found;
}

function part(piece: unknown): Json {
  if (!isObject(piece)) return { type: "text", content: String(piece) };
  const type = piece.type;
  if (TEXTS.includes(String(type))) return { type: "text", content: piece.text ?? piece.content ?? "" };
  if (type === "image_url") {
    const image = piece.image_url;
    return { type: "uri", modality: "image", uri: isObject(image) ? image.url : image };
  }
  if (type === "tool_use") return { type: "tool_call", id: piece.id, name: piece.name, arguments: piece.input };
  if (type === "tool_result") return { type: "tool_call_response", id: piece.tool_use_id, response: piece.content };
  // The Vercel AI SDK's words.
  if (type === "tool-call") return { type: "tool_call", id: piece.toolCallId, name: piece.toolName, arguments: piece.input };
  if (type === "tool-result") return { type: "tool_call_response", id: piece.toolCallId, response: piece.output };
  return piece;
}

function callPart(call: Json): Json {
  const inner = isObject(call.function) ? call.function : call;
  return { type: "tool_call", id: call.id, name: inner.name, arguments: inner.arguments ?? inner.args };
}
