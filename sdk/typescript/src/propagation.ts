/** Attributes for every span inside a function: by the OpenTelemetry context; over processes by W3C baggage. */

import { ROOT_CONTEXT, context, createContextKey, defaultTextMapGetter, defaultTextMapSetter, propagation } from "@opentelemetry/api";
import type { AttributeValue, Attributes, Context } from "@opentelemetry/api";
import { W3CBaggagePropagator, W3CTraceContextPropagator } from "@opentelemetry/core";

import * as names from "./names.js";
import { toAttribute } from "./values.js";
import { failed } from "./warn.js";

const KEY = createContextKey("spanhouse-attributes");
const MAX_CHARS = 10_000;
// What another process may say about our spans; everything else in its baggage is not for us.
const FROM_BAGGAGE = [names.SESSION_ID, names.USER_ID, names.TRACE_NAME, names.TAGS];
const PREFIX = "spanhouse.attr.";

export interface Inherited {
  sessionId?: string;
  userId?: string;
  tags?: string | Iterable<string>;
  traceName?: string;
  /** Attributes under their own names. */
  metadata?: Record<string, unknown>;
  /** Also into the baggage of outgoing requests: do so only towards services you trust. */
  baggage?: boolean;
}

/**
 * `attributes({ sessionId, userId, tags }, () => …)` sets them on every span that begins inside, however long it takes.
 * Calls inside add to those outside; tags add up. A span's own attribute wins over one of these.
 */
export function attributes<R>(values: Inherited, fn: () => R): R {
  let inside = context.active();
  try {
    inside = joined(values, inside);
  } catch (error) {
    failed("attributes", error);
  }
  return context.with(inside, fn);
}

function joined(values: Inherited, outside: Context): Context {
  const found: Attributes = {};
  const given = { [names.SESSION_ID]: values.sessionId, [names.USER_ID]: values.userId, [names.TRACE_NAME]: values.traceName };
  for (const [key, value] of Object.entries(given)) if (value !== undefined && value !== null) found[key] = String(value);
  for (const [key, value] of Object.entries(values.metadata ?? {})) {
    if (value !== undefined && value !== null) found[key] = toAttribute(value, MAX_CHARS);
  }
  const before = current(outside);
  if (values.tags) {
    const tags = typeof values.tags === "string" ? [values.tags] : [...values.tags].map(String);
    found[names.TAGS] = [...new Set([...((before[names.TAGS] as string[] | undefined) ?? []), ...tags])];
  }
  let inside = outside.setValue(KEY, { ...before, ...found });
  if (values.baggage) {
    let baggage = propagation.getBaggage(outside) ?? propagation.createBaggage();
    for (const [key, value] of Object.entries(found)) {
      baggage = baggage.setEntry(FROM_BAGGAGE.includes(key) ? key : PREFIX + key, { value: toBaggage(value) });
    }
    inside = propagation.setBaggage(inside, baggage);
  }
  return inside;
}

function current(from: Context): Attributes {
  return (from.getValue(KEY) as Attributes | undefined) ?? {};
}

/** What a span that begins in this context is given. */
export function inherited(from: Context): [string, AttributeValue][] {
  const found: Attributes = {};
  for (const [key, entry] of propagation.getBaggage(from)?.getAllEntries() ?? []) {
    const text = entry.value.slice(0, MAX_CHARS);
    if (key === names.TAGS) found[key] = text.split(",").filter(Boolean).map(decodeURIComponent);
    else if (FROM_BAGGAGE.includes(key)) found[key] = text;
    else if (key.startsWith(PREFIX)) found[key.slice(PREFIX.length)] = text;
  }
  return Object.entries({ ...found, ...current(from) }) as [string, AttributeValue][];
}

function toBaggage(value: AttributeValue | undefined): string {
  return Array.isArray(value) ? value.map((item) => encodeURIComponent(String(item))).join(",") : String(value);
}

// --- from process to process ------------------------------------------------------------------------------------------

const trace = new W3CTraceContextPropagator();
const baggage = new W3CBaggagePropagator();

/** Put the current span (`traceparent`) and the baggage into the headers of an outgoing request; returns them. */
export function inject(headers: Record<string, string> = {}): Record<string, string> {
  try {
    trace.inject(context.active(), headers, defaultTextMapSetter);
    baggage.inject(context.active(), headers, defaultTextMapSetter);
  } catch (error) {
    failed("inject", error);
  }
  return headers;
}

/** `remote(request.headers, () => …)` goes on with the trace and the baggage of the caller. */
export function remote<R>(headers: Headers | Record<string, string | string[] | undefined>, fn: () => R): R {
  let inside = context.active();
  try {
    const pairs: Iterable<[string, unknown]> = headers instanceof Headers ? headers : Object.entries(headers);
    const carrier: Record<string, string> = {};
    for (const [name, value] of pairs) if (value !== undefined) carrier[name.toLowerCase()] = String(value);
    inside = baggage.extract(trace.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter), carrier, defaultTextMapGetter);
  } catch (error) {
    failed("remote", error);
  }
  return context.with(inside, fn);
}
