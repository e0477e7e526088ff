"""The parts of ingest, put together from the settings. Needs `django.setup()`: keys live in Django's database."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.config.environment import Environment
from backend.config.router import Asgi
from backend.store import client
from ingest import keys
from ingest.admission import Admission
from ingest.http import http_app
from ingest.pipeline import Pipeline, PipelineConfig


def make_pipeline(environment: Environment) -> Pipeline:
    """This process's pipeline, not started."""
    config = PipelineConfig(environment.spool_dir, environment.spool_max_bytes, socket.gethostname())
    return Pipeline(config, client.current())


def make_admission(environment: Environment, pipeline: Pipeline) -> Admission:
    """On loopback in the one-process mode no key means the default project. With a public address it never does: what a
    proxy on this machine passes on comes from loopback, too."""
    return keys.admission(
        open_on_loopback=environment.one_process and not environment.public_url, quota_used=pipeline.month.used
    )


@asynccontextmanager
async def open_receiver(environment: Environment) -> AsyncIterator[Asgi]:
    """A receiver with its own pipeline, for an ASGI server that somebody else runs."""
    pipeline = make_pipeline(environment)
    admission = make_admission(environment, pipeline)
    await pipeline.start()
    try:
        yield http_app(pipeline, admission)
    finally:
        await pipeline.stop()
        admission.close()
