"""OTLP over HTTP as one bare ASGI callable: port 4318 serves it, and the web port mounts it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Literal

import orjson
import structlog

from backend.core import limits
from backend.core.errors import SpanhouseError
from ingest import errors, replies
from ingest.admission import Admission, Grant, is_loopback
from ingest.errors import Refused, TooLarge, TooSlow, Unsupported
from ingest.replies import ENDPOINTS, Endpoint
from ingest.unpack import Unpacker, encoding_of, too_large

if TYPE_CHECKING:
    from ingest.pipeline import Accepted, Pipeline

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Encoding = Literal["protobuf", "json"]

# Langfuse's SDKs send to the second prefix, LangSmith's to the third.
PREFIXES = ("", "/api/public/otel", "/otel")
ROUTES: dict[str, Endpoint] = {prefix + endpoint.path: endpoint for prefix in PREFIXES for endpoint in ENDPOINTS}
CONTENT_TYPES: dict[Encoding, bytes] = {"protobuf": b"application/x-protobuf", "json": b"application/json"}
MEDIA_TYPES: dict[str, Encoding] = {
    "application/x-protobuf": "protobuf",
    "application/protobuf": "protobuf",
    "application/json": "json",
}
_CHARSETS = ("utf-8", "utf8", "us-ascii")


class ClientGone(Exception):
    """The sender closed the connection before its body was whole: nobody is there to answer."""


def _reply(status: int, content_type: bytes, body: bytes, *more: tuple[bytes, bytes]) -> tuple[Message, Message]:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *more]
    return {"type": "http.response.start", "status": status, "headers": headers}, {
        "type": "http.response.body",
        "body": body,
    }


_FINE: dict[Encoding, tuple[Message, Message]] = {
    "protobuf": _reply(200, CONTENT_TYPES["protobuf"], replies.ALL_FINE),
    "json": _reply(200, CONTENT_TYPES["json"], b"{}"),
}


def http_app(pipeline: Pipeline, admission: Admission) -> Asgi:
    """The ASGI callable. Browsers are not served: no CORS header is ever sent, so a page elsewhere cannot use a
    visitor's network place to send spans."""
    return HttpReceiver(pipeline, admission)


