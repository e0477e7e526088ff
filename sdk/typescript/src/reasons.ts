/** Why a span was not stored: the words of the counts, and the report of them as OpenTelemetry metrics. */

/** The order is that of the slots in the ledger's file: new ones go to the end. */
export const REASONS = {
  queue_full: "more spans waited in memory than queueSpans or queueBytes allow",
  after_shutdown: "the span ended after shutdown()",
  unfinished: "the span had begun, but not ended, when the process did",
  process_died: "the process ended before the span was sent or kept on disk",
  encode_failed: "the span could not be written as OTLP",
  too_large: "the server takes no request of this size (413)",
  unauthenticated: "the server does not know the key (401)",
  forbidden: "the key may not send spans (403)",
  refused: "the server refused the request (another 4xx)",
  server_error: "the server failed on the request again and again (500)",
  unreachable: "the server was away when the process ended, and the spool is off",
  spool_full: "the server was away, and the spool had no room left",
  spool_unreadable: "a file of the spool was damaged",
} as const;
export type Reason = keyof typeof REASONS;
export const REASON_NAMES = Object.keys(REASONS) as Reason[];
/** Rejected in the server's own reply: the server has counted these itself. */
export const REJECTED = "rejected";
export type Counts = Partial<Record<string, number>>;

/** OpenTelemetry's names for what an SDK says about itself; the reason is `error.type`. */
const PROCESSED = "otel.sdk.processor.span.processed";
const EXPORTED = "otel.sdk.exporter.span.exported";
const BEFORE_EXPORT = ["queue_full", "after_shutdown", "unfinished", "process_died", "encode_failed"];
const DELTA = 1;

/**
 * An ExportMetricsServiceRequest (JSON) with the counts as deltas. The server knows a report that comes twice by
 * instance and times (nanoseconds as text).
 */
export function report(counts: Counts, instance: string, service: string, startNs: string, nowNs: string): Buffer {
  const metrics = [PROCESSED, EXPORTED].flatMap((name) => {
    const chosen = Object.entries(counts).filter(([reason]) => BEFORE_EXPORT.includes(reason) === (name === PROCESSED));
    const dataPoints = chosen.map(([reason, count]) => ({
      startTimeUnixNano: startNs,
      timeUnixNano: nowNs,
      asInt: String(count),
      attributes: [text("error.type", reason)],
    }));
    return dataPoints.length
      ? [{ name, unit: "{span}", sum: { aggregationTemporality: DELTA, isMonotonic: true, dataPoints } }]
      : [];
  });
  const resource = { attributes: [text("service.name", service), text("service.instance.id", instance)] };
  return Buffer.from(JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: "spanhouse" }, metrics }] }] }));
}

function text(key: string, stringValue: string): { key: string; value: { stringValue: string } } {
  return { key, value: { stringValue } };
}
