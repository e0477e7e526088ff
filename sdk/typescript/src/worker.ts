/** Carries finished spans to the server, and to the disk when the server is away. One round at a time. */

import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";
import { randomUUID } from "node:crypto";

import type { Accounts } from "./accounts.js";
import { encode } from "./encoding.js";
import { adopt } from "./ledger.js";
import type { Settings } from "./parameters.js";
import type { Queue } from "./queue.js";
import { REASONS, report, type Counts, type Reason } from "./reasons.js";
import type { Answer, Sender } from "./sender.js";
import type { Kept, Spool } from "./spool.js";
import { warn } from "./warn.js";

const PROTOBUF = "application/x-protobuf";
// The server takes 32 MiB; smaller requests are sooner there, and two of them are in memory at once.
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [500, 30_000];
const MAX_FAILURES = 5; // of the server (500) on the same request
const IDLE_LOOK_MS = 5_000; // how often an idle process looks for files that others left
const REFUSED_REPORT_MS = 60_000;

/** One request: its spans until it is written, so that it can be halved. */
interface Batch {
  spans: ReadableSpan[];
  body?: Uint8Array;
  failures: number;
}

const now = (): number => performance.now();
const nowNs = (): string => (BigInt(Date.now()) * 1_000_000n).toString();
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

export class Worker {
  /** The process has given up what this one was sending: it is on disk. */
  abandoned = false;
  private batches: Batch[] = [];
  private retryAt = 0;
  private waitMs = FIRST_WAIT_MS;
  private lookAt = 0;
  private readonly failures = new Map<string, number>();
  private report: { counts: Counts; body: Buffer } | null = null;
  private reportAt = 0;
  private reportedNs = nowNs();
  private readonly instance = randomUUID();
  private readonly tracesUrl: string;

  constructor(
    private readonly settings: Settings,
    private readonly sender: Sender,
    private readonly accounts: Accounts,
    private readonly queue: Queue,
    private readonly spool: Spool | null,
    private readonly service: string,
  ) {
    this.tracesUrl = `${settings.endpoint}/v1/traces`;
  }

  get hasWork(): boolean {
    return this.queue.length > 0 || this.batches.length > 0;
  }

  /** Send what waits. With a deadline (of `performance.now()`): at once, and what cannot be sent now goes to the spool. */
  async work(deadline?: number): Promise<void> {
    this.accounts.touch();
    if ((await this.sendLive(deadline)) && this.mayTry(deadline)) {
      await this.sendKept(deadline);
      await this.sendReport(deadline);
    }
  }

  private mayTry(deadline?: number): boolean {
    return !this.abandoned && (deadline === undefined ? now() >= this.retryAt : now() < deadline);
  }

  /** Whether all that waited is settled. */
  private async sendLive(deadline?: number): Promise<boolean> {
    for (let batch = this.next(); batch; batch = this.next()) {
      if (!this.mayTry(deadline)) {
        this.makeRoom();
        return false;
      }
      const answer = await this.post(this.tracesUrl, batch.body ?? new Uint8Array(), deadline);
      if (this.abandoned) return false;
      if (this.settle(batch, answer)) continue;
      if (deadline === undefined) {
        this.makeRoom();
        return false;
      }
      if (answer.afterMs === undefined || now() + answer.afterMs >= deadline) {
        this.keepAll(false);
        return false;
      }
      await sleep(answer.afterMs);
    }
    return true;
  }

  private post(url: string, body: Uint8Array, deadline?: number, type = PROTOBUF): Promise<Answer> {
    return this.sender.post(url, body, type, deadline === undefined ? undefined : deadline - now());
  }

  /** The request to send next. */
  private next(): Batch | undefined {
    for (;;) {
      if (!this.batches.length) {
        const spans = this.queue.take(this.settings.batchSpans, MAX_BATCH_BYTES);
        if (!spans.length) return undefined;
        this.batches.push({ spans, failures: 0 });
      }
      const batch = this.batches[0];
      if (batch && this.write(batch)) return batch;
      this.batches.shift();
    }
  }

  /** Whether anything of the batch can be sent. */
  private write(batch: Batch): boolean {
    if (!batch.body) {
      const { body, written } = encode(batch.spans, this.settings.mask);
      this.accounts.drop("encode_failed", batch.spans.length - written.length);
      batch.body = body;
      batch.spans = written;
    }
    return batch.spans.length > 0;
  }

  /** Whether the batch is done with. */
  private settle(batch: Batch, answer: Answer): boolean {
    if (!answer.reason) {
      this.accounts.took(batch.spans.length, answer.rejected);
      if (answer.rejected) warn(`the server rejected ${answer.rejected} spans: ${answer.text}`);
      this.retryAt = 0;
      this.waitMs = FIRST_WAIT_MS;
    } else if (answer.again) {
      batch.failures += answer.reason === "server_error" ? 1 : 0;
      if (batch.failures < MAX_FAILURES) {
        this.wait(answer);
        return false;
      }
      this.drop(answer.reason, batch.spans.length, answer);
    } else if (answer.reason === "too_large" && batch.spans.length > 1) {
      const middle = batch.spans.length >> 1;
      const halves = [batch.spans.slice(0, middle), batch.spans.slice(middle)];
      this.batches.splice(0, 1, ...halves.map((spans) => ({ spans, failures: 0 })));
      return true;
    } else {
      this.drop(answer.reason, batch.spans.length, answer);
    }
    this.batches.shift();
    return true;
  }

