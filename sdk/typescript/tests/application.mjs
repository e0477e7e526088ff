// Programs under test: run as processes against a collector, with a spool of their own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Collector } from "./collector.mjs";

const PROGRAMS = fileURLToPath(new URL("./programs/", import.meta.url));

export class Application {
  collector = new Collector();
  folder = mkdtempSync(join(tmpdir(), "spanhouse-"));

  static async make(t) {
    const made = new Application();
    await made.collector.open();
    t.after(async () => {
      await made.collector.shut().catch(() => {});
      rmSync(made.folder, { recursive: true, force: true });
    });
    return made;
  }

  environment(more = {}) {
    const own = Object.fromEntries(Object.entries(more).map(([name, value]) => [`SPANHOUSE_${name.toUpperCase()}`, String(value)]));
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(OTEL|SPANHOUSE|NODE)_/.test(name)));
    return { ...clean, SPANHOUSE_ENDPOINT: this.collector.address, SPANHOUSE_SPOOL_DIR: join(this.folder, "spool"), SPANHOUSE_EXIT_TIMEOUT: "2", ...own };
  }

  start(scene, more, program = "scenes.mjs") {
    return spawn(process.execPath, [join(PROGRAMS, program), scene], { env: this.environment(more), stdio: ["pipe", "pipe", "pipe"] });
  }

  /** What the program printed, as JSON when it is, and how it ended. */
  async run(scene, more, program) {
    const child = this.start(scene, more, program);
    let [out, err] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (err += text));
    const code = await new Promise((resolve) => child.on("close", (number, signal) => resolve(number ?? signal)));
    return { code, err, said: out.trim().startsWith("{") ? JSON.parse(out) : out };
  }
}
