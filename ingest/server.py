"""The receivers of one process: OTLP over HTTP and gRPC, in the event loop that runs."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import grpc.aio
import uvicorn

from backend.core import limits
from ingest.admission import Admission
from ingest.errors import PortTaken
from ingest.grpc import grpc_server
from ingest.http import http_app

if TYPE_CHECKING:
    from ingest.pipeline import Pipeline

HTTP_VARIABLE = "SPANHOUSE_OTLP_HTTP_PORT"
GRPC_VARIABLE = "SPANHOUSE_OTLP_GRPC_PORT"
# Connections that wait to be taken while the loop is busy; the kernel cuts it to net.core.somaxconn.
_BACKLOG = 2048


class _Uvicorn(uvicorn.Server):
    """In a loop that somebody else owns: signals are the owner's business."""

    def capture_signals(self) -> AbstractContextManager[None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return nullcontext()


class HttpServer:
    """uvicorn on one port, without its signal handlers, log configuration and access log. `variable` is the setting
    that a message about a taken port names."""

    def __init__(self, app: Any, host: str, port: int, variable: str, **options: Any) -> None:
        settings: dict[str, Any] = {
            "http": "httptools",
            "ws": "none",
            "lifespan": "off",
            "log_config": None,
            "access_log": False,
            "server_header": False,
            "proxy_headers": False,
            "limit_concurrency": limits.MAX_CONNECTIONS,
            # Exporters send every 5 s by default; uvicorn's own 5 s would close the connection just when they do.
            "timeout_keep_alive": 75,
            "timeout_graceful_shutdown": round(limits.STOP_GRACE_S),
        }
        self._server = _Uvicorn(uvicorn.Config(app, **(settings | options)))
        self._host, self._port, self._variable = host, port, variable
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the port takes connections. PortTaken when it cannot be opened."""
        sockets = await listen(self._host, self._port, self._variable)
        self._serving = asyncio.create_task(self._server.serve(sockets), name=f"http-{self._port}")
        while not self._server.started and not self._serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        if self._serving.done():
            await self._serving  # raises what went wrong

    async def stop(self) -> None:
        """Takes no more connections; open requests get STOP_GRACE_S seconds."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


async def listen(host: str, port: int, variable: str) -> list[socket.socket]:
    """Listening sockets for every address `host` means. PortTaken names the port and the variable that changes it."""
    sockets: list[socket.socket] = []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, address in dict.fromkeys(found):
            bound = socket.socket(family, kind, protocol)
            sockets.append(bound)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # IPv4 has a socket of its own
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound.bind(address)
            bound.listen(_BACKLOG)  # only this fails when two processes have bound the port at the same moment
            bound.setblocking(False)
    except OSError as error:
        for bound in sockets:
            bound.close()
        raise PortTaken(_cannot_listen(host, port, variable, error)) from None
    return sockets


def _cannot_listen(host: str, port: int, variable: str, error: OSError) -> str:
    why = (error.strerror or str(error)).lower()
    return f"Cannot listen on {host}:{port}: {why}. Free the port, or set {variable} to another one."


class Receivers:
    """Both OTLP ports are open when `start` returns."""

    def __init__(self, pipeline: Pipeline, admission: Admission, host: str, http_port: int, grpc_port: int) -> None:
        self._pipeline = pipeline
        self._admission = admission
        self._host = host
        self._grpc_port = grpc_port
        self._http = HttpServer(http_app(pipeline, admission), host, http_port, HTTP_VARIABLE)
        self._grpc: grpc.aio.Server | None = None

    async def start(self) -> None:
        """PortTaken names the port that is taken; then neither is open."""
        await self._check_grpc_port()
        await self._http.start()
        try:
            self._grpc = await grpc_server(self._pipeline, self._admission, self._grpc_address())
            await self._grpc.start()
        except BaseException:
            await self._http.stop()
            raise

    async def stop(self) -> None:
        """Takes nothing new, and lets open requests end for STOP_GRACE_S seconds. The pipeline stops after this."""
        stopping = [self._http.stop()]
        if self._grpc is not None:
            stopping.append(self._grpc.stop(limits.STOP_GRACE_S))
        await asyncio.gather(*stopping)
        self._admission.close()

    def _grpc_address(self) -> str:
        return f"[{self._host}]:{self._grpc_port}" if ":" in self._host else f"{self._host}:{self._grpc_port}"

    async def _check_grpc_port(self) -> None:
        """gRPC's own error is a page of C++; binding once before gives the plain one."""
        for bound in await listen(self._host, self._grpc_port, GRPC_VARIABLE):
            bound.close()
