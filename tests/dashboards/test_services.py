"""Dashboards: who sees, makes, changes and deletes them."""

from __future__ import annotations

from typing import Any

import pytest

from backend.audit.models import AuditEvent
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.dashboards import services
from backend.dashboards.document import read_widget
from backend.dashboards.models import Dashboard
from backend.dashboards.services import Actor
from backend.dashboards.widgets import OVERVIEW
from tests.conftest import World

COST = read_widget({"id": "cost1", "measures": ["cost"]})
CALLS = read_widget({"id": "calls1", "measures": ["calls"]})


def made(world: World, user: Any = None, **more: Any) -> Dashboard:
    actor = Actor.of(user or world.alice)
    asked = {"name": "Costs", "widgets": [COST, CALLS], **more}
    return services.create_dashboard(project=world.project, actor=actor, **asked)


def do(world: World, user: Any, dashboard: Dashboard, verb: Any, **more: Any) -> Any:
    return verb(project=world.project, actor=Actor.of(user), dashboard_id=dashboard.id, **more)


def order(dashboard: Dashboard) -> list[str]:
    dashboard.refresh_from_db()
    return [one.key for one in services.widgets_of(dashboard)]


def test_private_ones_are_seen_by_their_owner_only(world: World) -> None:
    mine = made(world, shared=False)
    assert services.list_dashboards(world.project, Actor.of(world.bob)) == []
    with pytest.raises(NotFound):
        services.get_dashboard(world.project, Actor.of(world.bob), mine.id)
    do(world, world.alice, mine, services.change_dashboard, shared=True)
    assert services.list_dashboards(world.project, Actor("key:x")) == [mine]
    assert services.list_dashboards(world.other, Actor.of(world.charlie)) == []


def test_members_edit_shared_ones_and_leave_owning_to_the_owner(world: World) -> None:
    hers = made(world)
    do(world, world.bob, hers, services.change_dashboard, name=" New  name ")
    for verb, more in ((services.delete_dashboard, {}), (services.change_dashboard, {"shared": False})):
        with pytest.raises(Forbidden):
            do(world, world.bob, hers, verb, **more)
    do(world, world.alice, hers, services.delete_dashboard)
    events = AuditEvent.objects.filter(action__startswith="dashboard.")
    assert {(e.action, e.actor, e.target) for e in events} == {
        ("dashboard.create", "alice@example.com", "Costs"),
        ("dashboard.change", "bob@example.com", "New name"),
        ("dashboard.delete", "alice@example.com", "New name"),
    }


def test_a_viewer_looks_and_changes_nothing(world: World) -> None:
    world.bob.memberships.update(role="viewer")
    hers = made(world)
    assert services.list_dashboards(world.project, Actor.of(world.bob)) == [hers]
    with pytest.raises(Forbidden):
        made(world, world.bob)
    with pytest.raises(Forbidden):
        do(world, world.bob, hers, services.remove_widget, widget_id="cost1")
    assert order(hers) == ["cost1", "calls1"]


def test_widgets_are_put_moved_and_removed(world: World) -> None:
    board = made(world)
    do(world, world.alice, board, services.put_widget, widget=read_widget({"id": "more1", "measures": ["tokens"]}))
    do(world, world.alice, board, services.move_widget, widget_id="more1", by=-1)
    assert order(board) == ["cost1", "more1", "calls1"]
    do(world, world.alice, board, services.move_widget, widget_id="cost1", by=-1)  # the first stays the first
    assert order(board) == ["cost1", "more1", "calls1"]
    changed = read_widget({"id": "cost1", "measures": ["cost"], "title": "Dollars"})
    do(world, world.alice, board, services.put_widget, widget=changed)
    do(world, world.alice, board, services.remove_widget, widget_id="calls1")
    assert order(board) == ["cost1", "more1"]
    assert services.widget_of(board, "cost1").title == "Dollars"
    with pytest.raises(NotFound):
        do(world, world.alice, board, services.move_widget, widget_id="none", by=1)


def test_an_export_is_imported_elsewhere(world: World) -> None:
    raw = services.export_dashboard(made(world, description="What it costs."))
    there = services.import_dashboard(project=world.other, actor=Actor.of(world.charlie), raw=raw)
    assert services.export_dashboard(there) == raw
    with pytest.raises(InvalidInput, match="Widget 1"):
        services.import_dashboard(
            project=world.other, actor=Actor.of(world.charlie), raw={**raw, "widgets": [{"measures": ["x"]}]}
        )
    assert Dashboard.objects.filter(project=world.other).count() == 1


def test_the_overview_and_others_are_copied(world: World) -> None:
    copy = made(world, world.bob, name="Mine", widgets=services.overview_widgets())
    assert [one.title for one in services.widgets_of(copy)] == [one.title for one in OVERVIEW]
    again = do(world, world.alice, copy, services.copy_dashboard)
    assert (again.name, again.owner) == ("Mine, copied", world.alice)
    assert not set(order(again)) & set(order(copy))


def test_a_key_makes_shared_ones_only(world: World) -> None:
    with pytest.raises(InvalidInput) as error:
        services.create_dashboard(project=world.project, actor=Actor("key:x"), name="x", shared=False)
    assert error.value.field == "shared"
