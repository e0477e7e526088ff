// However a process ends and whatever the server says: spans made are stored, or reported as dropped.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Application } from "./application.mjs";

for (const [scene, made] of [["plain", 20], ["flushed", 20], ["flushed_exit", 20], ["concurrent", 1000], ["workers", 65]]) {
  test(`all are stored: ${scene}`, async (t) => {
    const application = await Application.make(t);
    const { code, err, said } = await application.run(scene);
    assert.equal(code, 0, err);
    assert.equal(application.collector.spans.size, made);
    if (said.made) assert.deepEqual([said.made, said.sent, said.dropped, said.pending], [made, made, {}, 0]);
  });
}

for (const [scene, code] of [["exit", 3], ["throws", 1]]) {
  test(`an abrupt end keeps them for the next start: ${scene}`, async (t) => {
    const application = await Application.make(t);
    assert.equal((await application.run(scene)).code, code);
    assert.equal(application.collector.spans.size, 0);
    assert.equal((await application.run("next")).said.recovered, 20);
    assert.equal(application.collector.spans.size, 20);
    assert.deepEqual(application.collector.dropped, {});
  });
}

test("a process that is killed is counted by the next start", async (t) => {
  const application = await Application.make(t);
  assert.equal((await application.run("killed")).code, "SIGKILL");
  const { said } = await application.run("next");
  assert.equal(said.unreported, 0);
  assert.deepEqual(application.collector.dropped, { process_died: 20, unfinished: 1 });
  await application.run("next");
  assert.equal(application.collector.known, 21);
});

test("spans that never end and spans after the end are counted", async (t) => {
  const application = await Application.make(t);
  await application.run("unfinished");
  await application.run("late");
  await application.run("next");
  assert.deepEqual([application.collector.spans.size, application.collector.dropped], [5, { unfinished: 1, after_shutdown: 3 }]);
});

test("a server that is away gets them from the next start", async (t) => {
  const application = await Application.make(t);
  await application.collector.shut();
  const { said } = await application.run("flushed");
  assert.deepEqual([said.made, said.sent, said.spooled, said.pending], [20, 0, 20, 0]);
  await application.collector.open();
  assert.equal((await application.run("next")).said.recovered, 20);
  assert.equal(application.collector.spans.size, 20);
});

test("a server that comes back gets them from the same process", async (t) => {
  const application = await Application.make(t);
  await application.collector.shut();
  const program = application.start("recovers");
  await new Promise((resolve) => program.stdout.once("data", resolve));
  await application.collector.open();
  while (application.collector.spans.size < 20) await new Promise((resolve) => setTimeout(resolve, 20));
  program.stdin.write("end\n");
  await new Promise((resolve) => program.once("close", resolve));
  assert.equal(application.collector.known, 20);
});

for (const [status, reason] of [[401, "unauthenticated"], [403, "forbidden"], [404, "refused"], [413, "too_large"]]) {
  test(`refused spans are dropped and told once the server listens: ${status}`, async (t) => {
    const application = await Application.make(t);
    application.collector.status = status;
    const { said } = await application.run("flushed");
    assert.deepEqual([said.dropped, said.unreported], [{ [reason]: 20 }, 20]);
    application.collector.status = 0;
    await application.run("next");
    assert.deepEqual([application.collector.dropped, application.collector.known], [{ [reason]: 20 }, 20]);
  });
}

for (const status of [429, 500, 503]) {
  test(`a server in trouble gets them later: ${status}`, async (t) => {
    const application = await Application.make(t);
    application.collector.status = status;
    await application.run("plain");
    application.collector.status = 0;
    await application.run("next");
    assert.deepEqual([application.collector.spans.size, application.collector.dropped], [20, {}]);
  });
}

test("it waits as long as the server asks", async (t) => {
  const application = await Application.make(t);
  Object.assign(application.collector, { status: 429, refusals: 1, headers: { "Retry-After": "1" } });
  await application.run("flushed");
  assert.deepEqual(application.collector.seen, [["/v1/traces", 429], ["/v1/traces", 200]]);
});

test("a request that is too large is halved", async (t) => {
  const application = await Application.make(t);
  application.collector.largest = 1000;
  await application.run("plain");
  assert.equal(application.collector.spans.size, 20);
});

test("what the server rejects is not sent, and not reported twice", async (t) => {
  const application = await Application.make(t);
  application.collector.rejected = 5;
  const { said } = await application.run("flushed");
  assert.deepEqual([said.sent, said.dropped, said.unreported], [15, { rejected: 5 }, 0]);
});

test("a full queue and a full spool are counted", async (t) => {
  const application = await Application.make(t);
  const { said } = await application.run("flushed", { queue_spans: 10 });
  assert.deepEqual([said.made, said.sent, said.dropped, said.unreported], [20, 10, { queue_full: 10 }, 0]);
  await application.collector.shut();
  await application.run("plain", { spool_bytes: 4096, batch_spans: 1 });
  await application.collector.open();
  await application.run("next");
  assert.equal(application.collector.known, 40);
  assert.ok(application.collector.dropped.spool_full > 0);
});

test("without a spool nothing is written, and what could not be sent is told to the caller", async (t) => {
  const application = await Application.make(t);
  await application.collector.shut();
  const { said } = await application.run("flushed", { spool: 0 });
  assert.deepEqual([said.pending, said.spooled], [20, 0]);
  await application.collector.open();
  assert.equal((await application.run("next", { spool: 0 })).said.recovered, 0);
});

test("a server that hangs does not hold the process", async (t) => {
  const application = await Application.make(t);
  application.collector.hang = true;
  assert.equal((await application.run("plain", { exit_timeout: 0.3 })).code, 0);
  application.collector.hang = false;
  await application.run("next");
  assert.equal(application.collector.spans.size, 20);
});
