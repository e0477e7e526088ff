"""A tiny world (alice owns, bob is a member, charlie is an outsider), and the real ClickHouse, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from backend.store import client
from backend.store.client import Store

PASSWORD = "correct horse battery staple"
# All that hold rows, but for the record of migrations.
TABLES = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND name != 'schema_migrations'"""


@dataclass
class World:
    """`project` is alice's and bob's, `other` is charlie's; `key` and `other_key` may do everything in theirs."""

    alice: Any
    bob: Any
    charlie: Any
    organisation: Any
    project: Any
    other: Any
    key: str
    other_key: str


@pytest.fixture
def world(db: None) -> World:
    from backend.accounts.models import User
    from backend.projects import services
    from backend.projects.models import Membership, Organisation, Project

    ours, theirs = (Organisation.objects.create(name=name, slug=name.lower()) for name in ("Northwind", "Elsewhere"))
    project = Project.objects.create(organisation=ours, name="Support bot", slug="support-bot", is_default=True)
    other = Project.objects.create(organisation=theirs, name="Other", slug="other")
    alice, bob, charlie = (
        User.objects.create_user(f"{name}@example.com", PASSWORD) for name in ("alice", "bob", "charlie")
    )
    for user, organisation, role in ((alice, ours, "owner"), (bob, ours, "member"), (charlie, theirs, "owner")):
        Membership.objects.create(user=user, organisation=organisation, role=role)
    keys = [
        services.create_key(project=p, actor=None, name="test", scopes=services.SCOPES).secret for p in (project, other)
    ]
    return World(alice, bob, charlie, ours, project, other, *keys)


@pytest.fixture(scope="session")
def _migrated_store() -> Iterator[Store]:
    """One per test process: chDB starts once, the migrations run once."""
    from backend.store.migrate import migrate

    client.configure("chdb://memory")
    store = client.current()
    migrate(store)
    yield store
    store.close()


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """The product's store, empty. Needs the mark `store`."""
    if request.node.get_closest_marker("store") is None:
        pytest.fail("Mark this test with @pytest.mark.store: it uses ClickHouse.")
    found: Store = request.getfixturevalue("_migrated_store")
    for row in found.read(TABLES):
        found.command(f"TRUNCATE TABLE `{row['name']}`")
    # It remembers the prices of the test before.
    found.command("SYSTEM RELOAD DICTIONARY prices")
    return found


@pytest.fixture(autouse=True)
def _closed_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without the mark `store` that reaches ClickHouse has forgotten a fake."""
    if request.node.get_closest_marker("store") is None and request.node.get_closest_marker("system") is None:

        def refuse(*_args: object, **_kwargs: object) -> None:
            pytest.fail("This test opened ClickHouse without the mark `store`.")

        monkeypatch.setattr(Store, "open_handle", refuse)
