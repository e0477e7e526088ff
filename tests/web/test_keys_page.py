"""The API keys of a project."""

from __future__ import annotations

import re

from django.test import Client

from backend.projects import services
from backend.projects.models import ApiKey
from tests.conftest import World
from tests.web.conftest import browser_of

PAGE = "/p/support-bot/settings/keys/"


def test_a_new_key_is_shown_once_and_works(alice: Client) -> None:
    reply = alice.post(PAGE, {"name": "shop", "scopes": ["ingest"]})
    secret = re.search(r"sk-sph-[\w-]{40,}", reply.text)[0]
    assert services.resolve_key(secret).scopes == frozenset({"ingest"})
    later = alice.get(PAGE).text
    assert secret not in later
    assert f"sk-sph-…{secret[-4:]}" in later
    assert reply["Cache-Control"] == "private, no-store"


def test_it_says_what_is_missing(alice: Client) -> None:
    reply = alice.post(PAGE, {"name": ""})
    assert "Give the key a name" in reply.text
    assert "at least one scope" in reply.text
    assert {key.name for key in ApiKey.objects.all()} == {"test"}


def test_revoking_asks_once_and_ends_the_key(alice: Client, world: World) -> None:
    created = services.create_key(project=world.project, actor=world.alice, name="old", scopes=["read"])
    page = alice.get(PAGE).text
    assert "Revoke “old”?" in page
    path = f"{PAGE}{created.key.id}/revoke/"
    assert f'action="{path}"' in page
    assert alice.get(path).status_code == 405
    assert services.resolve_key(created.secret) is not None
    assert alice.post(path)["Location"] == PAGE
    assert services.resolve_key(created.secret) is None
    assert "revoked" in alice.get(PAGE).text


def test_a_key_of_another_project_cannot_be_revoked(alice: Client, world: World) -> None:
    theirs = services.create_key(project=world.other, actor=world.charlie, name="theirs", scopes=["read"])
    assert alice.post(f"{PAGE}{theirs.key.id}/revoke/").status_code == 404
    assert services.resolve_key(theirs.secret) is not None


def test_a_member_sees_keys_but_makes_none(world: World) -> None:
    bob = browser_of(world.bob)
    assert "New key" not in bob.get(PAGE).text
    assert bob.post(PAGE, {"name": "mine", "scopes": ["read"]}).status_code == 403
    assert {key.name for key in ApiKey.objects.all()} == {"test"}
