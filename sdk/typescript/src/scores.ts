/** Scores on their way to the REST API: a bounded queue that the rounds of sending empty. */

import { scoresUrl, type Settings } from "./parameters.js";
import { REASONS } from "./reasons.js";
import type { Answer, Sender } from "./sender.js";
import type { Spool } from "./spool.js";
import { warn } from "./warn.js";

const MAX_WAITING = 10_000;
const MAX_REQUEST = 500; // the server takes 1,000
const WAIT_MS = 5_000;

/** A score has an id before it is queued, so one that is sent twice is stored once. */
export class ScoreQueue {
  sent = 0;
  dropped = 0;
  private waiting: Record<string, unknown>[] = [];
  private retryAt = 0;
  private looked = false;
  private readonly url: string;

  constructor(settings: Settings, private readonly sender: Sender, private readonly spool: Spool | null) {
    this.url = scoresUrl(settings);
  }

  get length(): number {
    return this.waiting.length;
  }

  put(score: Record<string, unknown>): void {
    if (this.waiting.length < MAX_WAITING) {
      this.waiting.push(score);
      return;
    }
    this.dropped += 1;
    warn("scores are dropped: too many wait to be sent");
  }

  /** Send what waits; with a deadline even if the server has just said no. */
  async work(deadline?: number): Promise<void> {
    if (deadline === undefined && performance.now() < this.retryAt) return;
    let size = MAX_REQUEST;
    while (this.waiting.length && (deadline === undefined || performance.now() < deadline)) {
      const scores = this.waiting.slice(0, size);
      const answer = await this.post(Buffer.from(JSON.stringify(scores)), deadline);
      if (!this.waiting.includes(scores[0] ?? {})) return; // kept on disk meanwhile
      if (answer.again) {
        this.retryAt = performance.now() + (answer.afterMs ?? WAIT_MS);
        return;
      }
      if ((answer.reason === "refused" || answer.reason === "too_large") && scores.length > 1) {
        size = 1; // one wrong score refuses the whole list
        continue;
      }
      this.settle(scores.length, answer);
    }
    await this.sendKept(deadline);
  }

  private settle(count: number, answer: Answer): void {
    this.waiting.splice(0, count);
    if (!answer.reason) {
      this.sent += count;
      return;
    }
    this.dropped += count;
    const key = answer.reason === "unauthenticated" || answer.reason === "forbidden";
    warn(`scores are dropped: ${key ? "scores need a key with the scope write" : REASONS[answer.reason]}; ${this.url} said ${answer.text}`);
  }

  private post(body: Uint8Array, deadline?: number): Promise<Answer> {
    return this.sender.post(this.url, body, "application/json", deadline === undefined ? undefined : deadline - performance.now());
  }

  /** Once, at the start: what an earlier process left. */
  private async sendKept(deadline?: number): Promise<void> {
    if (!this.spool || this.looked) return;
    this.looked = true;
    for (const kept of this.spool.waiting("scores")) {
      const body = this.spool.read(kept);
      if (!body) continue;
      const answer = await this.post(body, deadline);
      if (answer.again) {
        this.retryAt = performance.now() + WAIT_MS;
        this.looked = false;
        return;
      }
      this.spool.remove(kept);
      if (answer.reason) warn(`scores of an earlier process are dropped: ${this.url} said ${answer.text}`);
    }
  }

  /** The process ends: to the disk. */
  keepAll(): void {
    const scores = this.waiting.splice(0);
    if (!scores.length) return;
    try {
      if (this.spool?.keep("scores", Buffer.from(JSON.stringify(scores)), scores.length)) return;
    } catch (error) {
      warn(`${this.spool?.folder} cannot be written`, error);
    }
    this.dropped += scores.length;
    warn(`${scores.length} scores are dropped: the server was away when the process ended`);
  }
}
