/**
 * Any JavaScript value as bounded text: never throws, never runs long, never keeps a reference.
 *
 * A value is read when it is given, in the caller's time, because it may change before it is sent. So what is read is
 * bounded by characters, by items and by depth, and nothing of an object is run but its `toJSON`. Instances of classes
 * without one are named, not shown: a client would show its key.
 */

import type { AttributeValue } from "@opentelemetry/api";

const MAX_DEPTH = 12;
const MAX_ITEMS = 5_000; // of all containers of one value together
const MAX_KEY_CHARS = 200;

/** At most `limit` characters, with a note of how many are missing. Half of a surrogate pair has no place in UTF-8. */
export function cut(text: string, limit: number): string {
  const taken = text.length <= limit ? text : `${text.slice(0, limit)}… [${text.length - limit} characters cut]`;
  return wellFormed(taken);
}

export function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "?") : text;
}

/** Text as it is, everything else as JSON; cut after `limit` characters. */
export function toText(value: unknown, limit: number): string {
  if (typeof value === "string") return cut(value, limit);
  return cut(JSON.stringify(plain(value, limit)) ?? "null", limit);
}

/** What OpenTelemetry takes as an attribute: a scalar as it is, a list of texts as that, the rest as JSON text. */
export function toAttribute(value: unknown, limit: number): AttributeValue {
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return value;
  const items = value instanceof Set ? [...value] : value;
  if (Array.isArray(items) && items.length <= 200 && items.every((item) => typeof item === "string")) {
    return items.map((item: string) => cut(item, limit));
  }
  return toText(value, limit);
}

/** `value` made of what JSON has, within the bounds. */
export function plain(value: unknown, limit: number): unknown {
  return new Reader(limit).plain(value, 0);
}

/** One value's reading; `left` characters and `items` items may still be taken. */
class Reader {
  private items = MAX_ITEMS;
  private inside = new Set<object>();

  constructor(private left: number) {}

  plain(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case "string":
        return this.text(value);
      case "number":
        this.left -= 8;
        return Number.isFinite(value) ? value : String(value);
      case "boolean":
        return value;
      case "bigint":
        return this.text(value.toString());
      case "undefined":
        return null;
      case "symbol":
        return this.text(value.toString());
      default:
        try {
          return value === null ? null : this.object(value as object, depth);
        } catch (error) {
          return `[${nameOf(value)}: ${error instanceof Error ? error.name : "error"} while it was read]`;
        }
    }
  }

  private text(value: string): string {
    const taken = cut(value, Math.max(this.left, 0));
    this.left -= taken.length;
    return taken;
  }

  private object(value: object, depth: number): unknown {
    if (typeof value === "function") return `[function ${value.name}]`;
    if (depth >= MAX_DEPTH) return `[${nameOf(value)}: deeper than ${MAX_DEPTH}]`;
    if (this.inside.has(value)) return `[${nameOf(value)}: contains itself]`;
    this.inside.add(value);
    try {
      if (Array.isArray(value)) return this.list(value, value.length, depth);
      if (value instanceof Set) return this.list(value, value.size, depth);
      if (value instanceof Map) return this.entries(value, value.size, depth);
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
      if (value instanceof Error) return this.text(`${value.name}: ${value.message}`);
      if (value instanceof RegExp) return this.text(String(value));
      const toJSON: unknown = (value as { toJSON?: unknown }).toJSON;
      if (typeof toJSON === "function") return this.plain(toJSON.call(value), depth + 1);
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype !== null && !isPlainPrototype(prototype)) return `[${nameOf(value)}]`;
      return this.entries(ownEntries(value), Object.keys(value).length, depth);
    } finally {
      this.inside.delete(value);
    }
  }

  private list(values: Iterable<unknown>, length: number, depth: number): unknown[] {
    const taken: unknown[] = [];
    for (const value of values) {
      if (this.items <= 0 || this.left <= 0) {
        taken.push(`… [${length - taken.length} more]`);
        break;
      }
      this.items -= 1;
      taken.push(this.plain(value, depth + 1));
    }
    return taken;
  }

  private entries(values: Iterable<[unknown, unknown]>, length: number, depth: number): Record<string, unknown> {
    const taken: Record<string, unknown> = {};
    let count = 0;
    for (const [key, value] of values) {
      if (this.items <= 0 || this.left <= 0) {
        taken["…"] = `[${length - count} more]`;
        break;
      }
      this.items -= 1;
      count += 1;
      const name = cut(typeof key === "string" ? key : nameOf(key), MAX_KEY_CHARS);
      this.left -= name.length;
      // Not by assignment: the name may be __proto__.
      Object.defineProperty(taken, name, { value: this.plain(value, depth + 1), enumerable: true, configurable: true });
    }
    return taken;
  }
}

function isPlainPrototype(prototype: unknown): boolean {
  // Also of another realm: its Object has the same name and no prototype above.
  return prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** Without running getters. */
function* ownEntries(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || property.value === undefined) {
      if (property?.get) yield [key, "[computed when read]"];
    } else {
      yield [key, property.value];
    }
  }
}

function nameOf(value: unknown): string {
  try {
    if (typeof value !== "object" || value === null) return String(value);
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof name === "string" && name ? name : "object";
  } catch {
    return "object";
  }
}
