"""What system tests stand on: one shared server; PostgreSQL, Redis and a ClickHouse front for the scaled-out mode."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.support.clickhouse import ClickHouseFront
from tests.support.server import Server
from tests.support.services import Missing, Postgres, Redis

P = TypeVar("P", Postgres, Redis)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/system/" in item.nodeid:
            item.add_marker("system")


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    """Not pytest's own: PostgreSQL runs as another user, who must be able to enter."""
    folder = Path(tempfile.mkdtemp(prefix="systest-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def folder(session_folder: Path) -> Iterator[Path]:
    """A data folder of one test."""
    folder = session_folder / uuid.uuid4().hex[:8]
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(session_folder: Path) -> Iterator[Server]:
    """One process with everything, shared by the tests that leave it alive."""
    server = Server(session_folder / "shared")
    try:
        yield server.start()
    finally:
        server.stop()


def made(program: type[P], folder: Path) -> P:
    """Skips when it is not installed; a continuous integration run must not turn green that way."""
    try:
        return program(folder)
    except Missing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def postgres(session_folder: Path) -> Iterator[Postgres]:
    postgres = made(Postgres, session_folder)
    try:
        postgres.start()
        yield postgres
    finally:
        postgres.stop()


@pytest.fixture(scope="session")
def redis(session_folder: Path) -> Iterator[Redis]:
    redis = made(Redis, session_folder)
    try:
        redis.start()
        yield redis
    finally:
        redis.stop()


@pytest.fixture
def clickhouse(folder: Path) -> Iterator[ClickHouseFront]:
    front = ClickHouseFront(folder / "clickhouse")
    try:
        front.start()
        yield front
    finally:
        front.stop()
