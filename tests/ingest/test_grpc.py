"""OTLP over gRPC on a real socket, with raw calls and with the OpenTelemetry exporter."""

from __future__ import annotations

import asyncio
import base64
import gzip
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
import uvloop
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

from backend.core import limits
from ingest.admission import Admission
from ingest.errors import Malformed, PortTaken, SpoolFull
from ingest.grpc import peer_host
from ingest.pipeline import Accepted
from ingest.server import Receivers
from tests.ingest.fakes import FIRST_PORT, KEY, PROJECT, PUBLIC, FakePipeline, Grant, admission

HTTP_PORT, GRPC_PORT, FREE_PORT, OTHER_PORT = range(FIRST_PORT, FIRST_PORT + 4)
ADDRESS = f"127.0.0.1:{GRPC_PORT}"
TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
METRICS = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"


@contextmanager
def served(pipeline: FakePipeline, gate: Admission | None = None) -> Iterator[None]:
    """Both receivers in a uvloop of another thread, as one process of the product runs them."""
    up, down = threading.Event(), threading.Event()

    async def serve() -> None:
        receivers = Receivers(pipeline, gate or admission(), "127.0.0.1", HTTP_PORT, GRPC_PORT)  # type: ignore[arg-type]
        await receivers.start()
        up.set()
        await asyncio.to_thread(down.wait)
        await receivers.stop()

    thread = threading.Thread(target=lambda: uvloop.run(serve()))
    thread.start()
    try:
        assert up.wait(10)
        yield
    finally:
        down.set()
        thread.join(10)
        assert not thread.is_alive()


def send(path: str = TRACES, body: bytes = b"body", **options: Any) -> bytes:
    with grpc.insecure_channel(ADDRESS, options=[("grpc.max_send_message_length", -1)]) as channel:
        return channel.unary_unary(path)(body, timeout=20, **options)


