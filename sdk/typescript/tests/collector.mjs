// A server for the tests: keeps the spans it is sent, each once, and what senders say they dropped; refuses on request.
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

export class Collector {
  spans = new Map(); // id -> span
  dropped = {}; // by reason, from reports
  scores = [];
  seen = []; // [path, status]
  status = 0;
  refusals = Infinity; // so many, then it takes again
  headers = {};
  largest = Infinity;
  rejected = 0;
  hang = false;
  #server;
  #reports = new Set();

  async open(port = this.port ?? 0) {
    this.#server = createServer((request, response) => this.#answer(request, response));
    await new Promise((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    return this;
  }

  get address() {
    return `http://127.0.0.1:${this.port}`;
  }

  async shut() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get all() {
    return [...this.spans.values()];
  }

  named(name) {
    return this.all.find((span) => span.name === name);
  }

  /** Stored, and reported as dropped. */
  get known() {
    return this.spans.size + Object.values(this.dropped).reduce((sum, count) => sum + count, 0);
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    let body = Buffer.concat(chunks);
    if (request.headers["content-encoding"] === "gzip") body = gunzipSync(body);
    if (this.hang) return;
    const [status, reply] = this.#take(request.url, body);
    this.seen.push([request.url, status]);
    response.writeHead(status, status === 200 ? {} : this.headers).end(reply);
  }

  #take(path, body) {
    if (this.status && this.refusals > 0) {
      this.refusals -= 1;
      return [this.status, "not now"];
    }
    if (body.length > this.largest) return [413, ""];
    if (path === "/v1/traces") {
      for (const span of readSpans(body)) this.spans.set(span.spanId, span);
      return [200, this.rejected ? Buffer.from([10, 2, 8, this.rejected]) : ""];
    }
    if (path === "/v1/metrics") this.#report(body.toString());
    else this.scores.push(...JSON.parse(body.toString()));
    return [200, "{}"];
  }

  #report(text) {
    if (this.#reports.has(text)) return;
    this.#reports.add(text);
    const points = JSON.parse(text).resourceMetrics[0].scopeMetrics[0].metrics.flatMap((metric) => metric.sum.dataPoints);
    for (const point of points) {
      const reason = point.attributes[0].value.stringValue;
      this.dropped[reason] = (this.dropped[reason] ?? 0) + Number(point.asInt);
    }
  }
}

// --- OTLP protobuf, as much as the tests read ---------------------------------------------------------------------------

function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const kind = tag & 7;
    let value;
    if (kind === 0) value = varint();
    else if (kind === 1) value = bytes.subarray(at, (at += 8));
    else if (kind === 5) value = bytes.subarray(at, (at += 4));
    else {
      const length = Number(varint());
      value = bytes.subarray(at, (at += length));
    }
    yield [tag >> 3, value];
  }
}

const every = (bytes, field) => [...fields(bytes)].filter(([number]) => number === field).map(([, value]) => value);

function anyValue(bytes) {
  for (const [field, value] of fields(bytes)) {
    if (field === 1) return value.toString();
    if (field === 2) return value === 1n;
    if (field === 3) return Number(BigInt.asIntN(64, value));
    if (field === 4) return value.readDoubleLE(0);
    if (field === 5) return every(value, 1).map(anyValue);
  }
  return undefined;
}

function attributesOf(pairs) {
  return Object.fromEntries(pairs.map((pair) => [every(pair, 1)[0].toString(), anyValue(every(pair, 2)[0])]));
}

function readSpans(body) {
  return every(body, 1).flatMap((resourceSpans) => {
    const resource = attributesOf(every(every(resourceSpans, 1)[0], 1));
    return every(resourceSpans, 2).flatMap((scope) => every(scope, 2)).map((span) => ({
      traceId: every(span, 1)[0].toString("hex"),
      spanId: every(span, 2)[0].toString("hex"),
      parentId: every(span, 4)[0]?.toString("hex") ?? "",
      name: every(span, 5)[0].toString(),
      attributes: attributesOf(every(span, 9)),
      events: every(span, 11).map((event) => every(event, 2)[0].toString()),
      status: Object.fromEntries(fields(every(span, 15)[0] ?? Buffer.alloc(0))),
      resource,
    }));
  });
}
