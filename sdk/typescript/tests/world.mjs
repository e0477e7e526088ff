// One client in this process, sending to a collector.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as spanhouse from "spanhouse";

import { Collector } from "./collector.mjs";

/** `spans()` gives all that was recorded since, by name. */
export async function begin(t, options = {}) {
  const collector = await new Collector().open();
  const folder = mkdtempSync(join(tmpdir(), "spanhouse-"));
  const client = spanhouse.init({ endpoint: collector.address, apiUrl: collector.address, spoolDir: folder, flushInterval: 60, project: "tests", ...options });
  t.after(async () => {
    await spanhouse.shutdown(1);
    await collector.shut();
    rmSync(folder, { recursive: true, force: true });
  });
  const spans = async () => {
    await spanhouse.flush(5);
    return Object.fromEntries(collector.all.map((span) => [span.name, span]));
  };
  return { collector, client, spans };
}
