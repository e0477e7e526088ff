"""A pipeline and an ASGI caller that only remember what they saw."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ingest.admission import Admission
from ingest.pipeline import Accepted

PROJECT = UUID("00000000-0000-0000-0000-000000000001")
KEY = "sk-sph-right"
PUBLIC = "pk-sph-right"
# Ten ports for each of pytest's parallel workers.
FIRST_PORT = 18200 + 10 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])


@dataclass(frozen=True)
class Grant:
    project_id: UUID = PROJECT
    key_id: UUID | None = None
    scopes: frozenset[str] = frozenset({"ingest"})
    rate_limit_spans_per_s: int | None = None
    monthly_span_quota: int | None = None


@dataclass
class FakePipeline:
    answer: Accepted | Exception | Callable[..., Any] = field(default_factory=lambda: Accepted(1))
    state: tuple[bool, str] = (True, "")
    seen: list[tuple[str, str, bytes, UUID]] = field(default_factory=list)
    refused: list[tuple[UUID | None, str]] = field(default_factory=list)

    async def accept(self, signal: str, encoding: str, body: bytes, project_id: UUID) -> Accepted:
        self.seen.append((signal, encoding, body, project_id))
        if isinstance(self.answer, Exception):
            raise self.answer
        if callable(self.answer):
            return await self.answer()
        return self.answer

    def refuse(self, project_id: UUID | None, reason: str, **_counts: int) -> None:
        self.refused.append((project_id, reason))

    def ready(self) -> tuple[bool, str]:
        return self.state


def admission(grant: Grant | None = None, *, open_on_loopback: bool = True, **options: Any) -> Admission:
    """KEY opens `grant`; every other key is unknown."""
    known = grant or Grant()

    def resolve(secret: str, public_id: str | None) -> Grant | None:
        return known if secret == KEY and public_id in (None, PUBLIC) else None

    return Admission(resolve, lambda: known, open_on_loopback, **options)


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes


async def call(
    app: Any,
    path: str = "/v1/traces",
    pieces: Iterable[bytes] = (b"",),
    *,
    method: str = "POST",
    client: str = "127.0.0.1",
    gone: bool = False,
    **headers: str,
) -> Reply | None:
    """One request; `gone`: the client leaves after the pieces. None when the application answered nothing."""
    given = {"content_type": "application/x-protobuf", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "client": (client, 5000),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    waiting = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    if gone:
        waiting.append({"type": "http.disconnect"})
    else:
        waiting[-1]["more_body"] = False
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return None
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], names, b"".join(message["body"] for message in sent[1:]))
