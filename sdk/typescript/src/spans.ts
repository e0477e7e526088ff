/** `span("retrieve", { type: "retriever" }, (s) => …)`: one step of a trace, and what can be said about it. */

import { SpanStatusCode, TraceFlags, context, isSpanContextValid, trace } from "@opentelemetry/api";
import type { Attributes, Context, Span as OtelSpan } from "@opentelemetry/api";

import { types } from "node:util";

import { active, limit } from "./active.js";
import * as content from "./content.js";
import * as names from "./names.js";
import { cut, toAttribute } from "./values.js";
import { failed } from "./warn.js";

export interface SpanOptions {
  type?: names.SpanType | (string & {});
  input?: unknown;
  metadata?: Record<string, unknown>;
}

export interface Model {
  provider?: string;
  responseModel?: string;
  responseId?: string;
  finishReasons?: string | Iterable<string>;
  temperature?: number;
  topP?: number;
  topK?: number;
  maxTokens?: number;
  seed?: number;
  stopSequences?: string[];
  presencePenalty?: number;
  frequencyPenalty?: number;
  stream?: boolean;
  /** Any other, as `gen_ai.request.<name>`. */
  [parameter: string]: unknown;
}

/**
 * One step. Before `init`, or when its trace is not sampled, everything works and nothing is recorded.
 *
 * No method throws, whatever it is given. All return the span, so they can be chained.
 */
export class Span {
  private readonly began = performance.now();

  /** `otel`: the OpenTelemetry span, for what is not offered here; undefined when there is none. */
  constructor(readonly otel: OtelSpan | undefined, private readonly type = "") {}

  /** 32 hex digits; "" when there is no span. */
  get traceId(): string {
    return this.otel?.spanContext().traceId ?? "";
  }

  /** 16 hex digits; "" when there is no span. */
  get spanId(): string {
    return this.otel?.spanContext().spanId ?? "";
  }

  /** Whether the span's trace is kept. */
  get isSampled(): boolean {
    return Boolean((this.otel?.spanContext().traceFlags ?? 0) & TraceFlags.SAMPLED);
  }

  /** Anything. On model calls and agents, texts and lists of messages become GenAI messages. */
  setInput(value: unknown): this {
    return this.write(() => content.inputOf(this.type, value, limit()));
  }

  setOutput(value: unknown): this {
    return this.write(() => content.outputOf(this.type, value, limit()));
  }

  /** Numbers, or the usage object of a provider's reply. `inputTokens` counts cached input, too. */
  setUsage(usage: content.Usage | object | null | undefined): this {
    return this.write(() => content.usageOf(usage));
  }

  /** The model asked for, who runs it (as `openai`), what answered, and parameters as `temperature`. */
  setModel(model: string | undefined, more: Model = {}): this {
    return this.write(() => {
      const { provider, responseModel, responseId, finishReasons, ...parameters } = more ?? {};
      const given: Record<string, unknown> = {
        [names.REQUEST_MODEL]: model,
        [names.PROVIDER]: provider,
        [names.RESPONSE_MODEL]: responseModel,
        [names.RESPONSE_ID]: responseId,
        [names.FINISH_REASONS]: typeof finishReasons === "string" ? [finishReasons] : finishReasons && [...finishReasons],
      };
      for (const [name, value] of Object.entries(parameters)) given[names.PARAMETERS[name] ?? `gen_ai.request.${name}`] = value;
      return toAttributes(given);
    });
  }

  /** The stored prompt that was used. */
  setPrompt(name: string, version?: string | number): this {
    return this.setAttributes({ [names.PROMPT_NAME]: name, [names.PROMPT_VERSION]: version === undefined ? version : String(version) });
  }

  /** Attributes under their own names; the filter finds them as `metadata.NAME:value`. */
  setMetadata(values: Record<string, unknown>): this {
    return this.setAttributes(values);
  }

  /** OpenTelemetry attributes. null and undefined are left out; what is neither text nor number becomes JSON. */
  setAttributes(values: Record<string, unknown>): this {
    return this.write(() => toAttributes(values));
  }

