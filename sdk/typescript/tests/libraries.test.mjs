// Other libraries record into our tracer: their spans stand inside ours, with their session.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Application } from "./application.mjs";

test("calls of the Vercel AI SDK are a part of the trace", async (t) => {
  const application = await Application.make(t);
  const { said, err } = await application.run("", {}, "vercel.mjs");
  assert.equal(said.text, "It is 21 degrees in Paris.Hello", err);
  const { collector } = application;
  const parent = (name) => collector.all.find((span) => span.spanId === collector.named(name).parentId)?.name;
  assert.deepEqual(["answer", "ai.generateText", "ai.generateText.doGenerate", "ai.toolCall", "ai.streamText"].map(parent), ["run", "answer", "ai.generateText", "ai.generateText", "greet"]);
  assert.equal(new Set(collector.all.map((span) => span.traceId)).size, 1);
  assert.ok(collector.all.every((span) => span.attributes["session.id"] === "vercel-1"));
  assert.equal(said.made, collector.spans.size);
});

test("with setGlobal, everybody's tracers are ours", async (t) => {
  const application = await Application.make(t);
  await application.run("global");
  const { collector } = application;
  assert.equal(collector.named("ours").parentId, collector.named("theirs").spanId);
});
