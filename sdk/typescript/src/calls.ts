/** One run of an observed function: the span around it, what came in and what came out. */

import { context, trace } from "@opentelemetry/api";
import type { Attributes, Context } from "@opentelemetry/api";

import { active } from "./active.js";
import * as content from "./content.js";
import * as names from "./names.js";
import { Span } from "./spans.js";
import { toText } from "./values.js";
import { failed } from "./warn.js";

const MAX_ITEMS = 10_000; // of a stream that are kept for its output

/** What is known of a function before it runs. */
export interface Plan {
  name: string;
  type: string;
  attributes: Attributes;
  captureInput: boolean | undefined;
  captureOutput: boolean | undefined;
}

/** The call's span, begun; undefined when nothing is recorded. Never throws. */
export function begin(plan: Plan, args: readonly unknown[]): Call | undefined {
  const client = active.client;
  if (!client?.tracer) return undefined;
  try {
    const span = new Span(client.tracer.startSpan(plan.name, { attributes: plan.attributes }), plan.type);
    const call = new Call(plan, span, plan.captureOutput ?? client.settings.capture, client.settings.maxValueChars);
    // One argument is the input itself: nobody knows the names of arguments when a program runs.
    if ((plan.captureInput ?? client.settings.capture) && args.length) span.setInput(args.length === 1 ? args[0] : [...args]);
    return call;
  } catch (error) {
    failed("observing a call", error);
    return undefined;
  }
}

export class Call {
  private readonly began = performance.now();
  private firstAt: number | undefined;
  private parts: string[] = [];
  private texts = true;
  private size = 0;
  private count = 0;
  private over = false;
  readonly context: Context;

  constructor(
    private readonly plan: Plan,
    readonly span: Span,
    private readonly capture: boolean,
    private readonly limit: number,
  ) {
    this.context = span.otel ? trace.setSpan(context.active(), span.otel) : context.active();
  }

  /** Run a piece of the function's own code: the span is current. */
  inside<R>(run: () => R): R {
    return context.with(this.context, run);
  }

  /** One item of a stream. */
  item(value: unknown): void {
    try {
      this.firstAt ??= performance.now();
      this.count += 1;
      if (!this.capture || this.size >= this.limit || this.parts.length >= MAX_ITEMS) return;
      const json = (item: unknown): string => toText([item], this.limit).slice(1, -1);
      if (typeof value !== "string" && this.texts) {
        this.parts = this.parts.map(json);
        this.texts = false;
      }
      const part = this.texts ? (value as string) : json(value);
      this.parts.push(part);
      this.size += part.length;
    } catch (error) {
      failed("observing an item", error);
    }
  }

  finishStream(): void {
    if (this.over) return;
    try {
      if (this.firstAt !== undefined) {
        const stream = this.plan.type === "llm" ? { [names.STREAM]: true } : {};
        this.span.setAttributes({ [names.TIME_TO_FIRST]: (this.firstAt - this.began) / 1000, ...stream });
      }
      if (this.capture && this.parts.length) {
        const left = this.count - this.parts.length;
        const more = left ? `… [${left} more items]` : "";
        if (this.texts) this.span.setOutput(this.parts.join("") + more);
        else this.span.otel?.setAttributes(content.listOf(more ? [...this.parts, JSON.stringify(more)] : this.parts));
      }
    } catch (error) {
      failed("observing a stream", error);
    }
    this.end();
  }

  finish(result: unknown): void {
    if (this.over) return;
    if (this.capture && result !== undefined && result !== null) this.span.setOutput(result);
    this.end();
  }

  fail(error: unknown): void {
    if (this.over) return;
    this.span.setError(error);
    if (this.count) this.finishStream();
    else this.end();
  }

  private end(): void {
    this.over = true;
    this.span.end();
  }
}
