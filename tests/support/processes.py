"""Starting and ending the programs that system tests talk to; nothing is left running."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def free_port() -> int:
    """A port that was free a moment ago. Below the range that outgoing connections take theirs from, so that none takes
    it before the server does."""
    for port in _CANDIDATES:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def _candidates() -> Any:
    # Runs at the same time on one machine start at different places.
    start = os.getpid() * 37 % 9000
    while True:
        for offset in range(9000):
            yield 20000 + (start + offset) % 9000


_CANDIDATES = _candidates()


def wait_for(what: Callable[[], T], *, seconds: float = 30.0, why: str = "") -> T:
    """The first true answer of `what`; its errors count as "not yet". Fails with the last answer after `seconds`."""
    deadline = time.monotonic() + seconds
    last: object = None
    while True:
        try:
            answer = what()
            if answer:
                return answer
            last = answer
        except (AssertionError, OSError, LookupError, ValueError) as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {why or what}; last answer: {last!r}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def http(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, timeout: float = 30
) -> Reply:
    """One request; any status is an answer, no redirect is followed. Connection errors are OSError."""
    request = urllib.request.Request(url, data=body, method=method, headers=dict(headers or {}))
    try:
        with _OPENER.open(request, timeout=timeout) as reply:
            return Reply(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.headers, error.read())


# Settings of the machine that runs the tests must not reach what the tests start.
_SETTINGS = ("SPANHOUSE_", "OTEL_", "CLICKHOUSE_", "DATABASE_", "CELERY_", "DJANGO_", "PG")


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}


@dataclass
class Program:
    """A process with its output in a file."""

    command: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = ROOT
    process: subprocess.Popen[bytes] | None = None
    _asked: bool = False

    def start(self) -> None:
        self._asked = False
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                list(self.command),
                cwd=self.cwd,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        return {**clean_environment(), **self.env}

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.output().splitlines()[-lines:])

    def kill(self) -> None:
        """SIGKILL to the process and its children."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def ask_to_end(self) -> None:
        """SIGTERM, once: Celery takes a second one for impatience."""
        if self.running and self.process is not None and not self._asked:
            self._asked = True
            self.process.send_signal(signal.SIGTERM)

    def terminate(self, seconds: float = 15.0) -> int:
        """SIGTERM, and the exit code. Fails when the process does not end in time."""
        assert self.process is not None
        self.ask_to_end()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"did not end within {seconds:g} s after SIGTERM:\n{self.tail()}") from None

    def stop(self) -> None:
        """For the end of a test: ends it, whatever state it is in."""
        if self.running and self.process is not None:
            self.ask_to_end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        self.kill()

    def wait_until(self, ready: Callable[[], object], seconds: float = 60.0, why: str = "ready") -> None:
        def check() -> object:
            if not self.running:
                raise RuntimeError(f"{' '.join(map(str, self.command))} ended:\n{self.tail()}")
            return ready()

        try:
            wait_for(check, seconds=seconds, why=why)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None
