"""Starts the HTTP front over chDB (tests/support/clickhouse_front.py) and tells it how to behave."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.support.processes import ROOT, Program, free_port, http


class ClickHouseFront:
    """A ClickHouse for the scaled-out mode. `kill()` is the true failure; `behave()` simulates the others."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.program = Program(
            [
                sys.executable,
                "-m",
                "tests.support.clickhouse_front",
                "--path",
                str(folder / "db"),
                "--port",
                str(self.port),
            ],
            log=folder / "clickhouse.log",
            # The engine keeps format schemas in its working directory.
            cwd=folder,
            env={"PYTHONPATH": str(ROOT)},
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, database: str) -> str:
        """What CLICKHOUSE_URL is set to."""
        return f"http://default:secret@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.program.start()
        self.program.wait_until(
            lambda: http("GET", self.address + "/ping", timeout=2).body == b"Ok.\n", why="ClickHouse front"
        )

    def kill(self) -> None:
        self.program.kill()

    def stop(self) -> None:
        self.program.stop()

    def behave(self, mode: str, **options: Any) -> None:
        reply = http("POST", self.address + "/__test__/mode", json.dumps({"mode": mode, **options}).encode())
        assert reply.status == 200, reply.text

    def count(self, name: str) -> int:
        return http("GET", self.address + "/__test__/counts").json().get(name, 0)

    def query(self, sql: str, database: str = "default") -> str:
        reply = http("POST", f"{self.address}/?database={database}", sql.encode())
        assert reply.status == 200, reply.text
        return reply.text.strip()
