"""One error shape for everything below /api/."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import Throttled

from backend.api.handler import handle
from backend.core.errors import QueryTimeout, StoreUnavailable
from backend.traces import services

pytestmark = [pytest.mark.django_db]


def post(client: Client, body: bytes, content_type: str = "application/json") -> Any:
    return client.post("/api/v1/scores", body, content_type=content_type)


def shape(reply: Any) -> tuple[int, str]:
    error = reply.json()["error"]
    assert reply["Content-Type"] == "application/json"
    assert set(error) <= {"code", "message", "field", "position"}
    assert error["message"]
    return reply.status_code, error["code"]


def test_unknown_addresses(client: Client) -> None:
    for path in ("/api/", "/api/v1/nothing", "/api/v2/traces"):
        assert shape(client.get(path)) == (404, "not_found")
        assert shape(client.post(path)) == (404, "not_found")
    assert "slash at the end" in client.get("/api/v1/traces/").json()["error"]["message"]


def test_unknown_methods(api: Client) -> None:
    reply = api.delete("/api/v1/scores")
    assert shape(reply) == (405, "method_not_allowed")
    assert reply["Allow"] == "GET, POST, HEAD, OPTIONS"


@pytest.mark.parametrize("body", [b"{", b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000, b""])
def test_malformed_json_says_where(api: Client, body: bytes) -> None:
    reply = post(api, body)
    assert shape(reply) == (400, "invalid_input")


def test_malformed_json_has_a_position(api: Client) -> None:
    assert post(api, b'{"name": }').json()["error"]["position"] == 9


def test_another_content_type(api: Client) -> None:
    assert shape(post(api, b"name=x", "application/x-www-form-urlencoded")) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.api.bodies.MAX_API_BODY_BYTES", 10)
    assert shape(post(api, b"[" + b" " * 100 + b"]")) == (413, "too_large")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (StoreUnavailable("away"), (503, "store_unavailable")),
        (QueryTimeout("slow"), (504, "query_timeout")),
        (ZeroDivisionError("oops"), (500, "server_error")),
    ],
)
def test_failures_below(api: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, expected: Any) -> None:
    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(services, "list_traces", fail)
    reply = api.get("/api/v1/traces")
    assert shape(reply) == expected
    assert "oops" not in reply.text


def test_throttled() -> None:
    reply = handle(Throttled(wait=2.4), {})
    assert (reply.status_code, reply["Retry-After"]) == (429, "3")
    assert reply.data["error"]["code"] == "rate_limited"


def test_a_wrong_host(client: Client) -> None:
    assert shape(client.get("/api/v1/traces", headers={"host": "evil.example"})) == (400, "invalid_input")


def test_what_a_client_cannot_read(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Accept header that excludes JSON: the error still is JSON."""
    assert shape(api.get("/api/v1/traces", headers={"accept": "text/csv"})) == (406, "not_acceptable")
