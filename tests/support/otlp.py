"""Making OTLP requests, and sending them as an application would."""

from __future__ import annotations

import base64
import json
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

PROTOBUF = "application/x-protobuf"
SECOND = 1_000_000_000
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def any_value(value: object) -> AnyValue:
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case Mapping():
            return AnyValue(kvlist_value=KeyValueList(values=key_values(value)))
        case str():
            return AnyValue(string_value=value)
        case Sequence():
            return AnyValue(array_value=ArrayValue(values=[any_value(item) for item in value]))
    raise TypeError(type(value))


def key_values(attributes: Mapping[str, object]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def span(
    name: str = "work",
    *,
    trace_id: bytes | None = None,
    parent: bytes = b"",
    attributes: Mapping[str, object] | None = None,
    **fields: Any,
) -> Span:
    """A span of one second that has just ended; every field can be given."""
    now = time.time_ns()
    return Span(
        **{
            "trace_id": os.urandom(16) if trace_id is None else trace_id,
            "span_id": os.urandom(8),
            "parent_span_id": parent,
            "name": name,
            "kind": Span.SPAN_KIND_INTERNAL,
            "start_time_unix_nano": now - SECOND,
            "end_time_unix_nano": now,
            "attributes": key_values(attributes or {}),
            **fields,
        }
    )


def request(
    *spans: Span, resource: Mapping[str, object] | None = None, scope: str = "tests"
) -> ExportTraceServiceRequest:
    rs = ResourceSpans(scope_spans=[ScopeSpans(spans=spans)])
    rs.scope_spans[0].scope.name = scope
    rs.resource.attributes.extend(key_values({"service.name": "system-tests", **(resource or {})}))
    return ExportTraceServiceRequest(resource_spans=[rs])


def body_of(*spans: Span) -> bytes:
    return request(*spans).SerializeToString()


def as_otlp_json(message: ExportTraceServiceRequest) -> dict[str, Any]:
    """OTLP's own JSON: ids are hex, enums are numbers."""

    def fix(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: base64.b64decode(value).hex() if key in ("traceId", "spanId", "parentSpanId") else fix(value)
                for key, value in node.items()
            }
        return [fix(item) for item in node] if isinstance(node, list) else node

    return fix(json_format.MessageToDict(message, use_integers_for_enums=True))


def llm_span(trace_id: bytes, parent: bytes = b"", **fields: Any) -> Span:
    """A chat call as the GenAI conventions describe it."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.input.messages": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "What is the weather in Ulm?"}]}]
        ),
        "gen_ai.output.messages": json.dumps(
            [{"role": "assistant", "parts": [{"type": "text", "content": "Sunny."}], "finish_reason": "stop"}]
        ),
    }
    return span(
        "chat gpt-4o-mini",
        trace_id=trace_id,
        parent=parent,
        attributes=attributes,
        kind=Span.SPAN_KIND_CLIENT,
        **fields,
    )


def failed() -> Status:
    return Status(code=Status.STATUS_CODE_ERROR, message="it broke")


def grpc_export(
    address: str,
    body: bytes,
    metadata: Mapping[str, str] | None = None,
    *,
    gzip: bool = False,
    timeout: float = 30.0,
) -> ExportTraceServiceResponse:
    """One call with raw bytes. Raises grpc.RpcError."""
    options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
    with grpc.insecure_channel(address, options=options) as channel:
        call = channel.unary_unary(
            EXPORT, request_serializer=None, response_deserializer=ExportTraceServiceResponse.FromString
        )
        compression = grpc.Compression.Gzip if gzip else grpc.Compression.NoCompression
        return call(body, metadata=tuple((metadata or {}).items()), timeout=timeout, compression=compression)
