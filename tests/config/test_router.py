"""Which part of the process answers on the web port."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backend.config.router import Router
from backend.core import limits


def part(name: str) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await send({"from": name, "got": message["type"]})

    return application


def ask(router: Router, scope: dict[str, Any], *messages: dict[str, Any]) -> list[dict[str, Any]]:
    waiting, sent = list(messages), []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(router(scope, receive, send))
    return sent


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/v1/traces", "receiver"),
        ("/api/public/otel/v1/traces", "receiver"),
        ("/healthz", "receiver"),
        ("/readyz", "receiver"),
        ("/", "django"),
        ("/api/v1/traces", "django"),
        ("/v1", "django"),
    ],
)
def test_it_sends_each_path_to_its_part(path: str, name: str) -> None:
    router = Router(part("django"), part("receiver"))
    sent = ask(router, {"type": "http", "path": path}, {"type": "http.request", "body": b""})
    assert sent == [{"from": name, "got": "http.request"}]


def test_django_reads_no_endless_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.config.router.MAX_BODY_BYTES", 3)
    assert limits.MAX_BODY_BYTES > 3
    sent = ask(Router(part("django")), {"type": "http", "path": "/"}, {"type": "http.request", "body": b"1234"})
    assert sent == [{"from": "django", "got": "http.disconnect"}]


def test_another_server_opens_its_receiver_by_lifespan() -> None:
    steps: list[str] = []

    @asynccontextmanager
    async def open_receiver() -> Any:
        steps.append("open")
        yield part("receiver")
        steps.append("close")

    router = Router(part("django"), open_receiver=open_receiver)
    sent = ask(router, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert steps == ["open", "close"]
