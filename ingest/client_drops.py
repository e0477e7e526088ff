"""What senders dropped before it could arrive, read from the metrics by which OpenTelemetry SDKs report on themselves.

Only deltas are read: a running total would need the one before. A report that comes twice is counted once, as its row's
key is made of the report's own words: who, when, and nothing of this process.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import AGGREGATION_TEMPORALITY_DELTA

from backend.core.limits import MAX_AGE_NS, MAX_FUTURE_NS, SECOND_NS

# OpenTelemetry's names: spans that a processor or an exporter is done with; those with `error.type` were lost.
METRICS = frozenset(("otel.sdk.processor.span.processed", "otel.sdk.exporter.span.exported"))
_MARK = b"otel.sdk."
# Reasons that are shown by name; a sender cannot make up others, which would fill the column's dictionary.
KNOWN = frozenset(
    (
        "queue_full", "after_shutdown", "unfinished", "process_died", "encode_failed", "too_large", "unauthenticated",
        "forbidden", "refused", "server_error", "unreachable", "spool_full", "spool_unreadable",
    )
)  # fmt: skip
OTHER = "other"
PREFIX = "client_"
REASONS: tuple[str, ...] = tuple(sorted(PREFIX + reason for reason in (*KNOWN, OTHER)))
# More in one report is a mistake of the sender.
MAX_SPANS = 10**12
# Senders and times that one request is kept apart by; each is a row.
MAX_TIMES = 100


@dataclass(frozen=True)
class ClientDrops:
    """Spans that one sender dropped in one second, by reason; `source` names the report."""

    second: int
    source: str
    reasons: Counter[str] = field(default_factory=Counter[str])


def read_client_drops(body: bytes, now_ns: int) -> list[ClientDrops]:
    """`body`: a checked ExportMetricsServiceRequest. Most have none of these metrics, and are not parsed again."""
    if _MARK not in body:
        return []
    try:
        request = ExportMetricsServiceRequest.FromString(body)
    except DecodeError:
        return []
    found: dict[str, ClientDrops] = {}
    for resource in request.resource_metrics:
        sender = _text(resource.resource.attributes, "service.instance.id")
        for point in _points(resource):
            time_ns = point.time_unix_nano
            count = point.as_int
            if not now_ns - MAX_AGE_NS <= time_ns <= now_ns + MAX_FUTURE_NS or not 0 < count <= MAX_SPANS:
                continue
            source = _source(sender, point.start_time_unix_nano, time_ns)
            if source not in found and len(found) >= MAX_TIMES:
                source = next(reversed(found))
            drops = found.setdefault(source, ClientDrops(time_ns // SECOND_NS, source))
            word = _text(point.attributes, "error.type")
            drops.reasons[PREFIX + (word if word in KNOWN else OTHER)] += count
    return list(found.values())


def _points(resource: Any) -> Iterator[Any]:
    """The data points that count lost spans."""
    for scope in resource.scope_metrics:
        for metric in scope.metrics:
            if metric.name in METRICS and metric.sum.aggregation_temporality == AGGREGATION_TEMPORALITY_DELTA:
                yield from (point for point in metric.sum.data_points if _text(point.attributes, "error.type"))


def _text(attributes: Any, key: str) -> str:
    return next((pair.value.string_value for pair in attributes if pair.key == key), "")


def _source(sender: str, start_ns: int, time_ns: int) -> str:
    """Short, whatever the sender calls itself."""
    return "client/" + hashlib.sha256(f"{sender}\0{start_ns}\0{time_ns}".encode("utf-8", "replace")).hexdigest()[:32]
