// Spans, attributes, scores, masking; and that nothing is ever thrown into the application.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { context, trace } from "@opentelemetry/api";
import * as spanhouse from "spanhouse";

import { begin } from "./world.mjs";

test("a model call, said by hand", async (t) => {
  const { spans } = await begin(t, { environment: "production", release: "1.2" });
  await spanhouse.span("chat", { type: "llm", input: "Hi", metadata: { tier: "gold" } }, async (s) => {
    s.setModel("gpt-4o-mini", { provider: "openai", temperature: 0.2, maxTokens: 5, finishReasons: "stop" }).firstToken();
    s.setUsage({ prompt_tokens: 14, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } }).setPrompt("greeting", 3);
  });
  const { attributes, resource } = (await spans()).chat;
  assert.equal(resource["deployment.environment.name"] + resource["service.version"] + resource["service.name"], "production1.2tests");
  const expected = {
    "gen_ai.request.model": "gpt-4o-mini", "gen_ai.provider.name": "openai", "gen_ai.request.temperature": 0.2,
    "gen_ai.request.max_tokens": 5, "gen_ai.usage.input_tokens": 14, "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.output_tokens": 7, "gen_ai.prompt.version": "3", tier: "gold",
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(attributes[key], value, key);
  assert.deepEqual(attributes["gen_ai.response.finish_reasons"], ["stop"]);
});

test("attributes reach everything inside, and add up", async (t) => {
  const { spans } = await begin(t);
  await spanhouse.attributes({ sessionId: "s1", tags: ["a"], metadata: { team: "x" } }, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    spanhouse.attributes({ userId: "u1", tags: "b" }, () => spanhouse.span("in", () => 1));
  });
  spanhouse.span("out", () => 1);
  const found = await spans();
  assert.deepEqual(found.in.attributes, { "session.id": "s1", "user.id": "u1", "tag.tags": ["a", "b"], team: "x" });
  assert.deepEqual(found.out.attributes, {});
});

test("the trace goes on in another process", async (t) => {
  const { spans } = await begin(t);
  const headers = spanhouse.span("caller", () => spanhouse.attributes({ sessionId: "s1", tags: ["a,b"], baggage: true }, () => spanhouse.inject()));
  spanhouse.remote(new Headers(headers), () => spanhouse.span("called", () => 1));
  const found = await spans();
  assert.deepEqual([found.called.parentId, found.called.attributes], [found.caller.spanId, { "session.id": "s1", "tag.tags": ["a,b"] }]);
});

test("scores of the current span", async (t) => {
  const { collector, spans } = await begin(t);
  const id = spanhouse.span("scored", () => spanhouse.score("helpful", 0.9, { comment: "yes" }));
  const { traceId, spanId } = (await spans()).scored;
  assert.deepEqual(collector.scores, [{ id, name: "helpful", value: 0.9, trace_id: traceId, span_id: spanId, comment: "yes" }]);
});

test("the mask sees every text, and what it fails on is not sent", async (t) => {
  const mask = (text) => { if (text.includes("bad")) throw new Error("mask"); return text.replaceAll("secret", "****"); };
  const { spans } = await begin(t, { mask });
  await assert.rejects(spanhouse.span("masked", { input: "my secret", metadata: { list: ["secret"], other: "bad" } }, async () => { throw new Error("secret"); }));
  const { attributes, status } = (await spans()).masked;
  assert.deepEqual([attributes["input.value"], attributes.list, attributes.other], ["my ****", ["****"], "[masked: mask failed]"]);
  assert.equal(status[2].toString(), "Error: ****");
});

test("values are bounded, and hostile ones harm nobody", async (t) => {
  const { spans } = await begin(t, { maxValueChars: 1000 });
  const loop = {}; loop.self = loop;
  class Client { apiKey = "sk-1"; }
  const hostile = {
    loop, big: "x".repeat(5000), half: "\ud800", n: 10n ** 30n, when: new Date(0), bytes: Buffer.alloc(3), client: new Client(),
    map: new Map([["k", 1]]), get trap() { throw new Error("no"); }, json: { toJSON() { throw new Error("no"); } },
    proxy: new Proxy({}, { ownKeys() { throw new Error("no"); } }), nan: NaN, symbol: Symbol("s"),
  };
  spanhouse.span("hostile", { metadata: hostile }, (s) => s.setInput({ loop, client: new Client(), get trap() { throw new Error(); } }).setOutput(null).setUsage(5).setModel(undefined, null).setError(null));
  const { attributes } = (await spans()).hostile;
  assert.equal(attributes["input.value"], '{"loop":{"self":"[Object: contains itself]"},"client":"[Client]","trap":"[computed when read]"}');
  assert.ok(attributes.big.length < 1100 && attributes.half === "?");
});

test("metadata with a trap does not reach the application", async (t) => {
  const { client } = await begin(t);
  assert.equal(spanhouse.span("trap", { metadata: { get a() { throw new Error("no"); } } }, () => 7), 7);
  assert.equal(spanhouse.init(null) instanceof client.constructor, true);
  assert.equal(spanhouse.span(undefined, undefined, () => 8), 8);
  assert.equal(spanhouse.observe(5), 5);
});

test("without init everything works and nothing is recorded", async (t) => {
  await begin(t, { enabled: false });
  assert.equal(await spanhouse.observe(async () => spanhouse.span("x", (s) => s.setInput(1).traceId))(), "");
  assert.deepEqual([spanhouse.score("x", 1), (await spanhouse.flush()).made], ["", 0]);
});

test("the global provider stays whose it was; both builds share one client", async (t) => {
  const { client, spans } = await begin(t);
  assert.equal(trace.getTracer("other").startSpan("x").isRecording(), false);
  const cjs = createRequire(import.meta.url)("spanhouse");
  assert.notEqual(cjs.span, spanhouse.span);
  cjs.span("cjs", () => spanhouse.span("esm", () => 1));
  client.tracer.startActiveSpan("plain", (s) => { assert.equal(trace.getSpan(context.active()), s); s.end(); });
  const found = await spans();
  assert.equal(found.esm.parentId, found.cjs.spanId);
  assert.ok(found.plain);
});

test("sampling is by trace, and is not counted", async (t) => {
  const { spans } = await begin(t, { sampleRate: 0 });
  assert.equal(spanhouse.span("x", (s) => s.isSampled), false);
  assert.deepEqual(await spans(), {});
  assert.equal((await spanhouse.flush()).made, 0);
});
