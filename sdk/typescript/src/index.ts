/** Traces of LLM applications, for Spanhouse: `init()` once, then `observe`, `span`, `attributes`, `score`. */

export type { FlushReport } from "./accounts.js";
export { Client, flush, init, score, shutdown, tracer } from "./client.js";
export type { ScoreOptions } from "./client.js";
export type { Usage } from "./content.js";
export type { SpanType } from "./names.js";
export { observe } from "./observing.js";
export type { ObserveOptions } from "./observing.js";
export type { InitOptions, Instrumentation, Settings } from "./parameters.js";
export { attributes, inject, remote } from "./propagation.js";
export type { Inherited } from "./propagation.js";
export { Span, currentSpan, span, startSpan } from "./spans.js";
export type { Model, SpanOptions } from "./spans.js";
export { VERSION } from "./version.js";
