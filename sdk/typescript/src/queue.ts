/** Finished spans that wait to be sent; bounded by number and by bytes. */

import type { ReadableSpan } from "@opentelemetry/sdk-trace-node";

export class Queue {
  private spans: { span: ReadableSpan; size: number }[] = [];
  private first = 0; // those before it are taken: shift() of a long array is slow
  private bytes = 0;

  constructor(private readonly maxSpans: number, private readonly maxBytes: number) {}

  get length(): number {
    return this.spans.length - this.first;
  }

  /** Whether there was room. */
  put(span: ReadableSpan, size: number): boolean {
    if (this.length >= this.maxSpans || this.bytes + size > this.maxBytes) return false;
    this.spans.push({ span, size });
    this.bytes += size;
    return true;
  }

  /** The oldest, of so many bytes together; at least one when there is one. */
  take(maxSpans: number, maxBytes: number): ReadableSpan[] {
    const taken: ReadableSpan[] = [];
    let bytes = 0;
    for (let next = this.spans[this.first]; next && taken.length < maxSpans; next = this.spans[this.first]) {
      if (taken.length && bytes + next.size > maxBytes) break;
      bytes += next.size;
      taken.push(next.span);
      this.first += 1;
    }
    this.bytes -= bytes;
    this.spans = this.spans.slice(this.first);
    this.first = 0;
    return taken;
  }

  get halfFull(): boolean {
    return this.length * 2 >= this.maxSpans || this.bytes * 2 >= this.maxBytes;
  }
}
