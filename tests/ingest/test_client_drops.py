"""What senders say they dropped: read from their metrics, counted once, shown by reason."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID, uuid4

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from backend.core.limits import SECOND_NS
from backend.intake import services
from backend.store.client import Store
from ingest.client_drops import MAX_TIMES, read_client_drops
from ingest.pipeline import Pipeline, PipelineConfig

PROJECT = UUID(int=9)
DELTA, CUMULATIVE = 1, 2
PROCESSED = "otel.sdk.processor.span.processed"


def body(
    counts: dict[str, int], *, name: str = PROCESSED, time_ns: int = 0, instance: str = "a", temporality: int = DELTA
) -> bytes:
    request = ExportMetricsServiceRequest()
    resource = request.resource_metrics.add()
    resource.resource.attributes.add(key="service.instance.id").value.string_value = instance
    metric = resource.scope_metrics.add().metrics.add(name=name)
    metric.sum.aggregation_temporality = temporality
    for reason, count in counts.items():
        point = metric.sum.data_points.add(time_unix_nano=time_ns or time.time_ns(), as_int=count)
        if reason:
            point.attributes.add(key="error.type").value.string_value = reason
    return request.SerializeToString()


def reasons(sent: bytes) -> dict[str, int]:
    return {reason: n for drops in read_client_drops(sent, time.time_ns()) for reason, n in drops.reasons.items()}


def test_it_reads_reasons_that_it_knows() -> None:
    now = time.time_ns()
    sent = body({"queue_full": 7, "process_died": 2, "made.up": 1}, time_ns=now)
    assert reasons(sent) == {"client_queue_full": 7, "client_process_died": 2, "client_other": 1}
    assert read_client_drops(sent, now)[0].second == now // SECOND_NS


@pytest.mark.parametrize(
    "sent",
    [
        body({"": 5}),  # not lost
        body({"queue_full": 5}, name="http.server.request.duration"),
        body({"queue_full": 5}, temporality=CUMULATIVE),
        body({"queue_full": -5}),
        body({"queue_full": 2**62}),
        body({"queue_full": 5}, time_ns=1),
        b"otel.sdk. and no protobuf",
    ],
    ids=["not lost", "another metric", "a running total", "below zero", "too many", "long ago", "no protobuf"],
)
def test_it_leaves_everything_else_alone(sent: bytes) -> None:
    assert reasons(sent) == {}


def test_many_times_in_one_report_are_few_rows() -> None:
    request = ExportMetricsServiceRequest()
    now = time.time_ns()
    for n in range(MAX_TIMES * 2):
        request.MergeFromString(body({"queue_full": 1}, time_ns=now - n * SECOND_NS))
    found = read_client_drops(request.SerializeToString(), now)
    assert len(found) == MAX_TIMES
    assert sum(drops.reasons.total() for drops in found) == MAX_TIMES * 2


@pytest.mark.store
def test_a_report_that_comes_twice_counts_once(store: Store, tmp_path) -> None:
    now = time.time_ns()

    async def scene() -> None:
        pipeline = Pipeline(PipelineConfig(tmp_path, host_name=uuid4().hex), store)
        await pipeline.start()
        for instance in ("a", "a", "b"):
            await pipeline.accept(
                "metrics", "protobuf", body({"queue_full": 3}, time_ns=now, instance=instance), PROJECT
            )
            pipeline.stats.flush(store)
        await pipeline.stop()

    asyncio.run(scene())
    view = services.overview(PROJECT, now - 60 * SECOND_NS, now + 60 * SECOND_NS)
    assert (view.rejected, view.received, view.stored) == ({"client_queue_full": 6}, 0, 0)
    assert (view.metrics, sum(point.rejected for point in view.series)) == (3, 6)
