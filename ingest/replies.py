"""What a sender hears over HTTP or gRPC: OTLP responses with partial_success, google.rpc.Status for refusals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from backend.core.errors import SpanhouseError
from ingest import errors
from ingest.errors import Refused

if TYPE_CHECKING:
    from ingest.pipeline import Accepted

Signal = Literal["traces", "logs", "metrics"]


@dataclass(frozen=True)
class Endpoint:
    """One signal's names on the wire."""

    signal: Signal
    path: str
    service: str  # gRPC
    rejected_key: str  # in partialSuccess of the JSON reply


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("traces", "/v1/traces", "opentelemetry.proto.collector.trace.v1.TraceService", "rejectedSpans"),
    Endpoint("logs", "/v1/logs", "opentelemetry.proto.collector.logs.v1.LogsService", "rejectedLogRecords"),
    Endpoint("metrics", "/v1/metrics", "opentelemetry.proto.collector.metrics.v1.MetricsService", "rejectedDataPoints"),
)
# An accepted request's protobuf reply: an empty message, for every signal.
ALL_FINE = b""


def partial_success(signal: Signal, accepted: Accepted) -> bytes:
    """The protobuf response; ALL_FINE when nothing was rejected and there is nothing to say."""
    if not accepted.rejected and not accepted.message:
        return ALL_FINE
    if signal == "traces":
        traces = ExportTraceServiceResponse()
        traces.partial_success.rejected_spans = accepted.rejected
        traces.partial_success.error_message = accepted.message
        return traces.SerializeToString()
    if signal == "logs":
        logs = ExportLogsServiceResponse()
        logs.partial_success.rejected_log_records = accepted.rejected
        logs.partial_success.error_message = accepted.message
        return logs.SerializeToString()
    metrics = ExportMetricsServiceResponse()
    metrics.partial_success.rejected_data_points = accepted.rejected
    metrics.partial_success.error_message = accepted.message
    return metrics.SerializeToString()


def partial_success_json(endpoint: Endpoint, accepted: Accepted) -> dict[str, object]:
    """The same as JSON; the count is a string, as protobuf's JSON form writes 64-bit integers."""
    if not accepted.rejected and not accepted.message:
        return {}
    return {"partialSuccess": {endpoint.rejected_key: str(accepted.rejected), "errorMessage": accepted.message}}


def as_refused(error: SpanhouseError) -> Refused:
    """Errors of other layers (the store away, say) in the shape the receivers answer with."""
    if isinstance(error, Refused):
        return error
    refused = Refused(error.message, retry_after_s=1.0 if error.status == 503 else None)
    refused.code, refused.status = error.code, error.status
    refused.rpc_code = errors.UNAVAILABLE if error.status == 503 else errors.INTERNAL
    return refused


def whole_seconds(retry_after_s: float) -> int:
    return max(1, math.ceil(retry_after_s))


def status_message(refused: Refused) -> Status:
    """google.rpc.Status as OTLP wants it, with RetryInfo when the sender should come again."""
    status = Status(code=refused.rpc_code, message=refused.message)
    if refused.retry_after_s is not None:
        info = RetryInfo()
        info.retry_delay.seconds = whole_seconds(refused.retry_after_s)
        status.details.add().Pack(info)
    return status
