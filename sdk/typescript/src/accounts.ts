/** What became of every span of this process: made = sent + dropped + spooled + pending, at any moment. */

import type { Ledger } from "./ledger.js";
import { REJECTED, type Counts, type Reason } from "./reasons.js";

/** Counts since this process began. Spans of traces that are not sampled are not made. */
export interface FlushReport {
  made: number;
  /** Acknowledged by the server. */
  sent: number;
  /** By reason. */
  dropped: Record<string, number>;
  /** On disk, for the next start. */
  spooled: number;
  /** In memory. */
  pending: number;
  /** Of earlier processes, sent by this one. */
  recovered: number;
  /** Dropped spans that the server has not heard of yet. */
  unreported: number;
  scoresSent: number;
  scoresDropped: number;
  scoresPending: number;
}

export class Accounts {
  made = 0;
  sent = 0;
  spooled = 0;
  recovered = 0;
  readonly open = new Set<string>(); // ids of spans that have begun
  private readonly dropped: Counts = {};
  private readonly unreported: Counts = {};
  private ledger: Ledger | null = null;

  attach(ledger: Ledger): void {
    this.ledger = ledger;
  }

  begun(spanId: string): void {
    this.open.add(spanId);
    this.count();
  }

  ended(spanId: string): void {
    this.open.delete(spanId);
    this.made += 1;
    this.count();
  }

  /** The server's answer to a request with our spans. It has counted those it rejected itself. */
  took(count: number, rejected: number): void {
    const lost = Math.min(rejected, count);
    this.sent += count - lost;
    if (lost) this.dropped[REJECTED] = (this.dropped[REJECTED] ?? 0) + lost;
    this.count();
  }

  /** On disk (or, below zero, no longer). */
  kept(count: number): void {
    this.spooled += count;
    this.count();
  }

  /** `ours`: not a span of an earlier process. */
  drop(reason: Reason, count: number, ours = true): void {
    if (count <= 0) return;
    if (ours) this.dropped[reason] = (this.dropped[reason] ?? 0) + count;
    this.unreported[reason] = (this.unreported[reason] ?? 0) + count;
    this.write();
  }

  /** Spans that have begun and will not be waited for: they count as made and dropped. */
  giveUpOpen(): string[] {
    const left = [...this.open];
    this.open.clear();
    this.made += left.length;
    this.drop("unfinished", left.length);
    return left;
  }

  reported(counts: Counts): void {
    for (const [reason, count] of Object.entries(counts)) this.unreported[reason] = (this.unreported[reason] ?? 0) - (count ?? 0);
    this.write();
  }

  toReport(): Counts {
    return Object.fromEntries(Object.entries(this.unreported).filter(([, count]) => (count ?? 0) > 0));
  }

  get settled(): number {
    return this.sent + this.spooled + total(this.dropped);
  }

  touch(): void {
    this.onDisk((ledger) => ledger.touch());
  }

  /** The end of the process: the file stays when it has something to tell to the next start. */
  close(): void {
    const clean = this.made === this.settled && !this.open.size && !total(this.toReport());
    this.ledger?.close(clean);
    this.ledger = null;
  }

  report(): Omit<FlushReport, "scoresSent" | "scoresDropped" | "scoresPending"> {
    return {
      made: this.made,
      sent: this.sent,
      dropped: { ...this.dropped } as Record<string, number>,
      spooled: this.spooled,
      pending: this.made - this.settled,
      recovered: this.recovered,
      unreported: total(this.toReport()),
    };
  }

  private count(): void {
    this.onDisk((ledger) => ledger.count(this.made, this.settled, this.open.size));
  }

  private write(): void {
    this.count();
    this.onDisk((ledger) => ledger.dropped(this.unreported));
  }

  private onDisk(act: (ledger: Ledger) => void): void {
    try {
      if (this.ledger) act(this.ledger);
    } catch {
      this.ledger = null; // the disk is full or gone: counting goes on in memory
    }
  }
}

function total(counts: Counts): number {
  return Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}
