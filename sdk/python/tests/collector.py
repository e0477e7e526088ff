"""A server that keeps what it is sent and answers as it is told to."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Arrived:
    """One span as the server reads it."""

    name: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    trace_id: str
    span_id: str
    parent_id: str
    status: int
    message: str
    events: list[tuple[str, dict[str, Any]]]


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Collector:
    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: dict[str, list[Answer]] = {}  # by path: one each, then 200
        handler = type("Handler", (_Handler,), {"collector": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Collector:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, *answers: Answer) -> None:
        self.answers[path] = list(answers)

    def bodies(self, path: str) -> list[bytes]:
        return [body for seen, _, body in self.requests if seen == path]

    def spans(self) -> list[Arrived]:
        found = []
        for body in self.bodies("/v1/traces"):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    found += [_arrived(span, resource.resource) for span in scope.spans]
        return found

    def span(self, name: str) -> Arrived:
        (found,) = [span for span in self.spans() if span.name == name]
        return found

    def drops(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for body in self.bodies("/v1/metrics"):
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for metric in resource.scope_metrics[0].metrics:
                    for point in metric.sum.data_points:
                        reason = point.attributes[0].value.string_value
                        found[reason] = found.get(reason, 0) + point.as_int
        return found

    def scores(self) -> list[dict[str, Any]]:
        return [score for body in self.bodies("/api/v1/scores") for score in json.loads(body)]


class _Handler(BaseHTTPRequestHandler):
    collector: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        waiting = self.collector.answers.get(self.path)
        answer = waiting.pop(0) if waiting else Answer()
        if answer.status == 200:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.collector.requests.append((self.path, headers, body))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_args: object) -> None:
        return


def _arrived(span: Any, resource: Any) -> Arrived:
    return Arrived(
        span.name,
        _map(span.attributes),
        _map(resource.attributes),
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.status.code,
        span.status.message,
        [(event.name, _map(event.attributes)) for event in span.events],
    )


def _map(attributes: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None
