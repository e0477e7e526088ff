/** Finished spans as an OTLP request body, each text through the mask first. One bad span does not harm the others. */

import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";

import { warn } from "./warn.js";

export type Mask = (text: string) => unknown;
export const MASK_FAILED = "[masked: mask failed]";

/** The body, and the spans that are in it: all but those that cannot be written. */
export function encode(spans: ReadableSpan[], mask: Mask | null): { body: Uint8Array; written: ReadableSpan[] } {
  const ready = mask ? spans.map((span) => masked(span, mask)) : spans;
  const whole = write(ready);
  if (whole) return { body: whole, written: spans };
  const good = ready.map((span) => write([span]) !== undefined);
  const body = write(ready.filter((_, n) => good[n]));
  return { body: body ?? new Uint8Array(), written: body ? spans.filter((_, n) => good[n]) : [] };
}

function write(spans: ReadableSpan[]): Uint8Array | undefined {
  try {
    return ProtobufTraceSerializer.serializeRequest(spans);
  } catch (error) {
    if (spans.length === 1) warn("a span cannot be written", error);
    return undefined;
  }
}

/** What the mask gives; never the text itself when the mask fails. */
export function maskText(text: string, mask: Mask): string | number | boolean {
  let found: unknown;
  try {
    found = mask(text);
  } catch (error) {
    warn("mask failed; the values it fails on are not sent", error);
    return MASK_FAILED;
  }
  return typeof found === "string" || typeof found === "number" || typeof found === "boolean" ? found : MASK_FAILED;
}

/** A copy of the span in which every text has gone through the mask. Numbers and names of spans are as they were. */
function masked(span: ReadableSpan, mask: Mask): ReadableSpan {
  const text = (value: string): string => String(maskText(value, mask));
  const context = span.spanContext();
  return {
    name: span.name,
    kind: span.kind,
    spanContext: () => context,
    parentSpanContext: span.parentSpanContext,
    startTime: span.startTime,
    endTime: span.endTime,
    status: span.status.message ? { ...span.status, message: text(span.status.message) } : span.status,
    attributes: attributes(span.attributes, mask),
    links: span.links.map((link) => ({ ...link, attributes: attributes(link.attributes, mask) })),
    events: span.events.map((event) => ({ ...event, attributes: attributes(event.attributes, mask) })),
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function attributes(given: Attributes | undefined, mask: Mask): Attributes {
  const found: Attributes = {};
  for (const [key, value] of Object.entries(given ?? {})) found[key] = masking(value, mask);
  return found;
}

function masking(value: AttributeValue | undefined, mask: Mask): AttributeValue | undefined {
  if (typeof value === "string") return maskText(value, mask);
  if (Array.isArray(value)) {
    return value.map((item) => (typeof item === "string" ? String(maskText(item, mask)) : item)) as AttributeValue;
  }
  return value;
}

/** About how many bytes the span takes in memory and on the wire; quick, for the bound of the queue. */
export function sizeOf(span: ReadableSpan): number {
  return span.events.reduce((size, event) => size + sizeOfAttributes(event.attributes), 500 + sizeOfAttributes(span.attributes));
}

function sizeOfAttributes(given: Attributes | undefined): number {
  let size = 0;
  for (const key in given) {
    const value = given[key];
    size += 60;
    if (typeof value === "string") size += value.length;
    else if (Array.isArray(value)) for (const item of value) size += typeof item === "string" ? item.length : 8;
  }
  return size;
}
