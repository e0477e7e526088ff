/** How an argument or a variable's text becomes a value. What is thrown ends a sentence that begins with its name. */

import { warn } from "./warn.js";

export const LOOPBACK = ["127.0.0.1", "localhost", "[::1]", "::1"];
export const TRACES_PATH = "/v1/traces";
const TRUE = ["1", "true", "yes", "on"];
const FALSE = ["0", "false", "no", "off"];

export function text(value: unknown): string {
  return String(value).trim();
}

export function flag(value: unknown): boolean {
  const word = text(value).toLowerCase();
  if (TRUE.includes(word)) return true;
  if (FALSE.includes(word)) return false;
  throw new Error(`must be 1 or 0, not ${JSON.stringify(value)}`);
}

/** The base address, whether or not it was given with the path of the traces. */
export function url(value: unknown): string {
  let address = text(value).replace(/\/+$/, "");
  if (address.endsWith(TRACES_PATH)) address = address.slice(0, -TRACES_PATH.length);
  if (!address.includes("://")) {
    const host = address.split("/")[0]?.replace(/:\d+$/, "") ?? "";
    address = (LOOPBACK.includes(host) ? "http://" : "https://") + address;
  }
  let parts: URL | undefined;
  try {
    parts = new URL(address);
  } catch {
    parts = undefined;
  }
  if (!parts || !/^https?:$/.test(parts.protocol) || !parts.hostname) {
    throw new Error("must be an address that begins with http:// or https://");
  }
  if (parts.port === "4317") {
    address = address.replace(":4317", ":4318");
    warn(`port 4317 speaks gRPC; spans are sent over HTTP to ${address}`);
  }
  return address;
}

export function headerText(value: unknown): string {
  const found = text(value);
  if (!/^[\x20-\x7e]*$/.test(found)) throw new Error("must be printable ASCII: it travels in a header");
  return found;
}

/** An object, or `name=value,name=value` with values percent-encoded, as OpenTelemetry writes them. */
export function headers(value: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (typeof value === "object" && value !== null) {
    for (const [name, content] of Object.entries(value)) found[headerText(name).toLowerCase()] = headerText(content);
    return found;
  }
  for (const pair of String(value).split(",")) {
    if (!pair.trim()) continue;
    const [name, ...rest] = pair.split("=");
    if (!rest.length || !name?.trim()) throw new Error("must be name=value pairs, separated by commas");
    found[headerText(name).toLowerCase()] = headerText(decodeURIComponent(rest.join("=")));
  }
  return found;
}

export function number(low: number, high: number): (value: unknown) => number {
  return (value) => {
    const found = typeof value === "number" ? value : Number(text(value) || "none");
    if (Number.isNaN(found)) throw new Error(`must be a number, not ${JSON.stringify(value)}`);
    if (found < low || found > high) throw new Error(`must lie between ${low} and ${high}, not ${found}`);
    return found;
  };
}

export function whole(low: number, high: number): (value: unknown) => number {
  const checked = number(low, high);
  return (value) => Math.trunc(checked(value));
}

/** OpenTelemetry's variables count milliseconds. */
export function milliseconds(low: number, high: number): (value: unknown) => number {
  const checked = number(low * 1000, high * 1000);
  return (value) => checked(value) / 1000;
}

export function aFunction(value: unknown): unknown {
  if (typeof value !== "function") throw new Error("must be a function that takes a text and returns a text");
  return value;
}

export function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error("must be a list");
  return value;
}

export function compression(value: unknown): string {
  const word = text(value).toLowerCase();
  if (!["gzip", "none", "auto"].includes(word)) throw new Error(`must be gzip, none or auto, not ${JSON.stringify(value)}`);
  return word;
}
