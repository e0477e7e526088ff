"""What Django's side of the web port sends: headers, static files, and errors in the right form."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

pytestmark = pytest.mark.django_db


def test_nothing_comes_from_another_host(client: Client) -> None:
    policy = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_static_files_carry_their_hash(client: Client) -> None:
    url = staticfiles_storage.url("plotly/plotly.min.js")
    assert "?v=" in url
    reply = client.get(url)
    assert reply.status_code == 200
    assert len(reply.content) > 1_000_000
    assert not reply.streaming
    assert client.get("/static/plotly/datasets/").status_code == 404


def test_an_unknown_page_is_html_and_an_unknown_api_path_json(client: Client) -> None:
    assert client.get("/nowhere/")["Content-Type"].startswith("text/html")
    reply = client.get("/api/nowhere")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "not_found"


def test_sessions_are_for_this_site_only(client: Client, world: object) -> None:
    reply = client.post("/login/", {"email": "alice@example.com", "password": "correct horse battery staple"})
    cookie = reply.cookies["spanhouse_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
