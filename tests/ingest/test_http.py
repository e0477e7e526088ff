"""OTLP over HTTP: the ASGI callable called directly, and once behind a real socket."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from typing import Any

import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from backend.core import limits
from ingest import http
from ingest.errors import Malformed, PortTaken, SpoolFull
from ingest.http import http_app
from ingest.pipeline import Accepted
from ingest.server import HTTP_VARIABLE, HttpServer
from tests.ingest.fakes import FIRST_PORT, KEY, PROJECT, FakePipeline, Grant, Reply, admission, call

PORT = FIRST_PORT + 5
JSON = "application/json"


def run(pipeline: FakePipeline, *args: Any, grant: Grant | None = None, closed: bool = False, **options: Any) -> Reply:
    async def go() -> Reply | None:
        return await call(http_app(pipeline, admission(grant, open_on_loopback=not closed)), *args, **options)

    reply = asyncio.run(go())
    assert reply is not None
    return reply


def status_of(reply: Reply) -> Status:
    assert reply.headers["content-type"] == "application/x-protobuf"
    return Status.FromString(reply.body)


@pytest.mark.parametrize("prefix", ["", "/api/public/otel"])
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_it_passes_each_signal_on(prefix: str, signal: str) -> None:
    pipeline = FakePipeline()
    reply = run(pipeline, f"{prefix}/v1/{signal}", [b"some", b"thing"])
    assert (reply.status, reply.body) == (200, b"")
    assert pipeline.seen == [(signal, "protobuf", b"something", PROJECT)]


def test_it_answers_json_in_json() -> None:
    pipeline = FakePipeline()
    reply = run(pipeline, content_type="application/json; charset=UTF-8")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"{}", JSON)
    assert pipeline.seen[0][1] == "json"


def test_it_tells_what_was_rejected() -> None:
    pipeline = FakePipeline(Accepted(100, 2, {"bad_trace_id": 2}, "2 spans rejected."))
    partial = ExportTraceServiceResponse.FromString(run(pipeline).body).partial_success
    assert (partial.rejected_spans, partial.error_message) == (2, "2 spans rejected.")
    said = json.loads(run(pipeline, "/v1/logs", content_type=JSON).body)
    assert said == {"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "2 spans rejected."}}


def test_it_unpacks() -> None:
    pipeline = FakePipeline()
    small, large = b"a" * 1000, b"b" * (limits.BIG_BODY_BYTES * 2)
    for body in (small, large):
        assert run(pipeline, pieces=[gzip.compress(body)], content_encoding="gzip").status == 200
        assert pipeline.seen[-1][2] == body


def test_it_refuses_a_bomb() -> None:
    pipeline = FakePipeline()
    bomb = gzip.compress(bytes(limits.MAX_UNPACKED_BYTES + 1))
    reply = run(pipeline, pieces=[bomb], content_encoding="gzip")
    assert reply.status == 413
    assert "unpacks to more than" in status_of(reply).message
    assert (pipeline.seen, pipeline.refused) == ([], [(PROJECT, "too_large")])


def test_it_refuses_a_large_body_without_reading_it() -> None:
    pipeline = FakePipeline()
    reply = run(pipeline, pieces=[], gone=True, content_length=str(limits.MAX_BODY_BYTES + 1))
    assert reply.status == 413
    assert "larger than 33,554,432 bytes" in status_of(reply).message


def test_it_counts_what_comes_in_chunks() -> None:
    piece = bytes(limits.MAX_BODY_BYTES // 2)
    assert run(FakePipeline(), pieces=[piece, piece]).status == 200
    assert run(FakePipeline(), pieces=[piece, piece, b"x"]).status == 413


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({"content_type": "text/plain"}, 415, "Content-Type"),
        ({"content_type": "application/json; charset=utf-16"}, 415, "utf-16"),
        ({"content_encoding": "br"}, 415, "identity, gzip, deflate, zstd"),
        ({"content_encoding": "gzip, gzip"}, 415, "one encoding at a time"),
        ({"content_encoding": "gzip"}, 400, "gzip"),
        ({"authorization": "Bearer wrong"}, 401, "not known"),
        ({"authorization": "Digest x"}, 401, "Bearer KEY"),
        ({"authorization": "Basic !!!"}, 401, "base64"),
    ],
)
@pytest.mark.parametrize("encoding", ["application/x-protobuf", JSON])
def test_it_says_what_is_wrong(headers: dict[str, str], status: int, words: str, encoding: str) -> None:
    pipeline = FakePipeline()
    reply = run(pipeline, pieces=[b"x"], **{"content_type": encoding, **headers})
    in_json = reply.headers["content-type"] == JSON
    message = json.loads(reply.body)["message"] if in_json else status_of(reply).message
    assert (reply.status, words in message) == (status, True), message
    assert len(pipeline.refused) == 1


def test_it_takes_keys() -> None:
    assert run(FakePipeline(), closed=True, authorization=f"bEaReR  {KEY}").status == 200
    assert run(FakePipeline(), closed=True, x_api_key=KEY).status == 200
    reply = run(FakePipeline(), closed=True)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, 'Bearer realm="spanhouse"')


def test_it_opens_only_to_programs_on_this_machine() -> None:
    assert run(FakePipeline(), client="::1").status == 200
    assert run(FakePipeline(), client="10.0.0.1").status == 401
    assert run(FakePipeline(), x_forwarded_for="10.0.0.1").status == 401
    assert run(FakePipeline(), origin="https://elsewhere.example").status == 401


def test_it_says_when_to_come_again() -> None:
    full = run(FakePipeline(SpoolFull("The spool is full.", 4.2)))
    assert (full.status, full.headers["retry-after"]) == (503, "5")
    info = RetryInfo()
    assert status_of(full).details[0].Unpack(info)
    assert info.retry_delay.seconds == 5


def test_it_limits_a_project() -> None:
    async def go() -> None:
        pipeline = FakePipeline(Accepted(1200))
        app = http_app(pipeline, admission(Grant(rate_limit_spans_per_s=100), clock=lambda: 0.0))  # type: ignore[arg-type]
        assert (await call(app)).status == 200
        reply = await call(app)
        assert (reply.status, reply.headers["retry-after"]) == (429, "2")
        assert pipeline.refused == [(PROJECT, "rate_limited")]

    asyncio.run(go())


def test_it_answers_a_malformed_body() -> None:
    reply = run(FakePipeline(Malformed("The body is cut off.")), content_type=JSON)
    assert (reply.status, json.loads(reply.body)) == (400, {"code": 3, "message": "The body is cut off."})


def test_it_answers_when_it_fails_itself() -> None:
    reply = run(FakePipeline(RuntimeError("secret detail")), content_type=JSON)
    assert (reply.status, json.loads(reply.body)["code"]) == (500, 13)
    assert b"secret" not in reply.body


def test_it_forgets_a_client_that_left() -> None:
    async def go() -> None:
        pipeline = FakePipeline()
        app = http_app(pipeline, admission())  # type: ignore[arg-type]
        for _ in range(limits.MAX_BODIES_IN_WORK + 1):  # each place for a big body is given back
            assert await call(app, pieces=[b"x"], gone=True, content_length=str(limits.MAX_BODY_BYTES)) is None
        assert pipeline.seen == []

    asyncio.run(go())


def test_small_bodies_do_not_wait_for_big_ones() -> None:
    async def go() -> None:
        release = asyncio.Event()
        waiting = asyncio.Semaphore(0)

        async def hold() -> Accepted:
            waiting.release()
            await release.wait()
            return Accepted(1)

        pipeline = FakePipeline(hold)
        app = http_app(pipeline, admission())  # type: ignore[arg-type]
        big = {"pieces": [b"x"], "content_length": str(limits.BIG_BODY_BYTES + 1)}
        tasks = [asyncio.create_task(call(app, **big)) for _ in range(limits.MAX_BODIES_IN_WORK + 1)]
        for _ in range(limits.MAX_BODIES_IN_WORK):
            await waiting.acquire()
        assert len(pipeline.seen) == limits.MAX_BODIES_IN_WORK
        small = asyncio.create_task(call(app))
        await asyncio.wait_for(waiting.acquire(), 5)
        release.set()
        assert [reply.status for reply in await asyncio.gather(small, *tasks)] == [200] * 6

    asyncio.run(go())


def test_it_gives_up_on_a_body_that_trickles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BODY_READ_S", 0.01)

    async def go() -> None:
        sent: list[Any] = []
        scope = {"type": "http", "method": "POST", "path": "/v1/traces", "client": ("127.0.0.1", 1)}
        scope["headers"] = [(b"content-type", b"application/json")]
        pieces = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive() -> Any:
            return pieces.pop() if pieces else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        await http_app(FakePipeline(), admission())(scope, receive, send)  # type: ignore[arg-type]
        assert sent[0]["status"] == 503

    asyncio.run(go())


def test_it_knows_its_paths_and_methods() -> None:
    lost = run(FakePipeline(), "/v1/tracez")
    assert (lost.status, json.loads(lost.body)["error"]["code"]) == (404, "not_found")
    wrong = run(FakePipeline(), method="GET")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    assert run(FakePipeline(), "/healthz").headers["allow"] == "GET, HEAD"
    assert run(FakePipeline(), "/v1/traces/").status == 200


def test_it_tells_its_state() -> None:
    away = FakePipeline(state=(False, "The spool is full."))
    assert run(away, "/healthz", method="GET").status == 200
    reply = run(away, "/readyz", method="GET")
    assert (reply.status, json.loads(reply.body)["reason"]) == (503, "The spool is full.")
    head = run(away, "/readyz", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (503, b"", str(len(reply.body)))
    assert run(FakePipeline(), "/readyz", method="GET").status == 200


def test_it_costs_little() -> None:
    async def go() -> float:
        app = http_app(FakePipeline(), admission())  # type: ignore[arg-type]
        await call(app, x_api_key=KEY)
        best = 1.0
        for _ in range(5):
            began = time.perf_counter()
            for _ in range(200):
                await call(app, x_api_key=KEY)
            best = min(best, (time.perf_counter() - began) / 200)
        return best

    assert asyncio.run(go()) < 0.0005  # 20 to 30 µs on a free core; the rest is room for a busy machine


def test_a_real_client_hears_that_its_body_is_too_large() -> None:
    async def go() -> bytes:
        server = HttpServer(http_app(FakePipeline(), admission()), "127.0.0.1", PORT, HTTP_VARIABLE)  # type: ignore[arg-type]
        await server.start()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            size = limits.MAX_BODY_BYTES + 1
            writer.write(b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
            writer.write(f"content-length: {size}\r\n\r\n".encode() + bytes(size))
            await writer.drain()
            line = await reader.readline()
            writer.close()
            return line
        finally:
            await server.stop()

    assert asyncio.run(go()).startswith(b"HTTP/1.1 413")


def test_it_names_a_taken_port() -> None:
    async def go() -> None:
        first = HttpServer(http_app(FakePipeline(), admission()), "127.0.0.1", PORT, HTTP_VARIABLE)  # type: ignore[arg-type]
        await first.start()
        try:
            with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{PORT}.*SPANHOUSE_OTLP_HTTP_PORT"):
                await HttpServer(None, "127.0.0.1", PORT, HTTP_VARIABLE).start()
        finally:
            await first.stop()

    asyncio.run(go())


def test_media_types() -> None:
    assert http.media_encoding(' Application/JSON ; charset="UTF-8"') == "json"
    assert http.media_encoding("application/protobuf") == "protobuf"
