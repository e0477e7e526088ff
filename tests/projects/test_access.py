"""Who may see which project."""

from __future__ import annotations

import pytest

from backend.accounts.models import User
from backend.audit.models import AuditEvent
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.projects import roles, services
from tests.conftest import World

pytestmark = pytest.mark.django_db


def test_members_see_their_projects(world: World) -> None:
    assert services.user_projects(world.alice) == [world.project]
    assert services.project_for(world.bob, "support-bot", "trace:read") == world.project


def test_it_hides_other_projects(world: World) -> None:
    messages = set()
    for user, slug in ((world.charlie, "support-bot"), (world.alice, "other"), (world.alice, "nowhere")):
        with pytest.raises(NotFound) as caught:
            services.project_for(user, slug, "trace:read")
        messages.add(caught.value.message)
    assert len(messages) == 1


def test_a_role_without_the_permission_is_told_so(world: World) -> None:
    with pytest.raises(Forbidden, match="role member does not include key:manage"):
        services.project_for(world.bob, "support-bot", "key:manage")
    assert services.project_for(world.alice, "support-bot", "key:manage") == world.project


def test_a_deactivated_user_sees_nothing(world: World) -> None:
    world.bob.is_active = False
    with pytest.raises(NotFound):
        services.project_for(world.bob, "support-bot", "trace:read")


def test_each_role_may_more_than_the_one_below() -> None:
    viewer, member, admin, owner = (roles.PERMISSIONS[role] for role in ("viewer", "member", "admin", "owner"))
    assert viewer < member < admin <= owner
    assert roles.scopes_of("viewer") == {"read"}
    assert not roles.allows("stranger", "trace:read")


def test_a_new_project_has_an_address_of_its_own(world: World) -> None:
    made = services.create_project(organisation=world.organisation, actor=world.alice, name="Support bot")
    assert made.slug.startswith("support-bot-")
    assert AuditEvent.objects.get(action="project.create").actor == "alice@example.com"
    with pytest.raises(InvalidInput) as caught:
        services.create_project(organisation=world.organisation, actor=world.alice, name="  ")
    assert caught.value.field == "name"


def test_an_address_in_other_case_is_the_same_person(world: World) -> None:
    assert User.objects.get_by_natural_key(" ALICE@example.com ") == world.alice
