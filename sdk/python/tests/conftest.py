"""A client that sends to a small server of the test, and what arrived there."""

from __future__ import annotations

import pytest

import spanhouse
from collector import Collector
from spanhouse import active


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    """Variables of the machine that runs the tests must not reach them."""
    import os

    for name in list(os.environ):
        if name.startswith(("SPANHOUSE_", "OTEL_")):
            monkeypatch.delenv(name)


@pytest.fixture
def collector():
    collector = Collector()
    yield collector.start()
    collector.stop()


@pytest.fixture
def start(collector, tmp_path):
    """`init` with this test's server and spool; more arguments as given."""

    def init(**given):
        settings = {
            "endpoint": collector.address,
            "api_url": collector.address,
            "auto_instrument": False,
            "spool_dir": str(tmp_path / "spool"),
            "flush_interval": 30,
            **given,
        }
        return spanhouse.init(**settings)

    yield init
    client, active.client = active.client, None
    if client is not None:
        client.replaced()


@pytest.fixture
def client(start):
    return start()


@pytest.fixture
def sent(client, collector):
    """Send everything; the spans that arrived, by name (a list where names repeat)."""

    def spans():
        spanhouse.flush(10)
        return collector.spans()

    return spans
