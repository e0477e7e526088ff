"""`python -m ingest`: the receivers and their pipeline as a process of their own, like `manage.py up ingest`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Protocol

import django
import structlog
import uvloop
from django.conf import settings

from backend.core.errors import SpanhouseError
from backend.store import client
from ingest.pipeline import Pipeline, PipelineConfig
from ingest.server import Receivers

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Environment(Protocol):
    """What is used here of `settings.SPANHOUSE`; ingest does not import the composition root."""

    host: str
    otlp_http_port: int
    otlp_grpc_port: int
    spool_max_bytes: int
    public_url: str
    spool_dir: Path
    one_process: bool


async def serve(environment: Environment) -> None:
    """Runs until SIGTERM or SIGINT, then ends open requests, writes what waits, and returns."""
    from ingest import keys  # noqa: PLC0415 - its models need django.setup()

    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    config = PipelineConfig(environment.spool_dir, environment.spool_max_bytes, socket.gethostname())
    pipeline = Pipeline(config, client.current())
    # With a public address a proxy on this machine may pass strangers on.
    admission = keys.admission(
        open_on_loopback=environment.one_process and not environment.public_url, quota_used=pipeline.month.used
    )
    ports = (environment.otlp_http_port, environment.otlp_grpc_port)
    receivers = Receivers(pipeline, admission, environment.host, *ports)
    await pipeline.start()
    try:
        await receivers.start()
        log.info("receiving", host=environment.host, http=ports[0], grpc=ports[1])
        await stopping.wait()
        await receivers.stop()
    finally:
        await pipeline.stop()


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    try:
        django.setup()
        uvloop.run(serve(settings.SPANHOUSE))
    except SpanhouseError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
