"""PostgreSQL and Redis of the scaled-out mode, started from the system's packages for the time of a test run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.support.processes import Program, free_port


class Missing(RuntimeError):
    """A program of the system is not installed; the message names its package."""


def find_program(name: str, package: str) -> str:
    """The path of a program. Raises Missing."""
    found = shutil.which(name)
    for candidate in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True):
        # Debian's wrappers in PATH serve its own clusters; the real programs lie here.
        found = str(candidate)
        break
    if found is None:
        raise Missing(f"{name} is missing; install the package {package} (Debian, Ubuntu: apt-get install {package})")
    return found


def _as_postgres(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; its package makes a user for it."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]


class Postgres:
    """A new cluster in `folder`, on a port of 127.0.0.1. Safe against losing everything it has: it is for tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "postgres"
        self.port = free_port()
        self.program = Program(
            _as_postgres([
                find_program("postgres", "postgresql"), "-D", str(self.data), "-p", str(self.port),
                "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.data}",
                "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "shared_buffers=32MB",
                "-c", "max_connections=100",
            ]),
            log=folder / "postgres.log",
            cwd=folder,
        )  # fmt: skip

    def start(self) -> None:
        self.data.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres", "postgres")
            # The user must reach the folder through those above it; pytest makes them for their owner only.
            for parent in [self.data, *self.data.parents]:
                if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
                    parent.chmod(parent.stat().st_mode | 0o011)
        made = subprocess.run(
            _as_postgres([
                find_program("initdb", "postgresql"), "-D", str(self.data), "-U", "spanhouse", "--auth=trust",
                "--encoding=UTF8", "--locale=C", "--no-sync",
            ]),
            cwd=self.folder, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")
        self.program.start()
        self.program.wait_until(self._answers, why="PostgreSQL")

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """What DATABASE_URL is set to."""
        return f"postgres://spanhouse@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new empty database; its URL."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"'.encode())
        return self.url(database)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """No process of it runs on: connections stay open, and nothing is answered."""
        processes = [psutil.Process(self.program.pid), *psutil.Process(self.program.pid).children(recursive=True)]
        try:
            for process in processes:
                process.suspend()
            yield
        finally:
            for process in processes:
                process.resume()

    def stop(self) -> None:
        self.program.kill()


class Redis:
    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.program = Program(
            [
                find_program("redis-server", "redis-server"),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                str(folder),
            ],
            log=folder / "redis.log",
            cwd=folder,
        )

    def start(self) -> None:
        self.program.start()
        self.program.wait_until(self._answers, why="Redis")

    def _answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")

    def calls(self, command: str) -> int:
        """How often a command was called since the start."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(b"INFO commandstats\r\nQUIT\r\n")
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        found = re.search(rf"cmdstat_{command}:calls=(\d+)", text)
        return int(found.group(1)) if found else 0

    def url(self, number: int = 0) -> str:
        """What CELERY_BROKER_URL is set to."""
        return f"redis://127.0.0.1:{self.port}/{number}"

    def stop(self) -> None:
        self.program.stop()
