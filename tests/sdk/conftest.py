"""What the tests of the SDK stand on: a real server, a door in front of it that can be closed, applications."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sdk.application import Application
from tests.sdk.door import Door
from tests.support.server import Server
from tests.support.visitor import Visitor

PROJECTS = 40
MAKE_PROJECTS = f"""
import json
from backend.projects import services
from backend.projects.models import Organisation
organisation = Organisation.objects.first()
made = []
for n in range({PROJECTS}):
    project = services.create_project(organisation=organisation, actor=None, name=f"sdk {{n}}")
    key = services.create_key(project=project, actor=None, name="sdk", scopes=services.SCOPES)
    made.append((project.slug, key.secret))
print(json.dumps(made))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/sdk/" in item.nodeid:
            item.add_marker("system")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="sdktest-") as folder:
        server = Server(Path(folder))
        try:
            yield server.start()
        finally:
            server.stop()


@pytest.fixture(scope="session")
def projects(server: Server) -> Iterator[tuple[str, str]]:
    """(slug, key) of an empty project for each test."""
    return iter(json.loads(server.django(MAKE_PROJECTS)))


@pytest.fixture(scope="session")
def visitor(server: Server) -> Visitor:
    visitor = Visitor(server.web)
    visitor.log_in()
    return visitor


@pytest.fixture
def door(server: Server) -> Iterator[Door]:
    door = Door(server)
    try:
        yield door.open()
    finally:
        door.shut()


@pytest.fixture
def application(
    server: Server, door: Door, projects: Iterator[tuple[str, str]], visitor: Visitor, tmp_path: Path
) -> Application:
    """Programs that use the SDK, in a project and with a spool of their own."""
    slug, key = next(projects)
    return Application(server, door, visitor, slug, key, tmp_path / uuid.uuid4().hex[:8])
