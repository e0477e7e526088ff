"""An application under test: programs of `programs/` run as processes, and what became of the spans they made."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sdk.door import Door
from tests.support.processes import ROOT, Program, clean_environment, wait_for
from tests.support.server import Server
from tests.support.visitor import Visitor, words

PROGRAMS = Path(__file__).parent / "programs"
SOURCE = ROOT / "sdk/python/src"


@dataclass
class Application:
    server: Server
    door: Door
    visitor: Visitor
    slug: str
    key: str
    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir()

    # --- running ------------------------------------------------------------------------------------------------------

    def environment(self, **more: str) -> dict[str, str]:
        """What the programs run in; `more` in lower case becomes SPANHOUSE_MORE."""
        return {
            **clean_environment(),
            "PYTHONPATH": f"{SOURCE}:{PROGRAMS}",
            "MADE": str(self.folder / "made"),
            "SPANHOUSE_ENDPOINT": self.door.address,
            "SPANHOUSE_API_URL": self.door.address,
            "SPANHOUSE_API_KEY": self.key,
            "SPANHOUSE_SPOOL_DIR": str(self.folder / "spool"),
            **{f"SPANHOUSE_{name.upper()}": value for name, value in more.items()},
        }

    def run(self, scene: str, *, code: int = 0, **more: str) -> str:
        """What the program printed."""
        done = subprocess.run(
            [sys.executable, str(PROGRAMS / "scenes.py"), scene],
            env=self.environment(**more), cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def serve(self, *command: str, **more: str) -> Program:
        program = Program(
            [sys.executable, "-m", *command], log=self.folder / "log", env=self.environment(**more), cwd=self.folder
        )
        program.start()
        return program

    # --- what became of it --------------------------------------------------------------------------------------------

    @property
    def made(self) -> int:
        return sum(map(int, (self.folder / "made").read_text().split()))

    def traces(self) -> list[dict[str, Any]]:
        reply = self.server.api("traces", key=self.key, limit=500)
        assert reply.status == 200, reply.text
        return list(reply.json()["results"])

    def trace(self, trace_id: str, spans: int) -> dict[str, Any]:
        """The trace as soon as it has all its spans."""

        def whole() -> dict[str, Any] | None:
            view = self.server.api(f"traces/{trace_id}", key=self.key).json()
            return view if view["span_count"] == spans else None

        return wait_for(whole, why=f"{spans} spans")  # type: ignore[return-value]

    def stored(self) -> int:
        return sum(trace["span_count"] for trace in self.traces())

    def dropped(self) -> dict[str, int]:
        """What the SDK has told the server, as its Ingest page shows it."""
        page = words(self.visitor.get(f"/p/{self.slug}/ingest/"))
        return {reason: int(n.replace(",", "")) for reason, n in re.findall(r"\bclient_(\w+) ([\d,]+)", page)}

    def settle(self, dropped: dict[str, int] | None = None) -> None:
        """The next start has sent and told everything: what was made is stored, or dropped for the reasons given."""
        self.run("next_start")
        expected = dropped or {}

        def all_there() -> bool:
            stored, told = self.stored(), self.dropped()
            assert stored + sum(told.values()) == self.made, f"{stored} stored, {told} dropped, {self.made} made"
            return told == expected

        wait_for(all_there, seconds=20, why=f"{self.made} made = stored + {expected}")
        left = [path.name for path in (self.folder / "spool").rglob("*") if path.suffix in (".spans", ".ledger")]
        assert left == []
