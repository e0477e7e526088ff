"""OTLP over gRPC: raw-bytes handlers of the three collector services, in the event loop of the HTTP receivers.

Run nothing from inside this folder: a module named grpc in the working directory would hide the library.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio
import structlog

from backend.core import limits
from backend.core.errors import SpanhouseError
from ingest import errors, replies
from ingest.admission import Admission, Grant, is_loopback
from ingest.errors import PortTaken, Refused, TooLarge
from ingest.replies import ENDPOINTS, Endpoint

if TYPE_CHECKING:
    from ingest.pipeline import Pipeline

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Context = Any  # grpc.aio.ServicerContext: grpcio ships no types
Handler = Callable[[AsyncIterator[bytes], Context], Awaitable[bytes]]

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
_OPTIONS: list[tuple[str, int]] = [
    # Counts for the message as received and as unpacked: the library stops a gzip bomb at this size.
    ("grpc.max_receive_message_length", limits.MAX_UNPACKED_BYTES),
    # Without this a second server on the same port starts silently and takes half of the connections.
    ("grpc.so_reuseport", 0),
    ("grpc.max_concurrent_streams", 100),  # a connection; the usual exporter uses one
    # Collectors ping long-lived connections; by default pings more often than every 5 minutes end the connection.
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
]
_HEALTHY = b"\x08\x01"  # grpc.health.v1.HealthCheckResponse: status SERVING
_NOT_READY = b"\x08\x02"


async def grpc_server(pipeline: Pipeline, admission: Admission, address: str) -> grpc.aio.Server:
    """A server bound to `address` (host:port) and not yet started. PortTaken when it cannot listen there."""
    server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=limits.MAX_CONNECTIONS)
    receiver = GrpcReceiver(pipeline, admission)
    services: dict[str, dict[str, grpc.RpcMethodHandler[Any, Any]]] = {
        endpoint.service: {"Export": grpc.stream_unary_rpc_method_handler(receiver.export(endpoint))}
        for endpoint in ENDPOINTS
    }
    services["grpc.health.v1.Health"] = {"Check": grpc.unary_unary_rpc_method_handler(receiver.health)}
    server.add_generic_rpc_handlers(
        tuple(grpc.method_handlers_generic_handler(name, methods) for name, methods in services.items())
    )
    try:
        bound = server.add_insecure_port(address)
    except RuntimeError as error:
        raise PortTaken(f"Cannot listen on {address}: {error}. Set SPANHOUSE_OTLP_GRPC_PORT to another port.") from None
    if not bound:
        raise PortTaken(f"Cannot listen on {address}. Set SPANHOUSE_OTLP_GRPC_PORT to another port.")
    return server


class GrpcReceiver:
    def __init__(self, pipeline: Pipeline, admission: Admission) -> None:
        self._pipeline = pipeline
        self._admission = admission

    def export(self, endpoint: Endpoint) -> Handler:
        """The handler of one service. It is declared as taking a stream, which is the same on the wire: so the key is
        checked before the message is read, and a stranger cannot make the server hold 64 MiB."""

        async def handle(_requests: AsyncIterator[bytes], context: Context) -> bytes:
            try:
                return await self._export(endpoint, context)
            except SpanhouseError as error:
                await _abort(context, replies.as_refused(error))
            except Exception:
                if context.done():
                    raise
                log.exception("call failed", service=endpoint.service)
                failure = Refused("The server failed on this request; its log says why.")
                failure.rpc_code = errors.INTERNAL
                await _abort(context, failure)

        return handle

    async def health(self, _request: bytes, _context: Context) -> bytes:
        return _HEALTHY if self._pipeline.ready()[0] else _NOT_READY

    async def _export(self, endpoint: Endpoint, context: Context) -> bytes:
        grant: Grant | None = None
        try:
            grant = await self._admission.admit(_metadata(context), is_loopback(peer_host(context.peer())))
            body = await context.read()
            if not isinstance(body, bytes):  # the end of the call: the library has refused the message, or none came
                raise TooLarge(f"No message of at most {limits.MAX_UNPACKED_BYTES:,} bytes came.")
        except Refused as refused:
            self._pipeline.refuse(refused.project_id if grant is None else grant.project_id, refused.code)
            raise
        accepted = await self._pipeline.accept(endpoint.signal, "protobuf", body, grant.project_id)
        self._admission.charge(grant, accepted.items)
        return replies.partial_success(endpoint.signal, accepted)


def _metadata(context: Context) -> dict[str, str]:
    pairs: tuple[tuple[str, str | bytes], ...] = context.invocation_metadata() or ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def peer_host(peer: str) -> str:
    """The address in gRPC's `ipv4:127.0.0.1:5000`, `ipv6:%5B::1%5D:5000`; a Unix socket is this machine."""
    kind, _, rest = peer.partition(":")
    if kind == "unix":
        return "127.0.0.1"
    return unquote(rest).rpartition(":")[0].strip("[]")


async def _abort(context: Context, refused: Refused) -> NoReturn:
    """The error with google.rpc.Status in the trailers: exporters look for RetryInfo there."""
    status = replies.status_message(refused).SerializeToString()
    await context.abort(_CODES[refused.rpc_code], refused.message, (("grpc-status-details-bin", status),))
    raise AssertionError("abort returned")
