"""API keys: shown once, hashed, found by either header form, revoked."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from backend.audit.models import AuditEvent
from backend.core.errors import InvalidInput, NotFound
from backend.projects import services
from backend.projects.models import ApiKey
from tests.conftest import World

pytestmark = pytest.mark.django_db


def test_a_key_is_kept_as_a_hash_only(world: World) -> None:
    created = services.create_key(project=world.project, actor=world.alice, name="ci", scopes=["ingest"])
    stored = ApiKey.objects.get(id=created.key.id)
    assert created.secret.startswith("sk-sph-")
    assert len(created.secret) == len("sk-sph-") + 43
    assert stored.public_id.startswith("pk-sph-")
    assert created.secret not in str(vars(stored))
    assert stored.hint == created.secret[-4:]


def test_it_is_found_by_its_secret_and_only_with_its_own_public_id(world: World) -> None:
    created = services.create_key(project=world.project, actor=world.alice, name="ci", scopes=["ingest", "read"])
    grant = services.resolve_key(created.secret, created.public_id)
    assert grant is not None
    assert (grant.project_id, grant.scopes) == (world.project.id, {"ingest", "read"})
    assert services.resolve_key(created.secret, "pk-sph-0000000000000000") is None
    assert services.resolve_key("sk-sph-unknown") is None
    assert services.resolve_key("\ud800") is None


def test_a_revoked_key_stops_working_and_says_who_did_it(world: World) -> None:
    key = ApiKey.objects.get(project=world.project)
    services.revoke_key(project=world.project, actor=world.alice, key_id=key.id)
    services.revoke_key(project=world.project, actor=world.alice, key_id=key.id)
    assert services.resolve_key(world.key) is None
    event = AuditEvent.objects.get(action="key.revoke")
    assert (event.actor, event.project_id) == ("alice@example.com", world.project.id)


def test_it_hides_other_projects(world: World) -> None:
    theirs = ApiKey.objects.get(project=world.other)
    with pytest.raises(NotFound):
        services.revoke_key(project=world.project, actor=world.alice, key_id=theirs.id)
    with pytest.raises(NotFound):
        services.revoke_key(project=world.project, actor=world.alice, key_id=uuid4())
    assert theirs not in services.list_keys(world.project)


@pytest.mark.parametrize(
    ("name", "scopes", "field"), [("", ["read"], "name"), ("x", [], "scopes"), ("x", ["root"], "scopes")]
)
def test_a_wrong_key_names_the_field(world: World, name: str, scopes: list[str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        services.create_key(project=world.project, actor=world.alice, name=name, scopes=scopes)
    assert caught.value.field == field
    assert ApiKey.objects.filter(project=world.project).count() == 1


def test_last_use_is_written_once_a_minute(world: World) -> None:
    services.resolve_key(world.key)
    first = ApiKey.objects.get(project=world.project).last_used_at
    services.resolve_key(world.key)
    assert ApiKey.objects.get(project=world.project).last_used_at == first
    ApiKey.objects.filter(project=world.project).update(last_used_at=timezone.now() - timedelta(minutes=2))
    services.resolve_key(world.key)
    assert ApiKey.objects.get(project=world.project).last_used_at >= first


def test_without_a_key_one_may_only_send(world: World) -> None:
    grant = services.default_grant()
    assert grant is not None
    assert (grant.project_id, grant.key_id, grant.scopes) == (world.project.id, None, {"ingest"})
