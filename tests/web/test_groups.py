"""The pages of sessions and users over the real engine."""

from __future__ import annotations

import os
from html import unescape

import pytest
from django.test import Client

from tests.api.conftest import send  # noqa: F401 - a fixture
from tests.support.otlp import failed, llm_span, span
from tests.web.markup import assert_safe, read

pytestmark = [pytest.mark.store, pytest.mark.django_db]
SESSIONS, USERS = "/p/support-bot/sessions/", "/p/support-bot/users/"
ODD = "a/b c?d\n\"'&<script>alert(1)</script>ü"


def talk(send, session: str = "s-1", user: str = "u-1") -> str:  # noqa: F811
    trace = os.urandom(16)
    root = span("turn", trace_id=trace, attributes={"session.id": session, "user.id": user})
    send(root, llm_span(trace, root.span_id), span("lookup", trace_id=trace, parent=root.span_id, status=failed()))
    return trace.hex()


def test_the_lists_show_what_is_needed_to_choose(alice: Client, send):  # noqa: F811
    talk(send)
    talk(send)
    page = alice.get(SESSIONS).text
    for word in ("s-1", "u-1", "240", "What is the weather in Ulm?", "2 of 2 traces"):
        assert word in page, word
    page = alice.get(USERS).text
    for word in ("u-1", "gpt-4o-mini-2024-07-18", "/p/support-bot/users/u-1/"):
        assert word in page, word


def test_a_session_reads_as_a_conversation(alice: Client, send):  # noqa: F811
    trace = talk(send)
    page = alice.get(SESSIONS + "s-1/").text
    for word in ("What is the weather in Ulm?", "Sunny.", f"/traces/{trace}/", "lookup: it broke", "2 steps", "120"):
        assert word in page, word
    assert page.count('class="turn') == 1


def test_the_page_of_a_user(alice: Client, send):  # noqa: F811
    trace = talk(send)
    page = alice.get(USERS + "u-1/").text
    for word in ("s-1", trace, "last seen", 'class="activity"', "1 trace", "with errors"):
        assert word in page, word
    assert alice.get(USERS + "u-1/?range=nonsense").status_code == 400


def test_any_text_is_an_id_and_stays_text(alice: Client, send):  # noqa: F811
    talk(send, ODD, ODD)
    for listed in (SESSIONS, USERS):
        page = alice.get(listed).text
        assert_safe(page)
        address = next(link for link in read(page).addresses if link.startswith(listed + "a/b"))
        reply = alice.get(unescape(address))
        assert reply.status_code == 200
        assert_safe(reply.text)


def test_nothing_there_and_wrong_addresses(alice: Client, send):  # noqa: F811
    assert "No session in this time range" in alice.get(SESSIONS).text
    assert alice.get(SESSIONS + "nobody/").status_code == 404
    assert alice.get(USERS + "nobody/").status_code == 404
    reply = alice.get(SESSIONS, {"filter": "model:x ("})
    assert (reply.status_code, "filter-problem" in reply.text) == (400, True)
