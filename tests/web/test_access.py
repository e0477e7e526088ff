"""Guard: every address asks who is there, and outsiders learn nothing. A new page without a rule fails here."""

from __future__ import annotations

import uuid

import pytest
from django.urls import URLPattern, reverse

from backend.projects.models import Membership
from tests.conftest import World
from tests.web.conftest import Reads, browser_of
from web.urls import urlpatterns

# Pages that need no project, and why.
PUBLIC = {"login": "one is not logged in yet", "logout": "harmless without a login"}
ACCOUNT = {
    "home": "leads to one's own projects",
    "password": "one's own password",
    "design": "the parts of the screens, no data; only with SPANHOUSE_DEBUG",
    "find-trace": "looks in one's own projects",
    "find-span": "looks in one's own projects",
}
# Pages for people without an account: a share link is what lets them in (tests/web/test_shared_page.py).
SHARED = {"shared", "shared-span"}
ARGUMENTS = {
    "trace_id": "0" * 32,
    "span_id": "0" * 16,
    "key_id": uuid.UUID(int=1),
    "view_id": uuid.UUID(int=1),
    "budget_id": uuid.UUID(int=1),
    "link_id": uuid.UUID(int=1),
    "token": "x" * 43,
    "session_id": "s-1",
    "user_id": "u-1",
    "widget": "requests",
    "dashboard_id": uuid.UUID(int=1),
    "widget_id": "abcd",
}
PROJECT_PATTERNS = [p for p in urlpatterns if p.name not in {*PUBLIC, *ACCOUNT, *SHARED}]


def address(pattern: URLPattern, slug: str) -> str:
    names = pattern.pattern.converters
    return reverse(pattern.name, kwargs={n: slug if n == "project" else ARGUMENTS[n] for n in names})


def test_the_lists_of_exceptions_are_not_stale() -> None:
    assert {*PUBLIC, *ACCOUNT, *SHARED} <= {p.name for p in urlpatterns}
    assert [p.name for p in PROJECT_PATTERNS if "project" not in p.pattern.converters] == []


def test_every_view_says_what_it_needs() -> None:
    for pattern in urlpatterns:
        expected = "account" if pattern.name in ACCOUNT else "share link" if pattern.name in SHARED else None
        access = getattr(pattern.callback, "access", None)
        if pattern.name in PUBLIC:
            assert access is None
        else:
            assert access == expected if expected else ":" in access, pattern.name


@pytest.mark.parametrize("pattern", PROJECT_PATTERNS, ids=lambda p: p.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_sends_strangers_to_the_login(world: World, reads: Reads, pattern: URLPattern, method: str) -> None:
    reply = getattr(browser_of(), method)(address(pattern, "support-bot"))
    assert reply.status_code == 302
    assert reply["Location"].startswith("/login/?next=/p/support-bot/")


@pytest.mark.parametrize("pattern", PROJECT_PATTERNS, ids=lambda p: p.name)
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_hides_other_projects(world: World, reads: Reads, pattern: URLPattern, method: str) -> None:
    theirs = getattr(browser_of(world.charlie), method)(address(pattern, "support-bot"))
    nowhere = getattr(browser_of(world.charlie), method)(address(pattern, "no-such-project"))
    assert (theirs.status_code, nowhere.status_code) == (404, 404)
    assert b"Support bot" not in theirs.content
    assert theirs.content.replace(b"support-bot", b"") == nowhere.content.replace(b"no-such-project", b"")
    assert reads.asked == []


@pytest.mark.parametrize("name", ACCOUNT)
def test_account_pages_need_a_login(world: World, name: str) -> None:
    path = address(next(p for p in urlpatterns if p.name == name), "")
    reply = browser_of().get(path)
    assert (reply.status_code, reply["Location"]) == (302, f"/login/?next={path}")


@pytest.mark.parametrize("name", sorted(SHARED))
def test_shared_pages_need_a_living_link(world: World, reads: Reads, name: str) -> None:
    reply = browser_of(world.alice).get(address(next(p for p in urlpatterns if p.name == name), ""))
    assert reply.status_code == 404
    assert reads.asked == []


def test_a_role_without_the_permission_is_told_so(world: World, reads: Reads) -> None:
    Membership.objects.filter(user=world.bob).update(role="viewer")
    reply = browser_of(world.bob).get("/p/support-bot/settings/keys/")
    assert reply.status_code == 403
    assert "Not allowed" in reply.text


def test_htmx_is_led_to_the_login_as_a_whole_page(world: World) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/p/support-bot/traces/?range=7d"}
    reply = browser_of().get("/p/support-bot/ingest/", headers=here)
    assert reply.status_code == 204
    assert reply["HX-Redirect"] == "/login/?next=/p/support-bot/traces/%3Frange%3D7d"


def test_pages_of_a_project_are_kept_by_no_cache(world: World, reads: Reads) -> None:
    reply = browser_of(world.alice).get("/p/support-bot/traces/")
    assert reply["Cache-Control"] == "private, no-store"
