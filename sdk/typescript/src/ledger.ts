/**
 * Counts of one process in a small file, so that a process that dies leaves behind how many spans died with it.
 *
 * Each begin and end of a span is one write of 24 bytes; the kernel keeps them when the process is gone. Node has no
 * file locks, so the name says who the owner is: whoever finds that process gone may take the file over.
 */

import { createHash, randomUUID } from "node:crypto";
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync, renameSync, statSync, unlinkSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import { REASON_NAMES, type Counts } from "./reasons.js";

const MAGIC = 0x53504e31; // "SPN1"
const SUFFIX = ".counts";
const SLOTS = 64;
const [ENDED, SETTLED, OPEN, FIRST_REASON] = [1, 2, 3, 8];
/** A process in another container cannot be asked whether it lives; it shows that by touching its file. */
const TOUCH_MS = 60_000;
const SILENT_MS = 10 * TOUCH_MS;

export class Ledger {
  private readonly slots = new Float64Array(SLOTS);
  private readonly bytes = Buffer.from(this.slots.buffer);
  private readonly file: number;
  private readonly path: string;
  private touched = Date.now();

  /** Throws when the folder cannot hold it. */
  constructor(folder: string) {
    this.path = join(folder, `${owner()}-${randomUUID().replaceAll("-", "")}${SUFFIX}`);
    this.slots[0] = MAGIC;
    this.file = openSync(this.path, "wx", 0o600);
    writeSync(this.file, this.bytes, 0, this.bytes.length, 0);
  }

  count(ended: number, settled: number, open: number): void {
    this.slots[ENDED] = ended;
    this.slots[SETTLED] = settled;
    this.slots[OPEN] = open;
    writeSync(this.file, this.bytes, 8, 24, 8);
  }

  dropped(unreported: Counts): void {
    REASON_NAMES.forEach((reason, n) => (this.slots[FIRST_REASON + n] = unreported[reason] ?? 0));
    writeSync(this.file, this.bytes, 0, this.bytes.length, 0);
  }

  /** Now and then: the owner lives. */
  touch(): void {
    const now = Date.now();
    if (now - this.touched < TOUCH_MS) return;
    this.touched = now;
    utimesSync(this.path, now / 1000, now / 1000);
  }

  /** `remove`: nothing is left to tell. Otherwise the next start reads it. */
  close(remove: boolean): void {
    try {
      closeSync(this.file);
      if (remove) unlinkSync(this.path);
    } catch {
      return;
    }
  }
}

/** Take over the files of dead processes: the spans that nobody will hear of any more, by reason. */
export function adopt(folder: string): Counts {
  const found: Counts = {};
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(SUFFIX) || isAlive(name, join(folder, name))) continue;
    for (const [reason, count] of Object.entries(take(join(folder, name)))) found[reason] = (found[reason] ?? 0) + (count ?? 0);
  }
  return found;
}

function take(path: string): Counts {
  try {
    const mine = `${path}.${process.pid}.taken`;
    renameSync(path, mine); // of two processes one succeeds
    const bytes = readFileSync(mine);
    unlinkSync(mine);
    const slots = Array.from({ length: Math.min(SLOTS, bytes.length >> 3) }, (_, n) => bytes.readDoubleLE(n * 8));
    const slot = (n: number): number => slots[n] ?? 0;
    if (slot(0) !== MAGIC) return {};
    const counts: Counts = Object.fromEntries(REASON_NAMES.map((reason, n) => [reason, slot(FIRST_REASON + n)]));
    counts.process_died = (counts.process_died ?? 0) + Math.max(slot(ENDED) - slot(SETTLED), 0);
    counts.unfinished = (counts.unfinished ?? 0) + slot(OPEN);
    return Object.fromEntries(Object.entries(counts).filter(([, count]) => count));
  } catch {
    return {};
  }
}

// --- who lives --------------------------------------------------------------------------------------------------------

/** This process as text: where process ids mean the same, the id, and when it began (ids come again). */
export function owner(): string {
  return `${here()}-${process.pid}-${began(process.pid)}`;
}

/** Whether the process named at the beginning of a file's name lives. `path`: for one that cannot be asked. */
export function isAlive(name: string, path: string): boolean {
  const [place, pid, start] = name.split("-");
  if (place !== here()) {
    try {
      return Date.now() - statSync(path).mtimeMs < SILENT_MS;
    } catch {
      return true;
    }
  }
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return start === began(Number(pid));
}

let place = "";

function here(): string {
  if (!place) {
    const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
    const container = attempt(() => readlinkSync("/proc/self/ns/pid"));
    place = createHash("sha256").update([hostname(), boot, container].join("\n")).digest("hex").slice(0, 16);
  }
  return place;
}

/** When a process began, as Linux says it; elsewhere nothing, and an id that came again passes for its owner. */
function began(pid: number): string {
  return attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[19] ?? "");
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
