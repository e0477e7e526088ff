"""The real product as processes: `manage.py up [role]` on free ports with a data folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.support.otlp import PROTOBUF
from tests.support.processes import ROOT, Program, Reply, free_port, http, wait_for

EMAIL = "owner@example.com"
PASSWORD = "correct horse battery staple"
PROJECT = "Tests"
API_KEY = "sk-sph-" + "SystemTests" * 3 + "0123456789"


class Server:
    """One process of the product. `start()` returns when /readyz says so (or at once for roles without a port)."""

    def __init__(self, folder: Path, role: str = "all", env: Mapping[str, str] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.role = role
        self.port, self.http_port, self.grpc_port = free_port(), free_port(), free_port()
        self.data = folder / "data"
        environment = {
            "SPANHOUSE_DATA_DIR": str(self.data),
            "SPANHOUSE_HOST": "127.0.0.1",
            "SPANHOUSE_PORT": str(self.port),
            "SPANHOUSE_OTLP_HTTP_PORT": str(self.http_port),
            "SPANHOUSE_OTLP_GRPC_PORT": str(self.grpc_port),
            "SPANHOUSE_INIT_EMAIL": EMAIL,
            "SPANHOUSE_INIT_PASSWORD": PASSWORD,
            "SPANHOUSE_INIT_PROJECT": PROJECT,
            "SPANHOUSE_INIT_API_KEY": API_KEY,
            "PYTHONUNBUFFERED": "1",
            **(env or {}),
        }
        self.program = Program(
            [sys.executable, str(ROOT / "manage.py"), "up", role], log=folder / f"{role}.log", env=environment, cwd=ROOT
        )

    # --- life --------------------------------------------------------------------------------------------------------
    def start(self, *, wait: bool = True) -> Server:
        self.program.start()
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self) -> None:
        if self.role in ("all", "web", "ingest"):
            self.program.wait_until(lambda: self.readyz().status == 200, seconds=90, why=f"/readyz of {self.role}")

    def kill(self) -> None:
        self.program.kill()

    def terminate(self, seconds: float = 15.0) -> int:
        return self.program.terminate(seconds)

    def restart(self) -> Server:
        self.terminate()
        return self.start()

    def stop(self) -> None:
        """For the end of a test, which needs nothing of it any more. How it ends by itself is what some tests test."""
        self.kill()

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """`manage.py …` with this server's settings."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.program.environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def django(self, code: str) -> str:
        """What a line of Python prints inside Django. It must not open ClickHouse: the server has it."""
        return self.manage("shell", "--no-imports", "-c", code).stdout.strip()

    @property
    def log(self) -> str:
        return self.program.output()

    # --- addresses ---------------------------------------------------------------------------------------------------
    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def otlp(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def grpc(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    def readyz(self) -> Reply:
        return http("GET", (self.otlp if self.role == "ingest" else self.web) + "/readyz", timeout=5)

    # --- sending -----------------------------------------------------------------------------------------------------
    def send(
        self,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        path: str = "/v1/traces",
        base: str = "",
        key: str | None = API_KEY,
    ) -> Reply:
        """POST to the OTLP port. `key=None`: without a key."""
        given = {"Content-Type": PROTOBUF, **({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        return http("POST", (base or self.otlp) + path, body, given)

    # --- reading -----------------------------------------------------------------------------------------------------
    def api(self, path: str, key: str = API_KEY, **query: Any) -> Reply:
        url = f"{self.web}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        return http("GET", url, headers={"Authorization": f"Bearer {key}"})

    def trace(self, trace_id: bytes | str, spans: int = 1, seconds: float = 30.0) -> dict[str, Any]:
        """The trace as the API gives it, as soon as it has at least `spans` spans."""
        wanted = trace_id if isinstance(trace_id, str) else trace_id.hex()

        def look() -> dict[str, Any] | None:
            reply = self.api(f"traces/{wanted}")
            if reply.status == 404:
                return None
            assert reply.status == 200, f"{reply.status} {reply.text[:500]}"
            view = reply.json()
            return view if view["span_count"] >= spans else None

        try:
            return wait_for(look, seconds=seconds, why=f"{spans} spans of trace {wanted}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n--- log\n{self.program.tail()}") from None

    def span_ids(self, trace_id: bytes) -> list[str]:
        """Every span of a trace, doubled ones twice; [] when it is not there."""
        reply = self.api(f"traces/{trace_id.hex()}")
        if reply.status == 404:
            return []
        assert reply.status == 200, reply.text[:500]
        return [span["span_id"] for span in reply.json()["spans"]]

    def has_trace(self, trace_id: bytes) -> bool:
        return self.api(f"traces/{trace_id.hex()}").status == 200


def one_process(folder: Path, env: Mapping[str, str] | None = None) -> Server:
    return Server(folder, "all", env)


def wait_all_stored(server: Server, sent: Mapping[bytes, Iterable[str]], seconds: float = 60.0) -> None:
    """Every span in `sent` (trace id -> hex span ids) is there exactly once."""
    deadline = time.monotonic() + seconds
    for trace_id, span_ids in sent.items():
        want = sorted(span_ids)
        left = max(1.0, deadline - time.monotonic())
        wait_for(
            lambda t=trace_id, w=want: sorted(server.span_ids(t)) == w,
            seconds=left,
            why=f"trace {trace_id.hex()} whole",
        )


def pretty(value: object) -> str:
    return json.dumps(value, indent=1, default=str)
