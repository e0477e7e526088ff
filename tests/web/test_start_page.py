"""The welcome: addresses, snippets, a key on request, and the line that waits."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from backend.audit.models import AuditEvent
from backend.demo.models import Example
from backend.projects.models import ApiKey, Membership, Project
from tests.conftest import World
from tests.web.conftest import Reads, browser_of
from tests.web.markup import assert_safe
from tests.web.spans import row

PAGE = "/p/support-bot/start/"
HTMX = {"HX-Request": "true"}


def code(page: str, snippet: str) -> str:
    return unescape(page.partition(f'id="snippet-{snippet}"')[2].partition(">")[2].partition("</pre>")[0])


@pytest.fixture
def default_project(world: World) -> Project:
    Project.objects.update(is_default=False)
    Project.objects.filter(slug="support-bot").update(is_default=True)
    return Project.objects.get(slug="support-bot")


def test_it_shows_the_address_in_every_snippet(alice: Client, reads: Reads) -> None:
    page = alice.get(PAGE).text
    assert_safe(page)
    for name in ("python", "openai", "langchain", "llama-index", "node", "ai-sdk", "curl"):
        assert "http://testserver/v1/traces" in code(page, name), name
    for name in ("langfuse", "openllmetry", "pydantic-ai", "variables"):
        assert '"http://testserver"' in code(page, name), name


def test_from_elsewhere_a_key_is_needed(default_project: Project, alice: Client, reads: Reads) -> None:
    page = alice.get(PAGE, REMOTE_ADDR="10.0.0.9").text
    assert "Bearer YOUR_API_KEY" in code(page, "python")
    proxied = alice.get(PAGE, headers={"X-Forwarded-For": "10.0.0.9"}).text
    assert "Bearer YOUR_API_KEY" in code(proxied, "python")


def test_on_this_machine_the_default_project_needs_none(default_project: Project, alice: Client, reads: Reads) -> None:
    page = alice.get(PAGE).text
    assert "No key is needed" in page
    assert "Bearer" not in code(page, "python")
    assert "YOUR_API_KEY" in code(page, "langfuse")  # that SDK does not start without one


def test_a_key_is_made_filled_in_and_audited(alice: Client, reads: Reads) -> None:
    page = alice.post(PAGE, headers=HTMX).text
    key = ApiKey.objects.latest("created_at")
    secret = page.partition('id="first-key">')[2].partition("<")[0]
    assert (key.scopes, key.hint) == ("ingest", secret[-4:])
    assert f"Bearer {secret}" in code(page, "python")
    assert f"Bearer%20{secret}" in code(page, "variables")
    assert key.public_id in code(page, "langfuse")
    assert AuditEvent.objects.filter(action="key.create", actor="alice@example.com").count() == 1


def test_only_who_manages_keys_may_make_one(world: World, reads: Reads) -> None:
    Membership.objects.filter(user=world.bob).update(role="viewer")
    bob = browser_of(world.bob)
    assert "Ask an admin of the project" in bob.get(PAGE).text
    assert bob.post(PAGE).status_code == 403
    assert bob.post("/p/support-bot/example/").status_code == 403
    assert not Example.objects.exists()


def test_the_line_waits_until_a_trace_is_there(alice: Client, reads: Reads) -> None:
    assert "Waiting for your first trace" in alice.get(PAGE).text
    assert alice.get(PAGE + "wait/?after=0", headers=HTMX).status_code == 204
    reads.rows = [row(1, name="hello")]
    arrived = alice.get(PAGE + "wait/?after=0", headers=HTMX).text
    assert "Your first trace is here" in arrived
    assert f"/traces/{reads.rows[0].trace_id}/" in arrived
    assert "Waiting for the next trace" in alice.get(PAGE).text


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40])
def test_a_strange_time_is_the_beginning(alice: Client, reads: Reads, after: str) -> None:
    assert alice.get(PAGE + "wait/", {"after": after}, headers=HTMX).status_code == 204


def test_one_click_asks_for_the_example_once(alice: Client, reads: Reads) -> None:
    page = alice.post("/p/support-bot/example/", headers=HTMX).text
    assert "It begins in a few seconds" in page
    alice.post("/p/support-bot/example/")
    example = Example.objects.get()
    Example.objects.update(state="running", steps_done=1, steps_total=4, traces=120)
    assert "25 % · 120 traces" in alice.get("/p/support-bot/example/progress/", headers=HTMX).text
    Example.objects.update(state="done")
    done = alice.get("/p/support-bot/example/progress/", headers=HTMX)
    assert done["HX-Redirect"] == f"/p/{example.project.slug}/traces/?range=30d"


def test_an_example_that_failed_says_why_and_can_be_tried_again(alice: Client, reads: Reads) -> None:
    alice.post("/p/support-bot/example/")
    Example.objects.update(state="failed", problem="ClickHouse does not answer.")
    page = alice.get("/p/support-bot/example/progress/", headers=HTMX).text
    assert "ClickHouse does not answer." in page
    assert "Load the example project" in page
