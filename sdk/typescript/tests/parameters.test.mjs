// Arguments, variables, defaults: which one wins, and what a wrong one does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as spanhouse from "spanhouse";

const BUILD = new URL("../dist/esm/", import.meta.url);
const { PARAMETERS, readSettings, scoresUrl } = await import(new URL("parameters.js", BUILD));
const { after } = await import(new URL("sender.js", BUILD));

test("an argument wins over our variable, which wins over OpenTelemetry's", () => {
  const otel = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4318/", OTEL_SERVICE_NAME: "s", OTEL_EXPORTER_OTLP_TIMEOUT: "2500" };
  assert.equal(readSettings({}, {}).endpoint, "http://127.0.0.1:4318");
  const found = readSettings({}, otel);
  assert.deepEqual([found.endpoint, found.project, found.timeout], ["http://otel:4318", "s", 2.5]);
  const ours = { ...otel, SPANHOUSE_ENDPOINT: "https://ours/v1/traces" };
  assert.equal(readSettings({}, ours).endpoint, "https://ours");
  assert.equal(readSettings({ endpoint: "localhost:4317" }, ours).endpoint, "http://localhost:4318");
});

test("a wrong value is named and ignored", (t) => {
  const said = t.mock.method(console, "warn", () => {});
  const found = readSettings({ sampleRate: 7, mask: "no", endpoint: "::", other: 1 }, { SPANHOUSE_SPOOL: "maybe" });
  assert.deepEqual([found.sampleRate, found.mask, found.spool], [1, null, true]);
  const text = said.mock.calls.map((call) => call.arguments.join(" ")).join("\n");
  for (const name of ["sampleRate", "mask", "endpoint", "other", "SPANHOUSE_SPOOL"]) assert.match(text, new RegExp(name));
});

test("headers of OpenTelemetry go only where its variables point", () => {
  const variables = { OTEL_EXPORTER_OTLP_HEADERS: "x-key=a%20b" };
  assert.deepEqual(readSettings({}, variables).headers, { "x-key": "a b" });
  assert.deepEqual(readSettings({ endpoint: "https://ours" }, variables).headers, {});
});

test("scores go to the web port", () => {
  const url = (endpoint, apiUrl) => scoresUrl({ endpoint, apiUrl });
  assert.equal(url("http://h:4318", ""), "http://h:8000/api/v1/scores");
  assert.equal(url("https://h/x", ""), "https://h/x/api/v1/scores");
  assert.equal(url("http://h:4318", "https://w"), "https://w/api/v1/scores");
});

test("Retry-After is a number or a date, and bounded", () => {
  assert.deepEqual([after("2"), after("0.5"), after("soon"), after(undefined), after("100000")], [2000, 500, undefined, undefined, 300_000]);
  assert.equal(after(new Date(Date.now() - 5000).toUTCString()), 0);
});

test("the README names every parameter with its variable, and the version is that of the package", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  for (const { name, variable } of PARAMETERS) assert.ok(readme.includes(`| \`${name}\` | ${variable ? `\`${variable}\`` : "-"}`), name);
  assert.equal(JSON.parse(readFileSync(new URL("../package.json", import.meta.url))).version, spanhouse.VERSION);
});
