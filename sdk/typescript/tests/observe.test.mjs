// What is recorded of functions, promises, generators and streams, and that they work as they did.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";

import { observe, span } from "spanhouse";

import { begin } from "./world.mjs";

test("a function, with what came in and what came out", async (t) => {
  const { spans } = await begin(t);
  const add = observe(function add(a, b) { return { sum: a + b }; });
  assert.deepEqual([add(1, 2), add.name, add.length], [{ sum: 3 }, "add", 2]);
  const { attributes } = (await spans()).add;
  assert.deepEqual([attributes["input.value"], attributes["output.value"], attributes["input.mime_type"]], ["[1,2]", '{"sum":3}', "application/json"]);
});

test("an async agent and its tool, one inside the other", async (t) => {
  const { spans } = await begin(t);
  const weather = observe(async ({ city }) => ({ city, degrees: 21 }), { name: "weather", type: "tool" });
  const agent = observe(async function agent(question) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return `It is ${(await weather({ city: "Paris" })).degrees} degrees`;
  }, { type: "agent" });
  assert.equal(await agent("How warm is it?"), "It is 21 degrees");
  const found = await spans();
  assert.equal(found.weather.parentId, found.agent.spanId);
  assert.deepEqual(found.weather.attributes, {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "weather",
    "gen_ai.tool.call.arguments": '{"city":"Paris"}',
    "gen_ai.tool.call.result": '{"city":"Paris","degrees":21}',
  });
  const messages = JSON.parse(found.agent.attributes["gen_ai.output.messages"]);
  assert.deepEqual(messages, [{ role: "assistant", parts: [{ type: "text", content: "It is 21 degrees" }] }]);
});

test("errors reach the caller as they are", async (t) => {
  const { spans } = await begin(t);
  const error = new TypeError("bad input");
  assert.throws(observe(function sync() { throw error; }), (thrown) => thrown === error);
  await assert.rejects(observe(async function later() { throw error; })(), (thrown) => thrown === error);
  for (const found of Object.values(await spans())) {
    assert.equal(found.attributes["error.type"], "TypeError");
    assert.deepEqual([Number(found.status[3]), found.status[2].toString(), found.events], [2, "TypeError: bad input", ["exception"]]);
  }
});

test("methods keep their object", async (t) => {
  await begin(t);
  class Store { size = 3; count = observe(function () { return this.size; }, { name: "count" }); }
  assert.equal(new Store().count(), 3);
});

test("generators: the text, the time to the first item, and all a consumer can do", async (t) => {
  const { spans } = await begin(t);
  const words = observe(function* words() { const more = yield "Hel"; yield more; return "end"; }, { type: "llm" });
  const running = words();
  assert.deepEqual([running.next(), running.next("lo"), running.next()].map((step) => step.value), ["Hel", "lo", "end"]);
  assert.deepEqual([...observe(function* left() { yield 1; yield 2; })()], [1, 2]);
  for (const _ of observe(function* broken() { yield 1; yield 2; })()) break;
  const found = await spans();
  assert.equal(JSON.parse(found.words.attributes["gen_ai.output.messages"])[0].parts[0].content, "Hello");
  assert.ok(found.words.attributes["gen_ai.response.time_to_first_chunk"] >= 0);
  assert.equal(found.words.attributes["gen_ai.request.stream"], true);
  assert.deepEqual([found.left.attributes["output.value"], found.broken.attributes["output.value"]], ["[1, 2]", "[1]"]);
});

test("async generators: the span is current inside, not in the consumer's code", async (t) => {
  const { spans } = await begin(t);
  const source = observe(async function* source() {
    yield "a";
    span("inside", () => 1);
    yield "b";
  });
  for await (const item of source()) span(`consumer ${item}`, () => 1);
  const found = await spans();
  assert.equal(found.inside.parentId, found.source.spanId);
  assert.deepEqual([found["consumer a"].parentId, found["consumer b"].parentId], ["", ""]);
  assert.equal(found.source.attributes["output.value"], "ab");
});

test("streams of the web, of Node and of clients", async (t) => {
  const { spans } = await begin(t);
  const read = async (stream) => { let text = ""; for await (const part of stream) text += part; return text; };
  const web = observe(async function web() { return ReadableStream.from?.(["a", "b"]) ?? Readable.toWeb(Readable.from(["a", "b"])); });
  assert.equal(await read(await web()), "ab");
  assert.equal(await read(observe(function node() { return Readable.from(["c", "d"]); })()), "cd");
  class Client { controller = 1; async *[Symbol.asyncIterator]() { yield "e"; yield "f"; } }
  const reply = await observe(async function client() { return new Client(); })();
  assert.deepEqual([reply.controller, await read(reply)], [1, "ef"]);
  const found = await spans();
  assert.deepEqual(["web", "node", "client"].map((name) => found[name].attributes["output.value"]), ["ab", "cd", "ef"]);
});

test("promises of another class, and what only looks like one, are left alone", async (t) => {
  const { spans } = await begin(t);
  class Reply extends Promise { withResponse() { return "raw"; } }
  const given = observe(function reply() { return Reply.resolve(5); })();
  assert.deepEqual([given.withResponse(), await given], ["raw", 5]);
  let ran = 0;
  observe(function query() { return { then() { ran += 1; } }; })();
  const found = await spans();
  assert.equal(found.reply.attributes["output.value"], "5");
  assert.equal(ran, 0);
  assert.ok(found.query);
});
