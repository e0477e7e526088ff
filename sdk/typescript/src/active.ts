/** The client of this process; null before `init`. One for both builds, as an application may load both. */

import type { Client } from "./client.js";

const KEY = Symbol.for("spanhouse.active.0");
const holder = globalThis as unknown as Record<symbol, { client: Client | null } | undefined>;

export const active = (holder[KEY] ??= { client: null });
export const DEFAULT_LIMIT = 200_000;

export function limit(): number {
  return active.client?.settings.maxValueChars ?? DEFAULT_LIMIT;
}
