"""The shared page, the dialog that makes a link, and the list of links."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from backend.core import limits
from backend.sharing import services as sharing
from backend.sharing.models import ShareLink
from tests.conftest import World
from tests.sharing.test_links import SECRET, full_span
from tests.web.conftest import Reads, browser_of
from tests.web.markup import assert_safe, read
from tests.web.spans import TRACE_ID, span, trace

SETTINGS = "/p/support-bot/settings/sharing/"
SHARE = f"/p/support-bot/traces/{TRACE_ID}/share/"
HTMX = {"HX-Request": "true"}
GONE = "This link does not exist or has expired."


@pytest.fixture
def shown(world: World, reads: Reads) -> None:
    sharing.set_sharing(project=world.project, actor=world.alice, enabled=True)
    reads.show(trace([full_span(), span(2, 1, name="child")], name="refund", user_id=SECRET, tags=[SECRET]))
    reads.scores = [{"name": "helpful", "value": SECRET, "source": "user", "comment": SECRET, "span_id": f"{1:016x}"}]


def made(world: World, *, with_content: bool) -> str:
    link = sharing.create_link(
        project=world.project, actor=world.alice, trace_id=TRACE_ID, lifetime="1h", with_content=with_content
    )
    return f"/s/{link.token}/"


def endpoints(page: str) -> list[tuple[str, dict[str, str]]]:
    panel = f"{page}spans/{1:016x}/"
    return [(page, {}), (f"{page}?from=1", {}), (panel, HTMX), (panel, {}), (f"{panel}?whole=1", HTMX)]


@pytest.mark.usefixtures("shown")
def test_it_shows_the_trace_to_people_without_an_account(world: World) -> None:
    reply = browser_of().get(made(world, with_content=True))
    assert reply.status_code == 200
    assert reply.text.count("data-span=") == 2
    assert SECRET in reply.text
    assert reply["Cache-Control"] == "private, no-store"
    assert reply["Referrer-Policy"] == "no-referrer"
    assert "noindex" in reply["X-Robots-Tag"]
    assert '<meta name="referrer" content="no-referrer">' in reply.text
    assert "same-origin" not in reply.text


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize("with_content", [True, False])
def test_nothing_leads_out_of_a_shared_page(world: World, *, with_content: bool) -> None:
    page = made(world, with_content=with_content)
    for path, headers in endpoints(page):
        text = browser_of(world.alice).get(path, headers=headers).text
        assert_safe(text)
        out = [a for a in read(text).addresses if not a.startswith((page, "?", "#", "/static/"))]
        assert out == [], path
        assert "support-bot" not in text


@pytest.mark.usefixtures("shown")
def test_without_content_no_endpoint_gives_any(world: World) -> None:
    page = made(world, with_content=False)
    for path, headers in endpoints(page):
        reply = browser_of().get(path, headers=headers)
        assert reply.status_code == 200, path
        assert SECRET not in reply.text, path
    assert "without inputs and outputs" in browser_of().get(page).text
    # What the trace page has beyond these is not there at all.
    for path in ("mapping/", "raw/", "tree/", "spans/" + f"{1:016x}" + "/mapping/", "spans/" + f"{1:016x}" + "/raw/"):
        assert browser_of().get(page + path).status_code == 404


@pytest.mark.usefixtures("shown")
def test_wrong_expired_and_revoked_links_look_the_same(world: World, reads: Reads) -> None:
    expired, revoked = made(world, with_content=True), made(world, with_content=True)
    past = timezone.now() - timedelta(days=1)
    first, second = ShareLink.objects.order_by("created_at")
    ShareLink.objects.filter(id=first.id).update(created_at=past, expires_at=past + timedelta(hours=1))
    sharing.revoke_link(project=world.project, actor=world.alice, link_id=second.id)
    replies = [browser_of().get(path) for path in (expired, revoked, "/s/" + "x" * 43 + "/")]
    assert {reply.status_code for reply in replies} == {404}
    assert len({reply.content for reply in replies}) == 1
    assert GONE in replies[0].text
    part = browser_of().get(f"{revoked}spans/{1:016x}/", headers=HTMX)
    assert (part.status_code, part.text) == (404, GONE)
    reads.trace = None
    assert GONE in browser_of().get(made_anew(world, reads)).text


def made_anew(world: World, reads: Reads) -> str:
    """A link to a trace that is gone by the time it is opened."""
    reads.show(trace([span(1)]))
    page = made(world, with_content=True)
    reads.trace, reads.spans = None, {}
    return page


@pytest.mark.usefixtures("shown")
def test_a_large_trace_comes_in_pages(world: World, reads: Reads) -> None:
    count = limits.TREE_ROWS_WHOLE + 7
    reads.show(trace([span(1), *(span(i, 1) for i in range(2, count + 1))]))
    page = made(world, with_content=False)
    first = browser_of().get(page).text
    later = browser_of().get(page + f"?from={limits.TREE_ROWS_WHOLE}").text
    seen = re.findall(r'data-span="(\w+)"', first + later)
    assert len(seen) == len(set(seen)) == count
    assert f"?from={limits.TREE_ROWS_WHOLE}" in first
    far = browser_of().get(page, {"span": f"{count:016x}"}).text
    assert re.search(rf'data-span="{count:016x}" aria-current="true"', far)


@pytest.mark.usefixtures("shown")
def test_it_only_reads(world: World) -> None:
    page = made(world, with_content=True)
    assert [getattr(browser_of(), method)(page).status_code for method in ("post", "put", "delete")] == [405] * 3


@pytest.mark.usefixtures("shown")
def test_guessing_is_slowed_down_per_address(world: World) -> None:
    page = made(world, with_content=True)
    for number in range(limits.SHARE_MISSES_PER_ADDRESS):
        browser_of().get(f"/s/{number}/", REMOTE_ADDR="192.0.2.1")
    reply = browser_of().get(page, REMOTE_ADDR="192.0.2.1")
    assert (reply.status_code, reply["Retry-After"]) == (429, str(limits.SHARE_WAIT_S))
    assert browser_of().get(page, REMOTE_ADDR="192.0.2.2").status_code == 200
    cache.clear()
    assert browser_of().get(page, REMOTE_ADDR="192.0.2.1").status_code == 200


@pytest.mark.usefixtures("shown")
def test_a_link_is_made_in_the_dialog_and_shown_once(world: World, alice: Client) -> None:
    dialog = alice.get(SHARE, headers=HTMX).text
    assert "<html" not in dialog
    reply = alice.post(SHARE, {"lifetime": "7d", "with_content": "on"}, headers=HTMX)
    path = re.search(r"http://testserver(/s/[\w-]{43}/)", reply.text)[1]
    assert browser_of().get(path).status_code == 200
    page = alice.get(SETTINGS).text
    assert path[3:-1] not in page
    assert f"…{path[-5:-1]}" in page
    link = ShareLink.objects.get()
    assert (link.with_content, link.expires_at - link.created_at) == (True, timedelta(days=7))
    assert alice.post(f"{SETTINGS}{link.id}/revoke/")["Location"] == SETTINGS
    assert browser_of().get(path).status_code == 404


def test_the_dialog_says_that_sharing_is_off(world: World, reads: Reads, alice: Client) -> None:
    reads.show(trace([span(1)]))
    assert "Share links are off" in alice.get(SHARE).text
    assert alice.post(SHARE, {"lifetime": "7d"}).status_code == 403
    assert alice.post(SETTINGS, {"enabled": "on"})["Location"] == SETTINGS
    assert "Create link" in alice.get(SHARE).text


@pytest.mark.usefixtures("shown")
def test_members_see_links_and_make_none(world: World, alice: Client) -> None:
    bob = browser_of(world.bob)
    assert bob.get(SETTINGS).status_code == 200
    assert bob.post(SETTINGS, {"enabled": "off"}).status_code == 403
    assert bob.get(SHARE).status_code == 403
    assert bob.post(SHARE, {"lifetime": "7d"}).status_code == 403
    assert SHARE in alice.get(f"/p/support-bot/traces/{TRACE_ID}/").text
    assert SHARE not in bob.get(f"/p/support-bot/traces/{TRACE_ID}/").text
    assert ShareLink.objects.count() == 0