  /** An error, recorded with its stack, or a sentence. One that leaves the function is recorded by itself. */
  setError(error: unknown): this {
    try {
      const span = this.otel;
      if (!span?.isRecording()) return this;
      if (error instanceof Error) {
        span.setAttribute(names.ERROR_TYPE, String(error.name));
        span.recordException(error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: cut(`${error.name}: ${error.message}`, 10_000) });
      } else {
        span.setStatus({ code: SpanStatusCode.ERROR, message: cut(String(error), 10_000) });
      }
    } catch (problem) {
      failed("recording an error", problem);
    }
    return this;
  }

  /** Call it when the first part of a streamed reply arrives: now is the time to first token. */
  firstToken(): this {
    return this.setAttributes({ [names.TIME_TO_FIRST]: (performance.now() - this.began) / 1000 });
  }

  /** Only needed for a span of `startSpan`. */
  end(): void {
    try {
      this.otel?.end();
    } catch (error) {
      failed("ending a span", error);
    }
  }

  /** In which this span is the current one. */
  get context(): Context {
    return this.otel ? trace.setSpan(context.active(), this.otel) : context.active();
  }

  private write(make: () => Attributes): this {
    try {
      if (this.otel?.isRecording()) this.otel.setAttributes(make());
    } catch (error) {
      failed("writing to a span", error);
    }
    return this;
  }
}

function toAttributes(values: Record<string, unknown>): Attributes {
  const found: Attributes = {};
  for (const key of Object.keys(values ?? {})) {
    try {
      const value = values[key];
      if (value !== undefined && value !== null) found[key] = toAttribute(value, limit());
    } catch (error) {
      failed(`reading ${key}`, error); // of a getter; the others are kept
    }
  }
  return found;
}

/** A span that the caller ends; for what is not one function. It is not made current. */
export function startSpan(name: string, options: SpanOptions = {}): Span {
  const type = String(options?.type ?? "").toLowerCase();
  try {
    const tracer = active.client?.tracer;
    if (!tracer) return new Span(undefined, type);
    const made = new Span(tracer.startSpan(String(name), { attributes: names.startAttributes(String(name), type) }), type);
    if (options.metadata) made.setMetadata(options.metadata);
    if (options.input !== undefined) made.setInput(options.input);
    return made;
  } catch (error) {
    failed("beginning a span", error);
    return new Span(undefined, type);
  }
}

/** One step of a trace: what `fn` gives is given back, and the span ends when it is there. */
export function span<R>(name: string, fn: (span: Span) => R): R;
export function span<R>(name: string, options: SpanOptions, fn: (span: Span) => R): R;
export function span<R>(name: string, ...rest: [(span: Span) => R] | [SpanOptions, (span: Span) => R]): R {
  const [options, fn] = rest.length === 1 ? [{}, rest[0]] : rest;
  const made = startSpan(name, options);
  let result: R;
  try {
    result = context.with(made.context, fn, undefined, made);
  } catch (error) {
    made.setError(error).end();
    throw error;
  }
  if (!types.isPromise(result)) {
    made.end();
    return result;
  }
  return settled(result as Promise<unknown>, () => made.end(), (error) => made.setError(error).end()) as R;
}

/** The promise, with something done once it is settled. A promise of a class of its own stays what it is. */
export function settled<T>(promise: Promise<T>, kept: (value: T) => void, broken: (error: unknown) => void): Promise<T> {
  if (Object.getPrototypeOf(promise) !== Promise.prototype) {
    promise.then(kept, broken);
    return promise;
  }
  return promise.then(
    (value) => {
      kept(value);
      return value;
    },
    (error: unknown) => {
      broken(error);
      throw error;
    },
  );
}

/** The span around this line, whoever began it: of `observe`, of `span`, of an instrumentation. */
export function currentSpan(): Span {
  const found = trace.getActiveSpan();
  if (!found || !isSpanContextValid(found.spanContext())) return new Span(undefined);
  return new Span(found, names.typeOf((found as { attributes?: Attributes }).attributes ?? {}));
}
