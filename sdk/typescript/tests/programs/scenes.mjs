// Small applications that make spans and end in every way; the first argument says which. Each prints what it knows.
import { Worker, isMainThread } from "node:worker_threads";

import { trace } from "@opentelemetry/api";
import * as spanhouse from "spanhouse";

const many = (count, name = "step") => {
  for (let n = 0; n < count; n += 1) spanhouse.span(`${name} ${n}`, () => n);
};
const say = (found) => console.log(JSON.stringify(found));
const answer = spanhouse.observe(async function answer(question) {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
  return spanhouse.span("inside", async () => question);
});

const scenes = {
  plain: () => many(20),
  async flushed() {
    many(20);
    say(await spanhouse.flush());
  },
  async concurrent() {
    await Promise.all(Array.from({ length: 500 }, (_, n) => answer(`question ${n}`)));
    say(await spanhouse.flush());
  },
  exit() {
    many(20);
    process.exit(3);
  },
  async flushed_exit() {
    many(20);
    say(await spanhouse.flush());
    process.exit(0);
  },
  throws() {
    many(20);
    throw new Error("nobody catches this");
  },
  async killed() {
    many(20);
    spanhouse.startSpan("never ends");
    process.kill(process.pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  },
  unfinished() {
    many(3);
    spanhouse.startSpan("never ends");
  },
  async late() {
    many(2);
    await spanhouse.shutdown();
    many(3, "late");
  },
  async global() {
    const client = spanhouse.init({ flushInterval: 0.1, setGlobal: true });
    trace.getTracer("somebody's").startActiveSpan("theirs", (s) => {
      spanhouse.span("ours", () => 1);
      s.end();
    });
    say(await client.flush());
  },
  async next() {
    await spanhouse.flush();
    say(await spanhouse.flush());
  },
  async recovers() {
    many(20);
    say(await spanhouse.flush(0.5));
    process.stdin.resume(); // stays until told
    process.stdin.once("data", () => process.exit(0));
  },
  async workers() {
    many(5);
    const ends = Array.from({ length: 3 }, () => new Promise((resolve) => new Worker(new URL(import.meta.url), { argv: ["plain"] }).on("exit", resolve)));
    await Promise.all(ends);
  },
};
const scene = process.argv[2];
if (isMainThread || scene === "plain") {
  spanhouse.init({ flushInterval: 0.1 });
  await scenes[scene]();
}
