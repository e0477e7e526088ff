/** The span processor: counts and queues each finished span in the caller's time, and sends in rounds of its own. */

import type { Context } from "@opentelemetry/api";
import { TraceFlags } from "@opentelemetry/api";
import type { ReadableSpan, Span, SpanProcessor } from "@opentelemetry/sdk-trace-node";
import { randomUUID } from "node:crypto";

import { Accounts, type FlushReport } from "./accounts.js";
import { sizeOf } from "./encoding.js";
import { Ledger } from "./ledger.js";
import type { Settings } from "./parameters.js";
import { inherited } from "./propagation.js";
import { Queue } from "./queue.js";
import { ScoreQueue } from "./scores.js";
import { Sender } from "./sender.js";
import { Spool } from "./spool.js";
import { failed, warn } from "./warn.js";
import { Worker } from "./worker.js";

export class Delivery implements SpanProcessor {
  closed = false;
  private readonly accounts = new Accounts();
  private readonly queue: Queue;
  private readonly scores: ScoreQueue;
  private readonly sender: Sender;
  private readonly worker: Worker;
  private readonly givenUp = new Set<string>();
  private timer: NodeJS.Timeout | null = null;
  private kicked = false;
  private round: Promise<void> | null = null;

  constructor(private readonly settings: Settings, service: string) {
    this.queue = new Queue(settings.queueSpans, settings.queueBytes);
    this.sender = new Sender(settings);
    const spool = openSpool(settings);
    if (spool) {
      try {
        this.accounts.attach(new Ledger(spool.folder));
      } catch (error) {
        warn("spans of a process that dies will not be counted", error);
      }
    }
    this.worker = new Worker(settings, this.sender, this.accounts, this.queue, spool, service);
    this.scores = new ScoreQueue(settings, this.sender, spool);
    if (spool) this.wake(true); // what earlier processes left does not wait for a first span
  }

  // --- in the caller's time -------------------------------------------------------------------------------------------

  onStart(span: Span, parent: Context): void {
    try {
      for (const [key, value] of inherited(parent)) if (span.attributes[key] === undefined) span.setAttribute(key, value);
      const context = span.spanContext();
      if (context.traceFlags & TraceFlags.SAMPLED && !this.closed) this.accounts.begun(context.spanId);
    } catch (error) {
      failed("starting a span", error);
    }
  }

  onEnd(span: ReadableSpan): void {
    try {
      const context = span.spanContext();
      if (!(context.traceFlags & TraceFlags.SAMPLED) || this.givenUp.delete(context.spanId)) return;
      this.accounts.ended(context.spanId);
      if (this.closed) this.accounts.drop("after_shutdown", 1);
      else if (!this.queue.put(span, sizeOf(span))) this.accounts.drop("queue_full", 1);
      else this.wake(this.queue.length % this.settings.batchSpans === 0);
    } catch (error) {
      failed("ending a span", error);
    }
  }

  addScore(score: Record<string, unknown>): void {
    if (this.closed) return;
    this.scores.put(score);
    this.wake(false);
  }

  /** `now`: a batch is full. Neither keeps the process alive; its end flushes. */
  private wake(now: boolean): void {
    if (!this.timer) {
      this.timer = setInterval(() => void this.quietRound(), this.settings.flushInterval * 1000);
      this.timer.unref();
    }
    if (!now || this.kicked) return;
    this.kicked = true;
    setImmediate(() => {
      this.kicked = false;
      void this.quietRound();
    }).unref();
  }

  // --- sending --------------------------------------------------------------------------------------------------------

  private async quietRound(): Promise<void> {
    if (!this.round && !this.closed) await this.startRound();
  }

  private startRound(deadline?: number): Promise<void> {
    const round = (async () => {
      try {
        await this.worker.work(deadline);
        await this.scores.work(deadline);
      } catch (error) {
        failed("sending", error);
      }
    })().finally(() => {
      if (this.round === round) this.round = null;
    });
    this.round = round;
    return round;
  }

  get hasWork(): boolean {
    return this.worker.hasWork || this.scores.length > 0;
  }

  /** Changes whenever there is something new to send. */
  get progress(): string {
    return `${this.accounts.made} ${this.scores.sent + this.scores.dropped + this.scores.length}`;
  }

  get exitSeconds(): number {
    return this.settings.exitTimeout;
  }

  /** Send everything now. What the server does not take goes to the spool. Ends within about `seconds`. */
  async flush(seconds: number): Promise<FlushReport> {
    const deadline = performance.now() + seconds * 1000;
    let end: NodeJS.Timeout | undefined;
    // The timer also keeps the process alive while somebody waits for the answer.
    const over = new Promise<"over">((resolve) => (end = setTimeout(() => resolve("over"), seconds * 1000 + 50)));
    try {
      while (this.round) if ((await Promise.race([this.round, over])) === "over") return this.report();
      await Promise.race([this.startRound(deadline), over]);
    } finally {
      clearTimeout(end);
    }
    return this.report();
  }

  report(): FlushReport {
    const { sent, dropped, length } = this.scores;
    return { ...this.accounts.report(), scoresSent: sent, scoresDropped: dropped, scoresPending: length };
  }

  async forceFlush(): Promise<void> {
    await this.flush(30);
  }

  // --- the end --------------------------------------------------------------------------------------------------------

  /** Flush; what cannot be sent goes to the spool, what has no room there is dropped. Later spans are dropped. */
  async shutdown(seconds = this.settings.exitTimeout): Promise<void> {
    if (this.closed) return;
    this.close();
    await this.flush(seconds);
    this.keep();
    this.sender.close();
  }

  /** The process ends this moment: nothing can be sent any more, so everything goes to the spool. */
  end(): void {
    if (!this.closed) this.close();
    this.keep();
    this.accounts.close();
  }

  private close(): void {
    this.closed = true;
    if (this.timer) clearInterval(this.timer);
    for (const spanId of this.accounts.giveUpOpen()) this.givenUp.add(spanId);
  }

  private keep(): void {
    // What a request that hangs is sending is kept as well, and stored once.
    this.worker.abandoned = true;
    this.worker.keepAll(true);
    this.scores.keepAll();
  }
}

function openSpool(settings: Settings): Spool | null {
  if (!settings.spool) return null;
  try {
    const run = `${process.pid}x${randomUUID().replaceAll("-", "").slice(0, 16)}`;
    return new Spool(settings.spoolDir, settings.endpoint, settings.apiKey, settings.spoolBytes, run);
  } catch (error) {
    warn("there is no spool, what cannot be sent is dropped", error);
    return null;
  }
}
