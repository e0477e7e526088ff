"""What other open-source products make queryable of the same bodies, when an environment of theirs is named."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bodies import read_bodies, write_bodies
from benchmarks.server import free_ports

SPANS_PER_REQUEST = 128
# They are slower by two orders of magnitude; this many take them about half a minute.
SPANS = 5_120
TRACES = SPANS // 8


@dataclass(frozen=True)
class Peer:
    """How to start one product, its OTLP headers, and how to ask how many traces it can show."""

    command: Callable[[Path, Path, int], list[str]]
    environment: Callable[[Path, int, int], dict[str, str]]
    headers: dict[str, str]
    ready_path: str
    visible_traces: Callable[[int], int]


def ask(url: str, body: object | None = None, headers: dict[str, str] | None = None, raw: bytes | None = None) -> Any:
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=60) as reply:
        text = reply.read()
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return text


def phoenix_traces(port: int) -> int:
    query = {"query": "{ projects { edges { node { traceCount } } } }"}
    reply = ask(f"http://127.0.0.1:{port}/graphql", query)
    return sum(edge["node"]["traceCount"] for edge in reply["data"]["projects"]["edges"])


def mlflow_traces(port: int) -> int:
    count, token = 0, None
    while True:
        location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
        query: dict[str, object] = {"locations": [location], "max_results": 500}
        if token:
            query["page_token"] = token
        reply = ask(f"http://127.0.0.1:{port}/api/3.0/mlflow/traces/search", query)
        count += len(reply.get("traces", []))
        token = reply.get("next_page_token")
        if not token:
            return count


PEERS = {
    "phoenix": Peer(
        command=lambda venv, folder, port: [str(venv / "bin/phoenix"), "serve"],
        environment=lambda folder, port, grpc_port: {
            "PHOENIX_WORKING_DIR": str(folder),
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(grpc_port),
            "PHOENIX_TELEMETRY_ENABLED": "false",
        },
        headers={},
        ready_path="/healthz",
        visible_traces=phoenix_traces,
    ),
    "mlflow": Peer(
        command=lambda venv, folder, port: [
            *(str(venv / "bin/mlflow"), "server", "--port", str(port)),
            *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--workers", "1"),
        ],
        environment=lambda folder, port, grpc_port: {},
        headers={"x-mlflow-experiment-id": "0"},
        ready_path="/health",
        visible_traces=mlflow_traces,
    ),
}


def measure(argument: str, folder: Path) -> dict[str, Any]:
    """`name=path of its virtual environment` -> its queryable spans a second, or why it was skipped."""
    name, _, path = argument.partition("=")
    peer, venv = PEERS.get(name), Path(path)
    if peer is None:
        return {"peer": name, "skipped": f"unknown; known are {', '.join(PEERS)}"}
    home = folder / f"peer-{name}"
    home.mkdir()
    port, grpc_port = free_ports(2)
    command = peer.command(venv, home, port)
    if not Path(command[0]).exists():
        return {"peer": name, "skipped": f"{command[0]} does not exist"}
    bodies = home / "bodies.bin"
    write_bodies(bodies, SPANS_PER_REQUEST, SPANS)
    own = peer.environment(home, port, grpc_port)
    env = os.environ | own | {"PATH": f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=home, env=env, stdout=log, stderr=log)
    try:
        return {"peer": name, **load(peer, f"http://127.0.0.1:{port}", port, bodies)}
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def load(peer: Peer, address: str, port: int, bodies: Path) -> dict[str, Any]:
    wait_until(lambda: ask(address + peer.ready_path) is not None, 180)
    headers = {**peer.headers, "Content-Type": "application/x-protobuf"}
    started = time.perf_counter()
    for body in read_bodies(bodies):
        ask(address + "/v1/traces", headers=headers, raw=body)
    acknowledged = time.perf_counter() - started
    wait_until(lambda: peer.visible_traces(port) >= TRACES, 600)
    seconds = time.perf_counter() - started
    return {
        "spans": SPANS,
        "acknowledged_s": round(acknowledged, 2),
        "queryable_spans_per_s": round(SPANS / seconds, 1),
    }


def wait_until(check: Callable[[], bool], most_seconds: float) -> None:
    deadline = time.monotonic() + most_seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError):
            if check():
                return
        time.sleep(0.3)
    raise SystemExit(f"the peer was not there after {most_seconds:.0f} s")
