"""`seed_demo`: it makes the example itself, or lets the running server make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.core.errors import StoreUnavailable
from backend.demo import services
from backend.ops import startup
from backend.projects.models import Project
from tests.conftest import World
from tests.ops.test_commands import run

pytestmark = [pytest.mark.store, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _open_store(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(store), "close", lambda _store: None)  # the next test needs it


def test_it_makes_the_example_and_says_where(world: World) -> None:
    folder = Path.cwd()
    code, out, err = run("seed_demo", "--scale", "0.001", "--email", "bob@example.com")
    assert (code, err) == (0, "")
    assert "Example: Acme support: " in out
    assert "http://127.0.0.1:8000" in out
    assert Path.cwd() == folder
    progress = services.progress_of(world.organisation)
    assert progress is not None
    assert progress.state == "done"


def test_twice_is_once(world: World) -> None:
    for _ in range(2):
        assert run("seed_demo", "--scale", "0.001")[0] == 0
    assert Project.objects.filter(organisation=world.organisation).count() == 2


def test_a_running_server_makes_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use() -> None:
        raise StoreUnavailable("The data folder is in use by another Spanhouse.")

    monkeypatch.setattr(startup, "migrate_everything", in_use)
    project = services.make_example(organisation=world.organisation, by=None, scale=0.001)
    services.build(project.id)  # what the server's job does
    code, out, _ = run("seed_demo")
    assert code == 0
    assert out.startswith("A server is running on this data folder")
    assert out.endswith("choose the project “Example: Acme support”.")


def test_it_says_when_the_server_does_not_begin(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use() -> None:
        raise StoreUnavailable("The data folder is in use by another Spanhouse.")

    monkeypatch.setattr(startup, "migrate_everything", in_use)
    monkeypatch.setattr("backend.ops.management.commands.seed_demo.BEGIN_S", 0.0)
    code, _, err = run("seed_demo")
    assert code == 1
    assert "has not begun" in err