def refusal(pipeline: FakePipeline, gate: Admission | None = None, **options: Any) -> tuple[grpc.RpcError, Status]:
    with served(pipeline, gate), pytest.raises(grpc.RpcError) as caught:
        send(**options)
    details = dict(caught.value.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    return caught.value, Status.FromString(details)


def retry_seconds(status: Status) -> int:
    info = RetryInfo()
    assert status.details[0].Unpack(info)
    return info.retry_delay.seconds


def test_it_passes_each_signal_on() -> None:
    pipeline = FakePipeline()
    with served(pipeline):
        assert [send(path) for path in (TRACES, LOGS, METRICS)] == [b"", b"", b""]
    assert pipeline.seen == [(signal, "protobuf", b"body", PROJECT) for signal in ("traces", "logs", "metrics")]


@pytest.mark.parametrize("packing", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_it_unpacks(packing: grpc.Compression) -> None:
    pipeline = FakePipeline()
    with served(pipeline):
        send(body=b"x" * 5_000_000, compression=packing)
    assert pipeline.seen[0][2] == b"x" * 5_000_000


def test_it_tells_what_was_rejected() -> None:
    with served(FakePipeline(Accepted(9, 2, {"bad_span_id": 2}, "2 rejected."))):
        traces = ExportTraceServiceResponse.FromString(send())
        logs = ExportLogsServiceResponse.FromString(send(LOGS))
    assert (traces.partial_success.rejected_spans, traces.partial_success.error_message) == (2, "2 rejected.")
    assert logs.partial_success.rejected_log_records == 2


def test_it_takes_keys_as_metadata() -> None:
    basic = "Basic " + base64.b64encode(f"{PUBLIC}:{KEY}".encode()).decode()
    with served(FakePipeline(), admission(open_on_loopback=False)):
        for metadata in ((("authorization", f"bearer {KEY}"),), (("authorization", basic),), (("x-api-key", KEY),)):
            assert send(metadata=metadata) == b""


def test_it_refuses_strangers() -> None:
    pipeline = FakePipeline()
    error, status = refusal(pipeline, admission(open_on_loopback=False))
    assert (error.code(), status.code) == (grpc.StatusCode.UNAUTHENTICATED, 16)
    assert (pipeline.seen, pipeline.refused) == ([], [(None, "unauthenticated")])


def test_it_answers_a_malformed_body() -> None:
    error, status = refusal(FakePipeline(Malformed("The body is cut off.")))
    assert (error.code(), error.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "The body is cut off.")
    assert not status.details


def test_a_full_spool_says_when_to_come_again() -> None:
    error, status = refusal(FakePipeline(SpoolFull("The spool is full.", 4.2)))
    assert (error.code(), retry_seconds(status)) == (grpc.StatusCode.UNAVAILABLE, 5)


def test_a_rate_limit_says_when_to_come_again() -> None:
    gate = admission(Grant(rate_limit_spans_per_s=100), clock=lambda: 0.0)
    gate.charge(Grant(rate_limit_spans_per_s=100), 1200)
    error, status = refusal(FakePipeline(), gate)
    assert (error.code(), retry_seconds(status)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, 2)


def test_a_scope_is_needed() -> None:
    error, _ = refusal(FakePipeline(), admission(Grant(scopes=frozenset())), metadata=(("x-api-key", KEY),))
    assert error.code() == grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize("packing", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_it_refuses_large_messages(packing: grpc.Compression) -> None:
    pipeline = FakePipeline()
    error, status = refusal(pipeline, body=bytes(limits.MAX_UNPACKED_BYTES + 1), compression=packing)
    assert (error.code(), len(status.details)) == (grpc.StatusCode.RESOURCE_EXHAUSTED, 0)
    assert (pipeline.seen, pipeline.refused) == ([], [(PROJECT, "too_large")])


def test_it_answers_when_it_fails_itself() -> None:
    error, _ = refusal(FakePipeline(RuntimeError("secret detail")))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert "secret" not in error.details()


def test_it_knows_its_services() -> None:
    error, _ = refusal(FakePipeline(), path="/opentelemetry.proto.collector.profiles.v1.ProfilesService/Export")
    assert error.code() == grpc.StatusCode.UNIMPLEMENTED


def test_it_tells_its_health() -> None:
    pipeline = FakePipeline()
    with served(pipeline):
        assert send("/grpc.health.v1.Health/Check", b"") == b"\x08\x01"
        pipeline.state = (False, "The spool is full.")
        assert send("/grpc.health.v1.Health/Check", b"") == b"\x08\x02"


@pytest.mark.parametrize("packing", [None, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_the_exporter_of_opentelemetry_sends(packing: grpc.Compression | None) -> None:
    pipeline = FakePipeline()
    with served(pipeline, admission(open_on_loopback=False)):
        exporter = OTLPSpanExporter(
            f"http://{ADDRESS}", insecure=True, headers={"authorization": f"Bearer {KEY}"}, compression=packing
        )
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        provider.get_tracer("test").start_span("hello").end()
        provider.shutdown()
    spans = ExportTraceServiceRequest.FromString(pipeline.seen[0][2]).resource_spans[0].scope_spans[0].spans
    assert [span.name for span in spans] == ["hello"]


def test_the_exporter_comes_again_when_told() -> None:
    pipeline = FakePipeline(SpoolFull("The spool is full.", 1))
    sent: list[Any] = []

    async def once_full() -> Accepted:
        if len(pipeline.seen) == 1:
            raise SpoolFull("The spool is full.", 1)
        return Accepted(1)

    pipeline.answer = once_full
    with served(pipeline):
        exporter = OTLPSpanExporter(f"http://{ADDRESS}", insecure=True)
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(Remembering(exporter, sent.append)))
        provider.get_tracer("test").start_span("hello").end()
        provider.shutdown()
    assert (sent, len(pipeline.seen)) == ([SpanExportResult.SUCCESS], 2)


class Remembering:
    def __init__(self, exporter: OTLPSpanExporter, tell: Callable[[SpanExportResult], None]) -> None:
        self.exporter, self.tell = exporter, tell

    def export(self, spans: Any) -> SpanExportResult:
        result = self.exporter.export(spans)
        self.tell(result)
        return result

    def shutdown(self) -> None:
        self.exporter.shutdown()


def test_open_calls_end_before_it_stops() -> None:
    answered: list[bytes] = []
    began, release = threading.Event(), threading.Event()

    async def hold() -> Accepted:
        began.set()
        await asyncio.to_thread(release.wait)
        return Accepted(1)

    with served(FakePipeline(hold)):
        caller = threading.Thread(target=lambda: answered.append(send()))
        caller.start()
        assert began.wait(10)
        threading.Timer(0.2, release.set).start()
    caller.join(10)
    assert answered == [b""]


def start_and_stop(receivers: Receivers) -> Coroutine[Any, Any, None]:
    async def go() -> None:
        await receivers.start()
        await receivers.stop()

    return go()


@pytest.mark.parametrize("taken", ["SPANHOUSE_OTLP_HTTP_PORT", "SPANHOUSE_OTLP_GRPC_PORT"])
def test_a_taken_port_is_named_and_nothing_stays_open(taken: str) -> None:
    ports = (HTTP_PORT, FREE_PORT) if taken == "SPANHOUSE_OTLP_HTTP_PORT" else (FREE_PORT, GRPC_PORT)
    with served(FakePipeline()):
        with pytest.raises(PortTaken, match=taken):
            asyncio.run(start_and_stop(Receivers(FakePipeline(), admission(), "127.0.0.1", *ports)))  # type: ignore[arg-type]
        asyncio.run(start_and_stop(Receivers(FakePipeline(), admission(), "127.0.0.1", FREE_PORT, OTHER_PORT)))  # type: ignore[arg-type]


def test_the_http_receiver_speaks_gzip_beside_it() -> None:
    import urllib.request

    pipeline = FakePipeline()
    with served(pipeline):
        headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
        request = urllib.request.Request(f"http://127.0.0.1:{HTTP_PORT}/v1/traces", gzip.compress(b"body"), headers)
        with urllib.request.urlopen(request, timeout=10) as reply:
            assert (reply.status, reply.headers["content-type"]) == (200, "application/x-protobuf")
    assert pipeline.seen[0][2] == b"body"


def test_peers() -> None:
    peers = {"ipv4:10.0.0.1:50": "10.0.0.1", "ipv6:%5B::1%5D:50": "::1", "ipv6:[::1]:50": "::1", "unix:": "127.0.0.1"}
    assert {peer: peer_host(peer) for peer in peers} == peers
