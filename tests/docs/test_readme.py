"""The README's snippets run as they stand, but for the ports; the spans they send come out of the API."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import snippet
from tests.support.processes import wait_for
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("readme"))
    try:
        yield server.start()
    finally:
        server.stop()


def run(command: list[str], code: str, server: Server) -> str:
    """The output of the snippet, sent to the server's own port."""
    code = code.replace("127.0.0.1:4318", f"127.0.0.1:{server.http_port}")
    done = subprocess.run(command, input=code, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def find(server: Server, service: str) -> dict[str, object]:
    def look() -> dict[str, object] | None:
        rows = server.api("traces", filter=f"service:{service}").json()["results"]
        return rows[0] if rows else None

    return wait_for(look, why=f"a trace of {service}")


@pytest.mark.system
def test_the_python_snippet_makes_a_trace(server: Server) -> None:
    run([sys.executable, "-"], snippet("README.md", "python"), server)
    row = find(server, "my-app")
    assert row["name"] == "chat gpt-4.1-mini"
    span = server.trace(str(row["trace_id"])).get("spans")[0]
    assert span["usage"]["input_tokens"] == 12
    assert span["input_messages"][0]["parts"][0]["content"] == "What is a span?"
    assert span["output_messages"][0]["parts"][0]["content"] == "One step of a trace."


@pytest.mark.system
def test_the_curl_snippet_makes_a_trace(server: Server) -> None:
    assert json.loads(run(["sh"], snippet("README.md", "curl"), server)) == {}
    row = find(server, "my-shell")
    assert row["name"] == "chat gpt-4.1-mini"
    assert row["duration_ms"] == 800


def test_the_python_snippet_is_python() -> None:
    compile(snippet("README.md", "python"), str(Path("README.md")), "exec")
