"""Logging in and out."""

from __future__ import annotations

import pytest

from backend.core import limits
from tests.conftest import PASSWORD, World
from tests.web.conftest import browser_of


def test_it_logs_in_and_goes_where_one_wanted_to(world: World) -> None:
    reply = browser_of().post(
        "/login/", {"email": "Alice@Example.com", "password": PASSWORD, "next": "/p/support-bot/ingest/"}
    )
    assert (reply.status_code, reply["Location"]) == (302, "/p/support-bot/ingest/")


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_it_goes_to_no_other_site(world: World, target: str) -> None:
    reply = browser_of().post("/login/", {"email": "alice@example.com", "password": PASSWORD, "next": target})
    assert reply["Location"] == "/"


def test_it_does_not_say_which_half_was_wrong(world: World) -> None:
    client = browser_of()
    replies = [
        client.post("/login/", {"email": e, "password": "wrong"}) for e in ("alice@example.com", "nobody@example.com")
    ]
    assert [r.status_code for r in replies] == [403, 403]
    assert all("Email and password do not match." in r.text for r in replies)
    assert "wrong" not in replies[0].text


def test_it_slows_guessing_down_and_locks_nobody_else_out(world: World) -> None:
    client = browser_of()
    for _ in range(limits.LOGIN_TRIES_PER_EMAIL):
        client.post("/login/", {"email": "alice@example.com", "password": "wrong"})
    right = {"email": "alice@example.com", "password": PASSWORD}
    reply = client.post("/login/", right)
    assert reply.status_code == 429
    assert "Too many failed logins" in reply.text
    assert client.post("/login/", {**right, "email": "bob@example.com"}).status_code == 302
    assert browser_of().post("/login/", right, REMOTE_ADDR="10.9.8.7").status_code == 302


def test_a_disabled_account_cannot_log_in(world: World) -> None:
    world.alice.is_active = False
    world.alice.save()
    assert browser_of().post("/login/", {"email": "alice@example.com", "password": PASSWORD}).status_code == 403


def test_it_logs_out_by_post_only(world: World) -> None:
    client = browser_of(world.alice)
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/account/password/").status_code == 302


def test_a_form_without_its_token_is_refused(world: World) -> None:
    from django.test import Client

    reply = Client(enforce_csrf_checks=True).post("/login/", {"email": "alice@example.com", "password": PASSWORD})
    assert reply.status_code == 403
    assert "The form is too old" in reply.text


def test_it_changes_the_password(world: World) -> None:
    client = browser_of(world.alice)
    new = "a new and better phrase"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/account/password/", {**form, "old_password": "wrong"}).status_code == 400
    assert client.post("/account/password/", form).status_code == 302
    assert client.get("/account/password/").status_code == 200
    world.alice.refresh_from_db()
    assert world.alice.check_password(new)


def test_home_leads_to_ones_own_project(world: World) -> None:
    assert browser_of(world.charlie).get("/")["Location"] == "/p/other/traces/"


def test_the_switcher_names_only_ones_own_projects(world: World) -> None:
    page = browser_of(world.charlie).get("/account/password/").text
    assert "/p/other/traces/" in page
    assert "Support bot" not in page


def test_our_own_mistakes_have_a_page() -> None:
    from django.test import RequestFactory

    from web.views.errors import server_error

    reply = server_error(RequestFactory().get("/p/x/"))
    assert reply.status_code == 500
    assert "Our mistake" in reply.content.decode()
