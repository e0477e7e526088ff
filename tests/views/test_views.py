"""Saved views: who sees, makes, changes and begins with them."""

from __future__ import annotations

import pytest

from backend.audit.models import AuditEvent
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.views import services
from backend.views.services import Actor
from tests.conftest import World

STATE = {"filter": "status:error", "range": "7d", "order": "slowest", "cols": "time,cost", "zone": "utc"}


def made(world: World, user=None, *, name: str = "Failures", shared: bool = False):
    return services.create_view(
        project=world.project, actor=Actor.of(user or world.alice), name=name, state=STATE, shared=shared
    )


def names(world: World, user) -> list[str]:
    return [view.name for view in services.list_views(world.project, Actor.of(user))]


def test_a_view_keeps_the_state_of_the_address(world: World):
    view = made(world)
    assert view.state == STATE
    assert view.query.startswith("?filter=status%3Aerror&range=7d&order=slowest&")


def test_private_views_are_seen_by_their_owner_only(world: World):
    view = made(world)
    assert (names(world, world.alice), names(world, world.bob)) == (["Failures"], [])
    with pytest.raises(NotFound):
        services.get_view(world.project, Actor.of(world.bob), view.id)
    services.change_view(project=world.project, actor=Actor.of(world.alice), view_id=view.id, shared=True)
    assert names(world, world.bob) == ["Failures"]
    assert services.list_views(world.project, Actor("key:x")) == [view]
    assert services.list_views(world.other, Actor.of(world.charlie)) == []


def test_shared_views_are_changed_by_owner_or_admin(world: World):
    theirs, hers = made(world, world.bob, shared=True), made(world, shared=True, name="Hers")
    bob, alice = Actor.of(world.bob), Actor.of(world.alice)
    with pytest.raises(Forbidden):
        services.delete_view(project=world.project, actor=bob, view_id=hers.id)
    services.change_view(project=world.project, actor=alice, view_id=theirs.id, name=" New  name ")
    assert names(world, world.bob) == ["Hers", "New name"]
    services.delete_view(project=world.project, actor=bob, view_id=theirs.id)
    assert [event.action for event in AuditEvent.objects.filter(action__startswith="view.").order_by("id")].count(
        "view.create"
    ) == 2
    assert AuditEvent.objects.get(action="view.delete").actor == "bob@example.com"


def test_a_viewer_keeps_views_and_shares_none(world: World):
    world.bob.memberships.update(role="viewer")
    made(world, world.bob)
    with pytest.raises(Forbidden):
        made(world, world.bob, shared=True)


def test_one_begins_with_the_default_view(world: World):
    view = made(world, shared=True)
    services.set_default(project=world.project, user=world.bob, view_id=view.id)
    assert services.default_view(world.project, world.bob) == view
    assert services.default_view(world.project, world.alice) is None
    services.change_view(project=world.project, actor=Actor.of(world.alice), view_id=view.id, shared=False)
    assert services.default_view(world.project, world.bob) is None
    services.set_default(project=world.project, user=world.alice, view_id=view.id)
    services.set_default(project=world.project, user=world.alice, view_id=None)
    assert services.default_view(world.project, world.alice) is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"state": {"cursor": "x"}}, "state.cursor"),
        ({"state": {"filter": "model:("}}, "filter"),
        ({"actor": Actor("key:x")}, "shared"),
    ],
)
def test_wrong_input_is_named(world: World, wrong, field):
    given = {"project": world.project, "actor": Actor.of(world.alice), "name": "x", "state": {}, **wrong}
    with pytest.raises(InvalidInput) as caught:
        services.create_view(**given)
    assert caught.value.field == field
