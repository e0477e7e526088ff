/**
 * One HTTP request to the server, and what its answer means: sent, try again, or refused and why.
 *
 * OpenTelemetry's exporter says only whether it worked. What the server rejected, why, and when to come again stands in
 * the answer, so the request is made here, with Node's own client; no instrumentation of it records these requests.
 */

import { context } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { gzipSync } from "node:zlib";

import { LOOPBACK } from "./forms.js";
import type { Settings } from "./parameters.js";
import type { Reason } from "./reasons.js";
import { VERSION } from "./version.js";

const RETRY = [408, 429, 502, 503, 504];
const REFUSALS: Record<number, Reason> = { 401: "unauthenticated", 403: "forbidden", 413: "too_large" };
const MAX_REPLY_BYTES = 64 * 1024;
// A server that asks for more is asked again after this: it may have been repaired.
const MAX_RETRY_AFTER_MS = 300_000;

/** Without a reason: taken. `again`: the same request may work later, after `afterMs` if the server said so. */
export interface Answer {
  reason?: Reason;
  again?: boolean;
  afterMs?: number;
  /** Spans of a request that was taken otherwise. */
  rejected: number;
  text: string;
}

export class Sender {
  private readonly headers: Record<string, string>;
  private readonly packed: boolean;
  private readonly ca: Buffer | undefined;
  private readonly agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: 4 }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: 4 }),
  };

  constructor(private readonly settings: Settings) {
    this.headers = { "user-agent": `spanhouse-typescript/${VERSION}`, ...settings.headers };
    if (settings.apiKey) this.headers.authorization = `Bearer ${settings.apiKey}`;
    const local = LOOPBACK.includes(new URL(settings.endpoint).hostname);
    this.packed = settings.compression === "gzip" || (settings.compression === "auto" && !local);
    this.ca = settings.certificate ? readFileSync(settings.certificate) : undefined;
  }

  /** Never throws. Does not keep the process alive: who waits for it must. */
  async post(url: string, body: Uint8Array, contentType: string, leftMs?: number): Promise<Answer> {
    const limit = Math.max(50, Math.min(leftMs ?? Infinity, this.settings.timeout * 1000));
    try {
      return await context.with(suppressTracing(context.active()), () => this.request(url, body, contentType, limit));
    } catch (error) {
      return unreachable(error);
    }
  }

  private request(url: string, body: Uint8Array, contentType: string, limitMs: number): Promise<Answer> {
    const target = new URL(url);
    const secure = target.protocol === "https:";
    const sent = this.packed ? gzipSync(body, { level: 1 }) : body;
    const headers: http.OutgoingHttpHeaders = { ...this.headers, "content-type": contentType, "content-length": sent.length };
    if (this.packed) headers["content-encoding"] = "gzip";
    const options = { method: "POST", headers, agent: this.agents[secure ? "https:" : "http:"], ca: this.ca };
    return new Promise((resolve) => {
      const once = (again: boolean): void => {
        const request = (secure ? https : http).request(target, options);
        const timer = setTimeout(() => request.destroy(new Error(`no answer within ${limitMs / 1000} s`)), limitMs);
        timer.unref();
        request.on("socket", (socket) => socket.unref());
        request.on("response", (response) => {
          read(response).then(
            (reply) => resolve(meaning(response, reply, url)),
            (error) => resolve(unreachable(error)),
          ).finally(() => clearTimeout(timer));
        });
        request.on("error", (error) => {
          clearTimeout(timer);
          // The server had closed a connection that waited; nothing was sent.
          if (again && request.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET") once(false);
          else resolve(unreachable(error));
        });
        request.end(sent);
      };
      once(true);
    });
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }
}

async function read(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    if (size < MAX_REPLY_BYTES) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

function unreachable(error: unknown): Answer {
  const found = error as NodeJS.ErrnoException | undefined;
  return { reason: "unreachable", again: true, rejected: 0, text: found?.message || found?.code || "no connection" };
}

function meaning(response: http.IncomingMessage, body: Buffer, url: string): Answer {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return taken(body, url);
  const text = `HTTP ${status} ${sentence(body)}`.trim();
  if (status >= 500 || RETRY.includes(status)) {
    const reason = RETRY.includes(status) ? "unreachable" : "server_error";
    return { reason, again: true, afterMs: after(response.headers["retry-after"]), rejected: 0, text };
  }
  // A redirect, too: a redirected POST would lose its body, and the key would go to another host.
  return { reason: REFUSALS[status] ?? "refused", rejected: 0, text };
}

function taken(body: Buffer, url: string): Answer {
  if (body.length && url.endsWith("/v1/traces")) {
    try {
      const partial = ProtobufTraceSerializer.deserializeResponse(body).partialSuccess;
      return { rejected: Math.max(Number(partial?.rejectedSpans ?? 0), 0), text: partial?.errorMessage ?? "" };
    } catch {
      // a server that answers in prose has still said 200
    }
  }
  return { rejected: 0, text: "" };
}

/** Retry-After in milliseconds: a number of seconds, or a date. */
export function after(header: string | undefined): number | undefined {
  const given = header?.trim() ?? "";
  const wait = /^\d+(\.\d+)?$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}

/** The message in the answer's body, on one line; protobuf has text in it, too. */
function sentence(body: Buffer): string {
  return body.toString("utf8", 0, 2000).replace(/[^\P{C}]+/gu, " ").replace(/\s+/g, " ").trim().slice(0, 300);
}
