"""`/api/v1/sessions` and `/api/v1/users` on the real engine."""

from __future__ import annotations

import os
from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.conftest import Send
from tests.api.test_openapi import check, schema  # noqa: F401 - a fixture
from tests.api.test_traces import get
from tests.support.otlp import llm_span, span

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def talk(send: Send, session: str = "s/1 ü", user: str = "u 1") -> None:
    trace = os.urandom(16)
    root = span("turn", trace_id=trace, attributes={"session.id": session, "user.id": user})
    send(root, llm_span(trace, root.span_id))


def test_sessions_have_totals_and_traces(api: Client, send: Send, schema) -> None:  # noqa: F811
    talk(send)
    talk(send)
    listed = get(api, "sessions")
    check(schema, "SessionList", listed)
    (one,) = listed["results"]
    assert (one["session_id"], one["trace_count"], one["usage"]["total_tokens"], one["users"]) == (
        "s/1 ü",
        2,
        240,
        ["u 1"],
    )
    whole = get(api, "sessions/" + quote("s/1 ü", safe=""), limit=1)
    check(schema, "SessionWithTraces", whole)
    assert (len(whole["traces"]["results"]), whole["traces"]["next_cursor"] is not None) == (1, True)


def test_users_have_totals_and_traces(api: Client, send: Send, schema) -> None:  # noqa: F811
    talk(send)
    talk(send, "other")
    listed = get(api, "users")
    check(schema, "UserList", listed)
    assert [(one["user_id"], one["session_count"]) for one in listed["results"]] == [("u 1", 2)]
    whole = get(api, "users/u%201")
    check(schema, "UserWithTraces", whole)
    assert len(whole["traces"]["results"]) == 2


def test_others_see_nothing_and_wrong_input_is_named(api: Client, other_api: Client, send: Send) -> None:
    talk(send)
    assert get(other_api, "sessions")["results"] == []
    assert get(other_api, "sessions/" + quote("s/1 ü", safe=""), 404)["error"]["code"] == "not_found"
    assert get(other_api, "users/u%201", 404)["error"]["code"] == "not_found"
    assert get(api, "sessions", 400, filter=")")["error"]["position"] == 0
    assert get(api, "users", 400, order="newest")["error"]["field"] == "order"
    assert get(api, "users/u%201", 400, **{"from": "now", "to": "now-1h"})["error"]["field"] == "from"
