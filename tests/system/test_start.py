"""Starting, stopping, and what is said when a start cannot work."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import otlp
from tests.support.processes import http, wait_for
from tests.support.server import API_KEY, Server
from tests.support.visitor import Visitor


def ends_with(server: Server, *expected: str) -> str:
    """Start a server that cannot work; it ends by itself, with an exit code and one clear sentence."""
    server.start(wait=False)
    assert server.program.process is not None
    try:
        code = server.program.process.wait(60)
    finally:
        server.stop()
    assert code == 1, server.program.tail()
    assert "Traceback" not in server.log, server.program.tail()
    for text in expected:
        assert text in server.log, server.program.tail()
    return server.log


def test_a_second_process_on_the_same_data_names_the_first(server: Server, folder: Path) -> None:
    second = Server(folder, env={"SPANHOUSE_DATA_DIR": str(server.data)})
    ends_with(second, str(server.data), str(server.program.pid))
    assert server.readyz().status == 200


@pytest.mark.parametrize("variable", ["SPANHOUSE_PORT", "SPANHOUSE_OTLP_HTTP_PORT", "SPANHOUSE_OTLP_GRPC_PORT"])
def test_a_busy_port_is_named(folder: Path, variable: str) -> None:
    server = Server(folder)
    port = server.program.env[variable]
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", int(port)))
        holder.listen()
        ends_with(server, port, variable)


WRONG = {
    "SPANHOUSE_PORT": ["seventy", "0", "70000", ""],
    "SPANHOUSE_OTLP_GRPC_PORT": ["-1"],
    "SPANHOUSE_SPOOL_MAX_BYTES": ["lots", "-5"],
    "CLICKHOUSE_URL": ["postgres://x/y", "nonsense"],
    "DATABASE_URL": ["oracle://x/y"],
    "CELERY_BROKER_URL": ["carrier-pigeon://x"],
    "SPANHOUSE_DEBUG": ["perhaps"],
    "SPANHOUSE_LOG_LEVEL": ["LOUD"],
    "SPANHOUSE_LOG_FORMAT": ["yaml"],
}


@pytest.mark.parametrize(
    ("variable", "value"), [(name, value) for name, values in WRONG.items() for value in values if value]
)
def test_a_wrong_setting_is_named(folder: Path, variable: str, value: str) -> None:
    log = ends_with(Server(folder, env={variable: value}), variable)
    assert len(log.strip().splitlines()) <= 5, log


@pytest.fixture
def fresh(folder: Path) -> Iterator[Server]:
    """A server that gets no first user, project and key from the environment."""
    server = Server(folder)
    server.program.cwd = folder / "elsewhere"
    server.program.cwd.mkdir()
    server.program.env = {
        name: value for name, value in server.program.env.items() if not name.startswith("SPANHOUSE_INIT_")
    }
    try:
        yield server.start()
    finally:
        server.stop()


def test_the_first_start_prints_login_and_key_once(fresh: Server) -> None:
    key = re.search(r"sk-sph-[\w-]{43}", fresh.log)
    assert key, fresh.log
    email = re.search(r"[\w.+-]+@[\w.-]+", fresh.log)
    password = re.search(r"[Pp]assword:?\s+(\S+)", fresh.log)
    assert email, fresh.log
    assert password, fresh.log
    wait_for(lambda: fresh.web in fresh.log, why="the address")
    visitor = Visitor(fresh.web)
    assert visitor.log_in(email.group(), password.group(1)).status == 200
    assert visitor.home().startswith("/p/")
    span = otlp.span("kept")
    assert fresh.send(otlp.body_of(span), key=key.group()).status == 200
    first = len(fresh.log)
    fresh.restart()
    assert "sk-sph-" not in fresh.log[first:]
    assert fresh.api(f"traces/{span.trace_id.hex()}", key=key.group()).status == 200
    assert (fresh.data / "secret_key").stat().st_mode & 0o077 == 0
    # The working directory may be read-only or belong to somebody else.
    assert list(fresh.program.cwd.iterdir()) == []


def test_keys_are_not_kept_readable(server: Server) -> None:
    for path in server.data.rglob("*"):
        if path.is_file() and path.suffix != ".log":
            assert API_KEY.encode() not in path.read_bytes(), path


def test_probes_and_pages_answer(server: Server) -> None:
    for base in (server.web, server.otlp):
        assert http("GET", base + "/healthz").json() == {"status": "ok"}
        assert http("GET", base + "/readyz").json() == {"status": "ok"}
    schema = http("GET", server.web + "/api/schema/", headers={"Accept": "application/json"})
    assert schema.status == 200
    assert b"/api/v1/traces" in schema.body
    assert server.api("traces", key="sk-sph-wrong").status == 401
    assert http("GET", server.web + "/api/v1/traces").status == 401
    missing = server.api("traces/" + "0" * 31 + "1")
    assert (missing.status, missing.json()["error"]["code"]) == (404, "not_found")


def test_jobs_run_inside_the_one_process(server: Server) -> None:
    """Beat asks every minute for prices of new models; other tests have given it the time already."""
    trace_id = os.urandom(16)
    assert server.send(otlp.body_of(otlp.llm_span(trace_id))).status == 200
    cost = wait_for(lambda: (c := server.trace(trace_id)["cost"])["total"] is not None and c, seconds=90, why="a price")
    assert cost["source"] == "computed"
