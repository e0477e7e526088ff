"""Why a span was not stored: the words of the counts, and the report of them as OpenTelemetry metrics."""

from __future__ import annotations

from collections.abc import Mapping

# The order is that of the slots in the ledger's file: new ones go to the end.
REASONS: dict[str, str] = {
    "queue_full": "more spans waited in memory than queue_spans or queue_bytes allow",
    "after_shutdown": "the span ended after shutdown()",
    "unfinished": "the span had begun, but not ended, when the process did",
    "process_died": "the process ended before the span was sent or kept on disk",
    "encode_failed": "the span could not be written as OTLP",
    "too_large": "the server takes no request of this size (413)",
    "unauthenticated": "the server does not know the key (401)",
    "forbidden": "the key may not send spans (403)",
    "refused": "the server refused the request (another 4xx)",
    "server_error": "the server failed on the request again and again (500)",
    "unreachable": "the server was away when the process ended, and the spool is off",
    "spool_full": "the server was away, and the spool had no room left",
    "spool_unreadable": "a file of the spool was damaged",
}
# Rejected in the server's own reply: the server has counted these itself.
REJECTED = "rejected"
# OpenTelemetry's names for what an SDK says about itself; the reason is `error.type`.
PROCESSED = "otel.sdk.processor.span.processed"
EXPORTED = "otel.sdk.exporter.span.exported"
_BEFORE_EXPORT = ("queue_full", "after_shutdown", "unfinished", "process_died", "encode_failed")


def report(counts: Mapping[str, int], instance: str, service: str, start_ns: int, now_ns: int) -> bytes:
    """An ExportMetricsServiceRequest with the counts as deltas. The server knows a report that comes twice by instance
    and times."""
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    for key, value in (("service.name", service), ("service.instance.id", instance)):
        pair = resource.resource.attributes.add(key=key)
        pair.value.string_value = value
    scope = resource.scope_metrics.add()
    scope.scope.name = "spanhouse"
    for name in (PROCESSED, EXPORTED):
        chosen = {reason: n for reason, n in counts.items() if n and (reason in _BEFORE_EXPORT) == (name == PROCESSED)}
        if not chosen:
            continue
        metric = scope.metrics.add(name=name, unit="{span}")
        metric.sum.aggregation_temporality = AGGREGATION_TEMPORALITY_DELTA
        metric.sum.is_monotonic = True
        for reason, count in chosen.items():
            point = metric.sum.data_points.add(start_time_unix_nano=start_ns, time_unix_nano=now_ns, as_int=count)
            point.attributes.add(key="error.type").value.string_value = reason
    return bytes(request.SerializeToString())
