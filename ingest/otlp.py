"""Check one OTLP request: what can be stored goes on, as sent where possible; the rest is cut out and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from backend.core.limits import MAX_AGE_NS, MAX_FUTURE_NS, MAX_ITEMS_PER_BODY, MAX_REASONS_IN_REPLY, MIB
from ingest.client_drops import ClientDrops
from ingest.errors import Malformed, TooLarge
from ingest.rewrite import storable_logs, storable_traces
from ingest.wire import CheckedLogs, CheckedTraces, LooseLogs, LooseTraces, Outline

NO_TRACE = bytes(16)
NO_SPAN = bytes(8)
OUTLINE_BYTES = 1 * MIB

# Stable names; docs/ingest.md lists them.
REASONS: Mapping[str, str] = {
    "bad_trace_id": "trace_id must be 16 bytes and not all zero",
    "bad_span_id": "span_id must be 8 bytes and not all zero",
    "bad_parent_span_id": "parent_span_id must be 8 bytes or empty",
    "start_time_out_of_range": "start_time_unix_nano must lie between a year ago and a day ahead of the server's clock",
    "end_time_out_of_range": "end_time_unix_nano is more than a day ahead of the server's clock",
    "log_time_out_of_range": "time_unix_nano must lie between a year ago and a day ahead of the server's clock",
    "wrong_type": "a field has the wrong type",
}


@dataclass
class Checked:
    """`body` is what to store (b"": nothing), `items` how many spans or records came, `rejected` counts by reason,
    `client_drops` what the sender says it dropped before."""

    body: bytes
    items: int
    kept: int
    rejected: Counter[str] = field(default_factory=Counter[str])
    client_drops: list[ClientDrops] = field(default_factory=list[ClientDrops])


def explain(rejected: Mapping[str, int], noun: str, details: list[str] | None = None) -> str:
    """One sentence for `partial_success.error_message`."""
    total = sum(rejected.values())
    if not total:
        return ""
    listed = [f"{reason} ({count}): {REASONS.get(reason, reason)}" for reason, count in sorted(rejected.items())][
        :MAX_REASONS_IN_REPLY
    ]
    return (
        f"{total} {noun}{'s' if total != 1 else ''} rejected. "
        + "; ".join(listed + (details or [])[:MAX_REASONS_IN_REPLY])
        + "."
    )


def _refuse_too_many(body: bytes) -> None:
    """A large body may hold millions of empty items; they are counted before they are unpacked."""
    if len(body) < OUTLINE_BYTES:
        return
    outline = Outline()
    try:
        outline.ParseFromString(body)
    except DecodeError:
        return  # the real reading says what is wrong
    count = sum(len(scope.items) for resource in outline.resources for scope in resource.scopes)
    if count > MAX_ITEMS_PER_BODY:
        raise TooLarge(
            f"The request holds {count} items; at most {MAX_ITEMS_PER_BODY} are taken. Send smaller batches."
        )


def _read(body: bytes, checked: Any, loose: Any, storable: Callable[[Any], None]) -> tuple[Any, bool]:
    """The request, and whether it is what was sent, byte for byte in meaning."""
    _refuse_too_many(body)
    request = checked()
    try:
        request.ParseFromString(body)
        request.DiscardUnknownFields()
        if request.ByteSize() == len(body):
            return request, True
    except DecodeError:
        pass  # broken UTF-8 or broken framing: the loose reading tells which
    rough = loose()
    try:
        rough.ParseFromString(body)
        storable(rough)
        request = checked()
        request.ParseFromString(rough.SerializeToString())
        request.DiscardUnknownFields()
    except DecodeError as error:
        raise Malformed(
            "The body is no valid OTLP protobuf message: it is cut off, or a field has the wrong wire type."
        ) from error
    return request, False


def span_fault(span: Any, oldest: int, newest: int) -> str:
    """Why a span can't be stored; "" when it can."""
    trace_id, span_id, parent = span.trace_id, span.span_id, span.parent_span_id
    if len(trace_id) != 16 or trace_id == NO_TRACE:
        return "bad_trace_id"
    if len(span_id) != 8 or span_id == NO_SPAN:
        return "bad_span_id"
    if parent and len(parent) != 8:
        return "bad_parent_span_id"
    if not oldest <= span.start_time_unix_nano <= newest:
        return "start_time_out_of_range"
    if span.end_time_unix_nano > newest:
        return "end_time_out_of_range"
    return ""


def _cut(items: Any, places: set[int]) -> None:
    """Remove the items at `places`; in one go, as each single removal moves all that follow."""
    if places:
        kept = [item for n, item in enumerate(items) if n not in places]
        copies: list[Any] = [type(item).FromString(item.SerializeToString()) for item in kept]
        del items[:]
        items.extend(copies)


def check_traces(body: bytes, now_ns: int) -> Checked:
    """`body`: an ExportTraceServiceRequest. Raises Malformed."""
    request, as_sent = _read(body, CheckedTraces, LooseTraces, storable_traces)
    oldest, newest = now_ns - MAX_AGE_NS, now_ns + MAX_FUTURE_NS
    rejected: Counter[str] = Counter()
    items = 0
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            spans = scope.spans
            items += len(spans)
            faults = [(n, fault) for n, span in enumerate(spans) if (fault := span_fault(span, oldest, newest))]
            rejected.update(fault for _, fault in faults)
            _cut(spans, {n for n, _ in faults})
    kept = items - rejected.total()
    stored = b"" if not kept else body if as_sent and not rejected else request.SerializeToString()
    return Checked(stored, items, kept, rejected)


def record_fault(record: Any, oldest: int, newest: int) -> str:
    if record.trace_id and len(record.trace_id) != 16:
        return "bad_trace_id"
    if record.span_id and len(record.span_id) != 8:
        return "bad_span_id"
    time = record.time_unix_nano or record.observed_time_unix_nano
    return "" if not time or oldest <= time <= newest else "log_time_out_of_range"


def is_genai_event(record: Any) -> bool:
    if record.event_name:
        return record.event_name.startswith("gen_ai.")
    return any(pair.key == "event.name" and pair.value.string_value.startswith("gen_ai.") for pair in record.attributes)


def check_logs(body: bytes, now_ns: int) -> Checked:
    """`body`: an ExportLogsServiceRequest. Only GenAI events are kept. Raises Malformed."""
    request, _ = _read(body, CheckedLogs, LooseLogs, storable_logs)
    oldest, newest = now_ns - MAX_AGE_NS, now_ns + MAX_FUTURE_NS
    rejected: Counter[str] = Counter()
    items = kept = 0
    for resource in request.resource_logs:
        for scope in resource.scope_logs:
            items += len(scope.log_records)
            cut: set[int] = set()
            for n, record in enumerate(scope.log_records):
                fault = record_fault(record, oldest, newest)
                if fault:
                    rejected[fault] += 1
                if fault or not is_genai_event(record):
                    cut.add(n)
            kept += len(scope.log_records) - len(cut)
            _cut(scope.log_records, cut)
    return Checked(request.SerializeToString() if kept else b"", items, kept, rejected)


def check_metrics(body: bytes) -> Checked:
    """`body`: an ExportMetricsServiceRequest; counted, not stored. Raises Malformed."""
    try:
        request = ExportMetricsServiceRequest.FromString(body)
    except DecodeError as error:
        raise Malformed("The body is no valid OTLP protobuf message.") from error
    points = 0
    for resource in request.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                points += len(getattr(metric, kind).data_points) if kind else 0
    return Checked(b"", points, 0)