  private wait(answer: Answer): void {
    this.retryAt = now() + (answer.afterMs ?? this.waitMs * (0.75 + Math.random() / 2));
    this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
    warn(`${this.tracesUrl} does not take spans now (${answer.text}); they are kept and sent later`);
  }

  private drop(reason: Reason, count: number, answer: Answer, ours = true): void {
    this.accounts.drop(reason, count, ours);
    warn(`spans are dropped: ${REASONS[reason]}; ${this.tracesUrl} said ${answer.text}`);
  }

  // --- the disk -------------------------------------------------------------------------------------------------------

  /** While the server is away: move the older half of the queue to the disk, so that new spans find room. */
  private makeRoom(): void {
    while (this.spool && this.queue.halfFull) {
      const spans = this.queue.take(this.settings.batchSpans, MAX_BATCH_BYTES);
      if (!spans.length || !this.keep({ spans, failures: 0 }, true)) return;
    }
  }

  /** Everything in memory to the disk. `drop`: the process ends, what the disk does not take is given up. */
  keepAll(drop: boolean): void {
    if (!this.spool && !drop) return;
    for (let batch = this.next(); batch; batch = this.next()) {
      if (!this.keep(batch, drop)) return;
      this.batches.shift();
    }
  }

  /** Whether the batch is settled: on disk, or dropped for want of room. */
  private keep(batch: Batch, drop: boolean): boolean {
    if (!this.write(batch)) return true;
    const count = batch.spans.length;
    try {
      if (this.spool?.keep("spans", batch.body ?? new Uint8Array(), count)) {
        this.accounts.kept(count);
        return true;
      }
    } catch (error) {
      warn(`${this.spool?.folder} cannot be written`, error);
    }
    if (drop) {
      const reason = this.spool ? "spool_full" : "unreachable";
      this.accounts.drop(reason, count);
      warn(`spans are dropped: ${REASONS[reason]}`);
    }
    return drop;
  }

  /** Files of the spool, and the counts of processes that died; one process of all does this at a time. */
  private async sendKept(deadline?: number): Promise<void> {
    const spool = this.spool;
    if (!spool || (deadline === undefined && now() < this.lookAt)) return;
    this.lookAt = now() + IDLE_LOOK_MS;
    try {
      for (const [reason, count] of Object.entries(adopt(spool.folder))) this.accounts.drop(reason as Reason, count ?? 0, false);
      const files = spool.waiting("spans");
      const unlock = files.length ? spool.lock() : undefined;
      if (!unlock) return;
      try {
        for (const kept of files) if (!this.mayTry(deadline) || !(await this.sendFile(spool, kept, deadline))) return;
      } finally {
        unlock();
      }
    } catch (error) {
      warn(`${spool.folder} cannot be read`, error);
    }
  }

  /** Whether the file is settled. */
  private async sendFile(spool: Spool, kept: Kept, deadline?: number): Promise<boolean> {
    const ours = kept.run === spool.run;
    const body = spool.read(kept);
    if (!body) return true;
    const answer: Answer = body.length
      ? await this.post(this.tracesUrl, body, deadline)
      : { reason: "spool_unreadable", rejected: 0, text: "nothing" };
    if (this.abandoned) return false;
    if (answer.again) {
      const failures = (this.failures.get(kept.path) ?? 0) + (answer.reason === "server_error" ? 1 : 0);
      this.failures.set(kept.path, failures);
      if (failures < MAX_FAILURES) {
        this.wait(answer);
        return false;
      }
    }
    spool.remove(kept);
    this.failures.delete(kept.path);
    if (ours) this.accounts.kept(-kept.items);
    if (answer.reason) this.drop(answer.reason, kept.items, answer, ours);
    else if (ours) this.accounts.took(kept.items, answer.rejected);
    else this.accounts.recovered += kept.items - Math.min(answer.rejected, kept.items);
    return true;
  }

  // --- what was dropped -----------------------------------------------------------------------------------------------

  private async sendReport(deadline?: number): Promise<void> {
    if (!this.mayTry(deadline) || now() < this.reportAt) return;
    if (!this.report) {
      const counts = this.accounts.toReport();
      if (!Object.keys(counts).length) return;
      const at = nowNs();
      this.report = { counts, body: report(counts, this.instance, this.service, this.reportedNs, at) };
      this.reportedNs = at;
    }
    const { counts, body } = this.report; // the same bytes until they are taken: the server counts them once
    const answer = await this.post(`${this.settings.endpoint}/v1/metrics`, body, deadline, "application/json");
    if (this.abandoned) return;
    if (answer.again) {
      this.wait(answer);
    } else if (answer.reason) {
      this.reportAt = now() + REFUSED_REPORT_MS; // kept in the ledger, for a key or a server that takes it
    } else {
      this.accounts.reported(counts);
      this.report = null;
    }
  }
}
