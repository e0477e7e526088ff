/**
 * What could not be sent, as files for the next start: bounded, private, one file a request, each sent once.
 *
 * A name tells all that is needed without opening the file: `<time>-<run>-<number>-<items>.<kind>`. `spans` files are
 * OTLP request bodies, `scores` files JSON lists: the Python SDK keeps the same ones in the same folder. Files appear
 * whole or not at all. One process at a time sends them. All is synchronous: the end of a process cannot wait.
 */

import { createHash } from "node:crypto";
import {
  closeSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { isAlive, owner } from "./ledger.js";

export type Kind = "spans" | "scores";
const LOCK = ".sending";

export interface Kept {
  path: string;
  kind: Kind;
  run: string;
  items: number;
}

export class Spool {
  readonly folder: string;
  private number = 0;

  /** `run` names who writes. Every method throws when the disk does not do as asked. */
  constructor(root: string, endpoint: string, apiKey: string, private readonly maxBytes: number, readonly run: string) {
    // One folder for each server and key: what was recorded for one project is never sent to another.
    const name = createHash("sha256").update(`${endpoint}\n${apiKey}`).digest("hex").slice(0, 24);
    this.folder = join(root, name);
    mkdirSync(root, { recursive: true, mode: 0o700 });
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(this.folder);
    // The temporary folder belongs to everybody: somebody else's folder under our name is not used.
    if (!found.isDirectory() || (process.getuid && found.uid !== process.getuid())) {
      throw new Error(`${this.folder} belongs to another user`);
    }
  }

  /** Whether there was room. */
  keep(kind: Kind, body: Uint8Array, items: number): boolean {
    if (this.used() + body.length > this.maxBytes) return false;
    this.number += 1;
    const time = (BigInt(Date.now()) * 1_000_000n).toString().padStart(20, "0");
    const path = join(this.folder, `${time}-${this.run}-${this.number}-${items}.${kind}`);
    try {
      writeFileSync(`${path}.new`, body, { flag: "wx", mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      rmSync(`${path}.new`, { force: true });
      throw error;
    }
    return true;
  }

  private used(): number {
    let bytes = 0;
    for (const name of readdirSync(this.folder)) {
      if (/\.(spans|scores)$/.test(name)) bytes += statSync(join(this.folder, name), { throwIfNoEntry: false })?.size ?? 0;
    }
    return bytes;
  }

  /** Oldest first. */
  waiting(kind: Kind): Kept[] {
    const found: Kept[] = [];
    for (const name of readdirSync(this.folder).sort()) {
      const parts = /^\d+-([^-]+)-\d+-(\d+)\.(spans|scores)$/.exec(name);
      if (parts && parts[3] === kind) found.push({ path: join(this.folder, name), kind, run: parts[1] ?? "", items: Number(parts[2]) });
    }
    return found;
  }

  /** undefined when somebody else has sent it. */
  read(kept: Kept): Buffer | undefined {
    try {
      return readFileSync(kept.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  remove(kept: Kept): void {
    rmSync(kept.path, { force: true });
  }

  /** What gives the lock back; undefined when another process sends. */
  lock(): (() => void) | undefined {
    for (const name of readdirSync(this.folder)) {
      if (!name.endsWith(LOCK)) continue;
      if (isAlive(name, join(this.folder, name))) return undefined;
      rmSync(join(this.folder, name), { force: true });
    }
    const path = join(this.folder, owner() + LOCK);
    try {
      closeSync(openSync(path, "wx", 0o600));
    } catch {
      return undefined; // another thread of this process
    }
    return () => {
      try {
        unlinkSync(path);
      } catch {
        return;
      }
    };
  }
}
