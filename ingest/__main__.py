"""`python -m ingest`: the receivers and their pipeline as a process of their own."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import django
import structlog
import uvloop

from backend.core.errors import SpanhouseError
from ingest.pipeline import Pipeline, PipelineConfig
from ingest.server import Receivers

if TYPE_CHECKING:
    from backend.config.settings import Environment

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def serve(environment: Environment) -> None:
    """Runs until SIGTERM or SIGINT, then ends open requests, writes what waits, and returns."""
    from backend.store import client
    from ingest import keys

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    pipeline = Pipeline(
        PipelineConfig(environment.spool_dir, environment.spool_max_bytes, socket.gethostname()), client.current()
    )
    receivers = Receivers(
        pipeline,
        keys.admission(open_on_loopback=environment.one_process),
        environment.host,
        environment.otlp_http_port,
        environment.otlp_grpc_port,
    )
    await pipeline.start()
    try:
        await receivers.start()
        log.info("receiving", http=environment.otlp_http_port, grpc=environment.otlp_grpc_port)
        await stopping.wait()
        await receivers.stop()
    finally:
        await pipeline.stop()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    try:
        django.setup()
        from django.conf import settings

        uvloop.run(serve(settings.SPANHOUSE))
    except SpanhouseError as error:
        print(error.message, file=sys.stderr)  # noqa: T201 - one sentence for the person who started it
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
