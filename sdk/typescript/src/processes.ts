/** The end of the process: by itself, by `process.exit`, by an exception. */

import type { Delivery } from "./delivery.js";
import { failed } from "./warn.js";

const deliveries = new Set<Delivery>();
const seen = new WeakMap<Delivery, string>();
let hooked = false;

/** Flush it when the process ends; when it may not wait any more, spool what is left. */
export function watch(delivery: Delivery): void {
  deliveries.add(delivery);
  if (hooked) return;
  hooked = true;
  process.on("beforeExit", () => {
    for (const each of deliveries) void beforeExit(each);
  });
  process.on("exit", () => {
    for (const each of deliveries) end(each);
  });
}

export function end(delivery: Delivery): void {
  deliveries.delete(delivery);
  try {
    delivery.end();
  } catch (error) {
    failed("the end of the process", error);
  }
}

/** Node asks again when something was done; what could not be sent is not tried for ever. */
async function beforeExit(delivery: Delivery): Promise<void> {
  const progress = delivery.progress;
  if (delivery.closed || seen.get(delivery) === progress) return;
  seen.set(delivery, progress);
  await delivery.flush(delivery.exitSeconds).catch((error: unknown) => failed("the end of the process", error));
}
