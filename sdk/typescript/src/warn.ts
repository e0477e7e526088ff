/** Warnings to the application's log: each sentence at most once a minute, and never an exception. */

const EVERY_MS = 60_000;
const MAX_SENTENCES = 200;
const said = new Map<string, number>();

export function warn(text: string, error?: unknown): void {
  try {
    const now = Date.now();
    if (now < (said.get(text) ?? 0)) return;
    if (said.size > MAX_SENTENCES) said.clear();
    said.set(text, now + EVERY_MS);
    if (error === undefined) console.warn(`spanhouse: ${text}`);
    else console.warn(`spanhouse: ${text}`, error);
  } catch {
    return;
  }
}

/** An error of our own: told, and kept from the application. */
export function failed(what: string, error: unknown): void {
  warn(`${what} failed; the application is not affected`, error ?? "unknown error");
}
