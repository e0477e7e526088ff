"""Talking to the REST API: a client with a key, and spans in the real ClickHouse."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from ingest.otlp import check_traces
from tests.conftest import World
from tests.support.otlp import request

Send = Callable[..., None]


@pytest.fixture
def api(world: World) -> Client:
    """With the key of alice's project."""
    return Client(headers={"Authorization": f"Bearer {world.key}"})


@pytest.fixture
def other_api(world: World) -> Client:
    """With the key of charlie's project."""
    return Client(headers={"Authorization": f"Bearer {world.other_key}"})


@pytest.fixture
def send(store: Store, world: World) -> Send:
    """`send(span, …)` stores spans in alice's project."""

    def store_spans(*spans: Span, project: Any = None) -> None:
        now = time.time_ns()
        body = check_traces(request(*spans).SerializeToString(), now).body
        framed = frame(body, (project or world.project).id, now)
        store.insert_protobuf("otlp_traces", framed, INSERT_SETTINGS["otlp_traces"])

    return store_spans
