/** `init` and its client: a tracer provider of our own, and what `flush`, `score` and `shutdown` stand on. */

import { context, createContextKey, trace } from "@opentelemetry/api";
import type { Tracer } from "@opentelemetry/api";
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import type { Resource } from "@opentelemetry/resources";
import { AlwaysOffSampler, AlwaysOnSampler, NodeTracerProvider, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-node";
import type { Sampler } from "@opentelemetry/sdk-trace-node";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import type { FlushReport } from "./accounts.js";
import { active } from "./active.js";
import { Delivery } from "./delivery.js";
import { maskText } from "./encoding.js";
import { readSettings, type InitOptions, type Settings } from "./parameters.js";
import { end, watch } from "./processes.js";
import { currentSpan } from "./spans.js";
import { VERSION } from "./version.js";
import { failed, warn } from "./warn.js";

const NOTHING: FlushReport = {
  made: 0, sent: 0, dropped: {}, spooled: 0, pending: 0, recovered: 0, unreported: 0,
  scoresSent: 0, scoresDropped: 0, scoresPending: 0,
};

/** What `init` made. `tracer` and `tracerProvider` are for libraries that record spans themselves. */
export class Client {
  readonly tracerProvider: NodeTracerProvider | undefined;
  readonly tracer: Tracer | undefined;
  readonly delivery: Delivery | undefined;

  constructor(readonly settings: Settings) {
    if (!settings.enabled) return;
    const resource = resourceOf(settings);
    this.delivery = new Delivery(settings, String(resource.attributes["service.name"] ?? ""));
    const sampler = samplerOf(settings);
    this.tracerProvider = new NodeTracerProvider({ resource, spanProcessors: [this.delivery], ...(sampler && { sampler }) });
    this.tracer = this.tracerProvider.getTracer("spanhouse", VERSION);
    watch(this.delivery);
    ensureContext();
    if (settings.setGlobal && !trace.setGlobalTracerProvider(this.tracerProvider)) {
      warn("OpenTelemetry's global provider was set before by somebody else, and stays");
    }
    for (const instrumentation of settings.instrumentations) {
      try {
        instrumentation.setTracerProvider(this.tracerProvider);
        instrumentation.enable?.();
      } catch (error) {
        failed("switching on an instrumentation", error);
      }
    }
  }

  /** Send everything now; within about `seconds`. */
  async flush(seconds = 10): Promise<FlushReport> {
    return this.delivery ? this.delivery.flush(seconds) : { ...NOTHING, dropped: {} };
  }

  async shutdown(seconds?: number): Promise<FlushReport> {
    await this.delivery?.shutdown(seconds);
    return this.delivery?.report() ?? { ...NOTHING, dropped: {} };
  }

  /** Another client takes over: instrumentations must not go on with this one's provider. */
  replaced(): void {
    for (const instrumentation of this.settings.instrumentations) instrumentation.disable?.();
    const delivery = this.delivery;
    void delivery?.shutdown().then(() => end(delivery), (error: unknown) => failed("shutdown", error));
  }
}

/** The current span is kept by OpenTelemetry's context. Without a keeper of it there would be no parents. */
function ensureContext(): void {
  const key = createContextKey("spanhouse-probe");
  const kept = context.with(context.active().setValue(key, true), () => context.active().getValue(key));
  if (!kept) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

function resourceOf(settings: Settings): Resource {
  const given = {
    "service.name": settings.project,
    "service.version": settings.release,
    "deployment.environment.name": settings.environment,
    "telemetry.distro.name": "spanhouse",
    "telemetry.distro.version": VERSION,
  };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  return defaultResource().merge(detectResources({ detectors: [envDetector] })).merge(resourceFromAttributes(named));
}

/** By trace id alone: the decision of somebody else's tracer, a load balancer say, is not about these spans. */
function samplerOf(settings: Settings): Sampler | undefined {
  if (settings.samplerVariable) return undefined; // the provider reads OTEL_TRACES_SAMPLER
  if (settings.sampleRate >= 1) return new AlwaysOnSampler();
  return settings.sampleRate <= 0 ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(settings.sampleRate);
}

/**
 * Begin to record and send. Every option has a `SPANHOUSE_*` variable, and the usual `OTEL_*` ones count too; with nothing
 * set, spans go to a server on this machine. Never throws. Called again with the same options it changes nothing; with
 * others it begins anew.
 */
export function init(options: InitOptions = {}): Client {
  try {
    const settings = readSettings(options ?? {});
    const old = active.client;
    if (old && isDeepStrictEqual(old.settings, settings) && !old.delivery?.closed) return old;
    active.client = null;
    old?.replaced();
    return (active.client = new Client(settings));
  } catch (error) {
    failed("init", error);
    return (active.client = new Client(readSettings({ enabled: false }, {})));
  }
}

/** The tracer of `init`, for libraries that take one, as the Vercel AI SDK does. Before `init` it records nothing. */
export function tracer(): Tracer {
  return active.client?.tracer ?? trace.getTracerProvider().getTracer("spanhouse", VERSION);
}

/** Send everything now; says what was sent, what was dropped and why, what went to disk and what waits. Never rejects. */
export async function flush(seconds = 10): Promise<FlushReport> {
  try {
    return (await active.client?.flush(seconds)) ?? { ...NOTHING, dropped: {} };
  } catch (error) {
    failed("flush", error);
    return { ...NOTHING, dropped: {} };
  }
}

/** The end: flush, and keep what cannot be sent for the next start. Happens by itself when the process ends. */
export async function shutdown(seconds?: number): Promise<FlushReport> {
  try {
    return (await active.client?.shutdown(seconds)) ?? { ...NOTHING, dropped: {} };
  } catch (error) {
    failed("shutdown", error);
    return { ...NOTHING, dropped: {} };
  }
}

export interface ScoreOptions {
  traceId?: string;
  spanId?: string;
  sessionId?: string;
  comment?: string;
  /** The same `id` again replaces the score. */
  id?: string;
  dataType?: "numeric" | "categorical" | "boolean" | "text";
  metadata?: Record<string, string>;
}

/** Score a span, a trace or a session; without ids, the current span. Sent in the background; returns its id. */
export function score(name: string, value: number | boolean | string, options: ScoreOptions = {}): string {
  try {
    const delivery = active.client?.delivery;
    if (!delivery) return "";
    let { traceId, spanId } = options;
    if (!traceId && !spanId && !options.sessionId) {
      const here = currentSpan();
      if (here.traceId && !here.isSampled) return ""; // a score of a trace that is not kept
      [traceId, spanId] = [here.traceId, here.spanId];
      if (!traceId) {
        warn("score() was called outside of a span and without traceId; it is ignored");
        return "";
      }
    }
    const mask = active.client?.settings.mask;
    const comment = options.comment === undefined ? undefined : String(options.comment);
    const id = options.id ? String(options.id) : randomUUID().replaceAll("-", "");
    const given: Record<string, unknown> = {
      id,
      name: String(name),
      value: ["number", "boolean", "string"].includes(typeof value) ? value : String(value),
      trace_id: traceId,
      span_id: spanId,
      session_id: options.sessionId,
      comment: comment !== undefined && mask ? String(maskText(comment, mask)) : comment,
      data_type: options.dataType,
      metadata: options.metadata && Object.fromEntries(Object.entries(options.metadata).map(([key, text]) => [key, String(text)])),
    };
    delivery.addScore(Object.fromEntries(Object.entries(given).filter(([, found]) => found !== undefined && found !== "")));
    return id;
  } catch (error) {
    failed("score", error);
    return "";
  }
}
