"""Several senders at once, which remember exactly what was acknowledged."""

from __future__ import annotations

import http.client
import os
import threading
from dataclasses import dataclass, field

import grpc

from tests.support import otlp
from tests.support.processes import wait_for
from tests.support.server import API_KEY, Server

SPANS = 20


@dataclass
class Sent:
    """One sender's spans, all of one trace: those acknowledged, and those sent without an answer."""

    trace_id: bytes = field(default_factory=lambda: os.urandom(16))
    acknowledged: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    refused: int = 0
    statuses: set[object] = field(default_factory=set)


class Load:
    """`with Load(server, http=3, grpc=1) as load:` sends until the end of the block, or until the server is gone."""

    def __init__(self, server: Server, *, http: int = 3, grpc: int = 1, filling: int = 0) -> None:
        self._server = server
        self._filling = "x" * filling
        self._stop = threading.Event()
        self.senders = [Sent() for _ in range(http + grpc)]
        work = [self._over_http] * http + [self._over_grpc] * grpc
        self._threads = [
            threading.Thread(target=one, args=(sent,), daemon=True)
            for one, sent in zip(work, self.senders, strict=True)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def acknowledged(self) -> int:
        return sum(len(sent.acknowledged) for sent in self.senders)

    @property
    def refused(self) -> int:
        return sum(sent.refused for sent in self.senders)

    def wait_for_acknowledged(self, spans: int, seconds: float = 30) -> None:
        """In all, and at least one of each sender: a slow one would else have nothing to lose."""
        wait_for(
            lambda: self.acknowledged >= spans and all(sent.acknowledged for sent in self.senders),
            seconds=seconds,
            why=f"{spans} acknowledged spans, some of each sender",
        )

    def batch(self, sent: Sent) -> tuple[bytes, set[str]]:
        spans = [otlp.span("load", trace_id=sent.trace_id, attributes={"filling": self._filling}) for _ in range(SPANS)]
        return otlp.body_of(*spans), {span.span_id.hex() for span in spans}

    def _over_http(self, sent: Sent) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._server.http_port, timeout=30)
        headers = {"Content-Type": otlp.PROTOBUF, "Authorization": f"Bearer {API_KEY}"}
        while not self._stop.is_set():
            body, ids = self.batch(sent)
            sent.unanswered |= ids
            try:
                connection.request("POST", "/v1/traces", body, headers)
                reply = connection.getresponse()
                reply.read()
            except (OSError, http.client.HTTPException):
                return
            self._note(sent, ids, reply.status == 200, reply.status)

    def _over_grpc(self, sent: Sent) -> None:
        metadata = {"authorization": f"Bearer {API_KEY}"}
        with grpc.insecure_channel(self._server.grpc) as channel:
            call = channel.unary_unary(otlp.EXPORT, request_serializer=None, response_deserializer=None)
            while not self._stop.is_set():
                body, ids = self.batch(sent)
                sent.unanswered |= ids
                try:
                    call(body, metadata=tuple(metadata.items()), timeout=30)
                    self._note(sent, ids, True, "OK")
                except grpc.RpcError as error:
                    told = error.trailing_metadata() is not None and "grpc-status-details-bin" in dict(
                        error.trailing_metadata()
                    )
                    if not told:  # the server is gone, rather than refusing
                        return
                    self._note(sent, ids, False, error.code())

    def _note(self, sent: Sent, ids: set[str], taken: bool, status: object) -> None:
        sent.statuses.add(status)
        sent.unanswered -= ids
        if taken:
            sent.acknowledged |= ids
        else:
            sent.refused += 1
            self._stop.wait(0.02)

    def assert_stored(self, server: Server, seconds: float = 60) -> None:
        """Every acknowledged span is there once; nothing that was refused is there at all."""
        for sent in self.senders:
            if not sent.acknowledged:
                continue

            def missing(sent: Sent = sent) -> set[str]:
                return sent.acknowledged - set(server.span_ids(sent.trace_id))

            wait_for(
                lambda m=missing: not m(),
                seconds=seconds,
                why=f"{len(sent.acknowledged)} spans of trace {sent.trace_id.hex()}",
            )
            stored = server.span_ids(sent.trace_id)
            assert len(stored) == len(set(stored)), "spans are there twice"
            assert set(stored) <= sent.acknowledged | sent.unanswered, "refused spans were stored"
