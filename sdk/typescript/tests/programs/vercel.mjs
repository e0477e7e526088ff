// The Vercel AI SDK with a model that is not there: an agent with a tool, and a stream.
import { generateText, stepCountIs, streamText, tool } from "ai";
import { MockLanguageModelV3, simulateReadableStream } from "ai/test";
import * as spanhouse from "spanhouse";
import { z } from "zod";

const usage = { inputTokens: { total: 14, noCache: 10, cacheRead: 4, cacheWrite: 0 }, outputTokens: { total: 7, text: 7, reasoning: 0 } };
const stop = (unified) => ({ unified, raw: unified });
const replies = [
  { content: [{ type: "tool-call", toolCallId: "call_1", toolName: "weather", input: '{"city":"Paris"}' }], finishReason: stop("tool-calls"), usage, warnings: [] },
  { content: [{ type: "text", text: "It is 21 degrees in Paris." }], finishReason: stop("stop"), usage, warnings: [] },
];
const parts = [
  { type: "stream-start", warnings: [] },
  { type: "text-start", id: "1" },
  { type: "text-delta", id: "1", delta: "Hel" },
  { type: "text-delta", id: "1", delta: "lo" },
  { type: "text-end", id: "1" },
  { type: "finish", finishReason: stop("stop"), usage },
];
const model = new MockLanguageModelV3({
  provider: "openai.chat",
  modelId: "gpt-4o-mini",
  doGenerate: async () => replies.shift(),
  doStream: async () => ({ stream: simulateReadableStream({ chunks: parts }) }),
});

const { tracer } = spanhouse.init({ project: "vercel" });
const experimental_telemetry = { isEnabled: true, tracer };
const weather = tool({ description: "The weather", inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => ({ city, degrees: 21 }) });

const answer = spanhouse.observe(
  async function answer(prompt) {
    const { text } = await generateText({ model, prompt, tools: { weather }, stopWhen: stepCountIs(3), experimental_telemetry });
    return text;
  },
  { type: "agent" },
);
const greet = spanhouse.observe(async function* greet(prompt) {
  yield* streamText({ model, prompt, experimental_telemetry }).textStream;
});
let text = "";
const traces = {};
await spanhouse.attributes({ sessionId: "vercel-1", userId: "alice" }, async () => {
  await spanhouse.span("run", async (s) => {
    traces.run = s.traceId;
    text += await answer("How warm is it in Paris?");
    for await (const part of greet("Hi")) text += part;
  });
});
console.log(JSON.stringify({ text, ...traces, ...(await spanhouse.flush()) }));
