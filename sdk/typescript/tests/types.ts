/** Compiled, never run: what an application writes, and what it may not write. */

import * as spanhouse from "spanhouse";

const client: spanhouse.Client = spanhouse.init({ endpoint: "https://spanhouse.example.com", apiKey: "key", sampleRate: 0.5 });
// @ts-expect-error a number
spanhouse.init({ sampleRate: "half" });

const add = spanhouse.observe((a: number, b: number) => a + b, { type: "tool" });
const sum: number = add(1, 2);
// @ts-expect-error two numbers
add("1");

const words = spanhouse.observe(async function* words(count: number): AsyncGenerator<string, number> {
  yield "a";
  return count;
});
const later: Promise<string> = spanhouse.span("retrieve", { type: "retriever" }, async (s: spanhouse.Span) => {
  s.setInput("x").setModel("m", { provider: "openai", temperature: 0 }).setUsage({ inputTokens: 3 });
  for await (const word of words(2)) s.setOutput(word);
  return "done";
});
const now: number = spanhouse.attributes({ sessionId: "s", tags: ["a"] }, () => spanhouse.span("x", () => sum));
const id: string = spanhouse.score("helpful", true, { comment: "yes" });
const report: Promise<spanhouse.FlushReport> = spanhouse.flush(2);

export { client, id, later, now, report };
