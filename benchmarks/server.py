"""A Spanhouse started for a measurement: own folder, own ports, and what the system says about its process."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[1]
KEY = "sk-sph-" + "benchmark" * 4 + "0000000"
TICKS = os.sysconf("SC_CLK_TCK")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for sock in sockets:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in sockets]


@dataclass
class Server:
    """`manage.py up` as a subprocess."""

    process: subprocess.Popen[bytes]
    folder: Path
    web: int
    otlp_http: int
    otlp_grpc: int

    def cpu_seconds(self) -> float:
        """User and system time of the process with all its threads, the engine's merges included."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_rss_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return round(int(line.split()[1]) / 1024, 1)

    def get(self, path: str, **query: str | int) -> tuple[int, Any]:
        """Status and JSON of a GET on the REST API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web, timeout=60)
        try:
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request("GET", target, headers={"Authorization": f"Bearer {KEY}"})
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        with contextlib.suppress(ValueError):
            return reply.status, json.loads(body)
        return reply.status, body

    def span_count(self, trace_id: str) -> int:
        """Spans of the trace that a query sees now."""
        status, trace = self.get(f"/api/v1/traces/{trace_id}")
        return int(trace["span_count"]) if status == 200 else 0

    def spooled_bytes(self) -> int:
        """What is acknowledged and not yet in ClickHouse."""
        total = 0
        for segment in self.folder.glob("spool/*/*.seg"):
            with contextlib.suppress(FileNotFoundError):
                total += segment.stat().st_size
        return total

    def wait_idle(self, most_seconds: float = 90) -> None:
        """Wait until the merges are over: the process uses less than 5 % of a core for two seconds."""
        deadline = time.monotonic() + most_seconds
        while time.monotonic() < deadline:
            before = self.cpu_seconds()
            time.sleep(2)
            if self.cpu_seconds() - before < 0.1:
                return

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def environment(folder: Path, ports: list[int]) -> dict[str, str]:
    # Nothing of the caller's own Spanhouse may reach the measured one.
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("SPANHOUSE_", "CLICKHOUSE_", "DATABASE_", "CELERY_"))
    }
    return kept | {
        "SPANHOUSE_DATA_DIR": str(folder),
        "SPANHOUSE_PORT": str(ports[0]),
        "SPANHOUSE_OTLP_HTTP_PORT": str(ports[1]),
        "SPANHOUSE_OTLP_GRPC_PORT": str(ports[2]),
        "SPANHOUSE_INIT_EMAIL": "benchmark@example.com",
        "SPANHOUSE_INIT_PASSWORD": "a-password-for-benchmarks",
        "SPANHOUSE_INIT_PROJECT": "benchmark",
        "SPANHOUSE_INIT_API_KEY": KEY,
        "SPANHOUSE_LOG_LEVEL": "WARNING",
    }


@contextlib.contextmanager
def started(most_seconds: float = 120) -> Iterator[Server]:
    """A ready server in a temporary folder, stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="spanhouse-bench-") as name:
        folder = Path(name)
        ports = free_ports(3)
        with (folder / "server.log").open("wb") as log:
            command = [sys.executable, "manage.py", "up"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment(folder, ports), stdout=log, stderr=log)
        server = Server(process, folder, *ports)
        try:
            wait_ready(server, most_seconds)
            yield server
        finally:
            server.stop()


def wait_ready(server: Server, most_seconds: float) -> None:
    deadline = time.monotonic() + most_seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if server.get("/readyz")[0] == 200:
                return
        time.sleep(0.1)
    log = (server.folder / "server.log").read_text(encoding="utf-8", errors="replace")
    raise SystemExit(f"The server did not become ready. Its last words:\n{log[-2000:]}")
