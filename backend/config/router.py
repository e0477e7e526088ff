"""Which part of the process answers a request on the web port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from backend.core.limits import MAX_BODY_BYTES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

RECEIVER_PREFIXES = ("/v1/", "/api/public/otel/", "/otel/")
RECEIVER_PATHS = ("/healthz", "/readyz")


class Router:
    """OTLP paths and probes go to the receiver, all others to Django.

    `receiver` is a running one, or `open_receiver` opens one with the server's lifespan: that is how
    `backend.config.asgi:application` runs under any ASGI server.
    """

    def __init__(
        self,
        django: Asgi,
        receiver: Asgi | None = None,
        open_receiver: Callable[[], AbstractAsyncContextManager[Asgi]] | None = None,
    ) -> None:
        self._django = django
        self._receiver = receiver
        self._open_receiver = open_receiver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._lifespan(receive, send)
        if scope["type"] != "http":
            return None  # no WebSockets; the server closes the connection
        path: str = scope["path"]
        if self._receiver is not None and (path in RECEIVER_PATHS or path.startswith(RECEIVER_PREFIXES)):
            return await self._receiver(scope, receive, send)
        return await self._django(scope, bounded(receive), send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        if self._open_receiver is None:
            await send({"type": "lifespan.startup.complete"})
            await receive()
        else:
            opened = self._open_receiver()
            try:
                self._receiver = await opened.__aenter__()
            except Exception as error:
                return await send({"type": "lifespan.startup.failed", "message": str(error)})
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await opened.__aexit__(None, None, None)
        return await send({"type": "lifespan.shutdown.complete"})


def bounded(receive: Receive) -> Receive:
    """Django writes a body to disk before a view can refuse it; what is too large for OTLP is too large for a form."""
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        if message["type"] == "http.request":
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                return {"type": "http.disconnect"}
        return message

    return limited