class HttpReceiver:
    def __init__(self, pipeline: Pipeline, admission: Admission) -> None:
        self._pipeline = pipeline
        self._admission = admission
        self._big_bodies = asyncio.Semaphore(limits.MAX_BODIES_IN_WORK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _no_http(scope, receive, send)
            return
        try:
            start, body = await self._answer(scope, receive)
        except ClientGone:
            return
        await send(start)
        await send(body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[Message, Message]:
        path: str = scope["path"]
        method: str = scope["method"]
        endpoint = ROUTES.get(path) or ROUTES.get(path.rstrip("/"))
        if endpoint is None:
            return self._probe(path, method)
        if method != "POST":
            return _plain_error(405, "method_not_allowed", f"Send with POST, not {method}.", (b"allow", b"POST"))
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            return await self._export(endpoint, headers, scope, receive)
        except SpanhouseError as error:
            return _refusal(replies.as_refused(error), _reply_encoding(headers))
        except ClientGone:
            raise
        except Exception:
            log.exception("request failed", path=path)
            failure = Refused("The server failed on this request; its log says why.")
            failure.status, failure.rpc_code = 500, errors.INTERNAL
            return _refusal(failure, _reply_encoding(headers))

    # --- OTLP ---------------------------------------------------------------------------------------------------------

    async def _export(
        self, endpoint: Endpoint, headers: Mapping[str, str], scope: Scope, receive: Receive
    ) -> tuple[Message, Message]:
        grant: Grant | None = None
        taken = _Place(self._big_bodies)
        try:
            encoding = media_encoding(headers.get("content-type", ""))
            packing = encoding_of(headers.get("content-encoding", ""))
            length = _content_length(headers)
            grant = await self._admission.admit(headers, _is_loopback(scope))
            body = await self._read(receive, length, taken)
            if packing != "identity":
                body = await self._unpack(packing, body, taken)
        except Refused as refused:
            project_id = refused.project_id if grant is None else grant.project_id
            self._pipeline.refuse(project_id, refused.code, bytes=_announced(headers))
            taken.leave()
            raise
        except BaseException:
            taken.leave()
            raise
        try:
            accepted = await self._pipeline.accept(endpoint.signal, encoding, body, grant.project_id)
        finally:
            taken.leave()
        self._admission.charge(grant, accepted.items)
        return _accepted(endpoint, encoding, accepted)

    async def _read(self, receive: Receive, length: int | None, taken: _Place) -> bytes:
        if length is not None and length > limits.BIG_BODY_BYTES:
            await taken.enter()
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        first: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            _check_size(len(first))
            return first
        try:
            async with asyncio.timeout(limits.BODY_READ_S):
                return await self._read_on(first, receive, taken)
        except TimeoutError:
            raise TooSlow(f"The body did not arrive within {limits.BODY_READ_S:g} seconds.") from None

    async def _read_on(self, first: bytes, receive: Receive, taken: _Place) -> bytes:
        pieces, size, more = [first], len(first), True
        while more:
            if size > limits.BIG_BODY_BYTES:
                await taken.enter()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece: bytes = message.get("body", b"")
            size += len(piece)
            _check_size(size)
            pieces.append(piece)
            more = message.get("more_body", False)
        return b"".join(pieces)

    async def _unpack(self, packing: str, body: bytes, taken: _Place) -> bytes:
        """In three steps, as the size shows: here, in a thread, and in a thread when a place for a big body is free."""
        unpacker = Unpacker(packing, body)
        if len(body) <= limits.UNPACK_INLINE_BYTES and unpacker.run(limits.UNPACK_INLINE_BYTES):
            return unpacker.result()
        if await asyncio.to_thread(unpacker.run, limits.BIG_BODY_BYTES):
            return unpacker.result()
        await taken.enter()
        if await asyncio.to_thread(unpacker.run, limits.MAX_UNPACKED_BYTES):
            return await asyncio.to_thread(unpacker.result)
        raise too_large(limits.MAX_UNPACKED_BYTES)

    # --- probes -------------------------------------------------------------------------------------------------------

    def _probe(self, path: str, method: str) -> tuple[Message, Message]:
        if path not in ("/healthz", "/readyz"):
            known = ", ".join(("POST /v1/traces", "/v1/logs", "/v1/metrics"))
            return _plain_error(404, "not_found", f"Nothing is at {path[:200]}. OTLP is received at {known}.")
        if method not in ("GET", "HEAD"):
            return _plain_error(405, "method_not_allowed", f"Use GET, not {method}.", (b"allow", b"GET, HEAD"))
        status, state = 200, {"status": "ok"}
        if path == "/readyz":
            ready, reason = self._pipeline.ready()
            if not ready:
                status, state = 503, {"status": "not ready", "reason": reason}
        start, body = _reply(status, CONTENT_TYPES["json"], orjson.dumps(state), (b"cache-control", b"no-store"))
        if method == "HEAD":
            body = {"type": "http.response.body", "body": b""}
        return start, body


class _Place:
    """One request's hold on the places for big bodies; entering twice takes one place, leaving is always safe."""

    __slots__ = ("_held", "_places")

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._held = False

    async def enter(self) -> None:
        if not self._held:
            await self._places.acquire()
            self._held = True

    def leave(self) -> None:
        if self._held:
            self._held = False
            self._places.release()


def media_encoding(content_type: str) -> Encoding:
    """protobuf or json, from a Content-Type header; Unsupported otherwise."""
    encoding = MEDIA_TYPES.get(content_type)
    if encoding is not None:
        return encoding
    name, _, parameters = content_type.partition(";")
    encoding = MEDIA_TYPES.get(name.strip().lower())
    if encoding is None:
        raise Unsupported(
            f'Content-Type "{content_type[:100]}" is not read. Send application/x-protobuf or application/json.'
        )
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        charset = value.strip().strip('"').lower()
        if encoding == "json" and key.strip().lower() == "charset" and charset not in _CHARSETS:
            raise Unsupported(f'Charset "{charset[:50]}" is not read. JSON bodies are UTF-8.')
    return encoding


def _reply_encoding(headers: Mapping[str, str]) -> Encoding:
    name = headers.get("content-type", "").partition(";")[0].strip().lower()
    return MEDIA_TYPES.get(name, "json")


def _announced(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 16 else 0


def _content_length(headers: Mapping[str, str]) -> int | None:
    if "content-length" not in headers:
        return None
    length = _announced(headers)
    _check_size(length)
    return length


def _check_size(size: int) -> None:
    if size > limits.MAX_BODY_BYTES:
        raise TooLarge(f"The body is larger than {limits.MAX_BODY_BYTES:,} bytes, the limit. Send smaller batches.")


def _is_loopback(scope: Scope) -> bool:
    client: tuple[str, int] | None = scope.get("client")
    return client is not None and is_loopback(client[0])


def _accepted(endpoint: Endpoint, encoding: Encoding, accepted: Accepted) -> tuple[Message, Message]:
    if not accepted.rejected and not accepted.message:
        return _FINE[encoding]
    if encoding == "json":
        body = orjson.dumps(replies.partial_success_json(endpoint, accepted))
    else:
        body = replies.partial_success(endpoint.signal, accepted)
    return _reply(200, CONTENT_TYPES[encoding], body)


def _refusal(refused: Refused, encoding: Encoding) -> tuple[Message, Message]:
    """google.rpc.Status in the request's encoding, as the OTLP specification asks."""
    more: list[tuple[bytes, bytes]] = []
    if refused.status in (429, 503):
        # gRPC exporters give up without RetryInfo; HTTP ones retry every 429, so a spent quota asks for a long wait.
        seconds = limits.QUOTA_RETRY_S if refused.retry_after_s is None else refused.retry_after_s
        more.append((b"retry-after", str(replies.whole_seconds(seconds)).encode()))
    if refused.status == 401:
        more.append((b"www-authenticate", b'Bearer realm="spanhouse"'))
    if encoding == "json":
        body = orjson.dumps({"code": refused.rpc_code, "message": refused.message})
    else:
        body = replies.status_message(refused).SerializeToString()
    return _reply(refused.status, CONTENT_TYPES[encoding], body, *more)


def _plain_error(status: int, code: str, message: str, *more: tuple[bytes, bytes]) -> tuple[Message, Message]:
    """For requests that are not OTLP at all: the error shape of the rest of the product."""
    body = orjson.dumps({"error": {"code": code, "message": message}})
    return _reply(status, CONTENT_TYPES["json"], body, *more)


async def _no_http(scope: Scope, receive: Receive, send: Send) -> None:
    """Start and stop are the owner's business, and WebSockets have none here."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
    elif scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
