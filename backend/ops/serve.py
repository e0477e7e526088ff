"""One event loop with everything that listens: the web port, OTLP over HTTP and gRPC, and the pipeline behind them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import structlog
from django.core.asgi import get_asgi_application

from backend.config.environment import Environment
from backend.config.receiver import make_admission, make_pipeline
from backend.config.router import Router
from backend.core import garbage
from backend.ops.jobs import Jobs
from ingest.admission import Admission
from ingest.http import http_app
from ingest.pipeline import Pipeline
from ingest.server import GRPC_VARIABLE, HTTP_VARIABLE, HttpServer, Receivers, listen

log: structlog.stdlib.BoundLogger = structlog.get_logger("up")

WEB_VARIABLE = "SPANHOUSE_PORT"


async def check_ports(environment: Environment, *, web: bool, receivers: bool) -> None:
    """PortTaken before the databases are touched, and not after a minute of migrating."""
    wanted = [(environment.port, WEB_VARIABLE)] if web else []
    if receivers:
        wanted += [(environment.otlp_http_port, HTTP_VARIABLE), (environment.otlp_grpc_port, GRPC_VARIABLE)]
    for port, variable in wanted:
        for bound in await listen(environment.host, port, variable):
            bound.close()


async def serve(
    environment: Environment, *, web: bool, receivers: bool, jobs: Jobs | None = None, ready: Callable[[], None]
) -> None:
    """Run until SIGTERM or SIGINT; then what listens ends first and the pipeline last."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as running:
        pipeline = make_pipeline(environment)
        admission = make_admission(environment, pipeline)
        running.callback(admission.close)
        await pipeline.start()
        running.push_async_callback(pipeline.stop)
        if jobs is not None:
            await asyncio.to_thread(jobs.start)
            running.push_async_callback(asyncio.to_thread, jobs.stop)
        for server in _servers(environment, pipeline, admission, web=web, receivers=receivers):
            await server.start()
            running.push_async_callback(server.stop)
        garbage.settle()
        ready()
        await stopping.wait()
        log.info("stopping")
        if jobs is not None:
            jobs.ask_to_stop()  # while the servers end


def _servers(
    environment: Environment, pipeline: Pipeline, admission: Admission, *, web: bool, receivers: bool
) -> list[Any]:
    servers: list[Any] = []
    host = environment.host
    if receivers:
        servers.append(Receivers(pipeline, admission, host, environment.otlp_http_port, environment.otlp_grpc_port))
    if web:
        application = Router(get_asgi_application(), http_app(pipeline, admission))  # pyright: ignore[reportArgumentType]
        # A proxy on this machine may say who the browser is; nobody else may.
        servers.append(HttpServer(application, host, environment.port, WEB_VARIABLE, proxy_headers=True))
    return servers
