"""Share links: off by default, shown once, hashed, expiring, revoked, audited; structure without content."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backend.audit.models import AuditEvent
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.sharing import services
from backend.sharing.models import ShareLink
from backend.sharing.structure import KEPT, PARTLY, span_structure, trace_structure
from backend.traces import services as traces
from backend.traces.view import Cost, SpanError, SpanEvent, SpanLink, SpanView, Status, TraceView, Usage
from tests.conftest import World
from tests.web.spans import START_NS, TRACE_ID, span, trace

pytestmark = pytest.mark.django_db
SECRET = "SECRET-CONTENT"


@pytest.fixture(autouse=True)
def _one_trace(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """alice's project has one trace; nobody else's has any."""

    def get_trace(project_id: UUID, trace_id: str, *, payloads: bool | None = None) -> TraceView:
        if (project_id, trace_id) != (world.project.id, TRACE_ID):
            raise NotFound("There is no such trace.")
        return trace([full_span()], name="refund", user_id=SECRET, tags=[SECRET], scores=[{"comment": SECRET}])

    monkeypatch.setattr(traces, "get_trace", get_trace)


def full_span() -> SpanView:
    """A span with a secret in every place that can hold one."""
    return span(
        1, name="chat", status=Status("error", SECRET), error=SpanError("RateLimitError", SECRET, SECRET),
        usage=Usage(9, 3), cost=Cost(0.5), request_model="gpt", session_id=SECRET, user_id=SECRET, tags=[SECRET],
        input_preview=SECRET, output_preview=SECRET, input=SECRET, output=SECRET,
        input_messages=[{"role": "user", "parts": [{"type": "text", "content": SECRET}]}],
        output_messages=[{"role": "assistant", "parts": [{"type": "text", "content": SECRET}]}],
        tool_definitions=[{"name": SECRET}], tool={"name": "x", "arguments": SECRET, "result": SECRET},
        documents=[{"id": "1", "content": SECRET}], attributes={"a": SECRET}, resource_attributes={"b": SECRET},
        events=[SpanEvent("e", START_NS, {"c": SECRET})], links=[SpanLink("b" * 32, "c" * 16, {"d": SECRET})],
        response_id=SECRET,
    )  # fmt: skip


def enable(world: World) -> None:
    services.set_sharing(project=world.project, actor=world.alice, enabled=True)


def make(world: World, **fields: Any) -> services.NewLink:
    plain: dict[str, Any] = {"trace_id": TRACE_ID, "lifetime": "24h", "with_content": False}
    return services.create_link(project=world.project, actor=world.alice, **{**plain, **fields})


def find(token: str) -> ShareLink | None:
    return services.find_link(token=token, viewer="192.0.2.7")


def test_it_is_off_until_somebody_switches_it_on(world: World) -> None:
    with pytest.raises(Forbidden):
        make(world)
    assert ShareLink.objects.count() == 0
    enable(world)
    enable(world)
    assert make(world).link.state == "active"
    assert AuditEvent.objects.filter(action="sharing.enable", actor="alice@example.com").count() == 1


def test_the_token_is_long_shown_once_and_kept_as_a_hash(world: World) -> None:
    enable(world)
    made = make(world)
    assert len(made.token) == 43  # 256 bits, base64
    stored = ShareLink.objects.get()
    assert made.token not in str(vars(stored))
    assert made.token not in str(list(AuditEvent.objects.values()))
    assert find(made.token) == stored
    assert stored.expires_at - stored.created_at == timedelta(hours=24)


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 5000, "\ud800"])
def test_a_wrong_token_finds_nothing(world: World, token: str) -> None:
    enable(world)
    make(world)
    assert find(token) is None


def test_it_ends_when_it_expires_is_revoked_or_sharing_is_switched_off(world: World) -> None:
    enable(world)
    expired, revoked, other = make(world), make(world), make(world)
    past = timezone.now() - timedelta(days=2)
    ShareLink.objects.filter(id=expired.link.id).update(created_at=past, expires_at=past + timedelta(hours=1))
    for _ in range(2):
        services.revoke_link(project=world.project, actor=world.alice, link_id=revoked.link.id)
    assert [find(made.token) is None for made in (expired, revoked, other)] == [True, True, False]
    assert [link.state for link in services.list_links(world.project)] == ["active", "revoked", "expired"]
    services.set_sharing(project=world.project, actor=world.alice, enabled=False)
    assert find(other.token) is None
    assert AuditEvent.objects.filter(action="share_link.revoke").count() == 1


def test_making_and_the_first_look_are_audited(world: World) -> None:
    enable(world)
    made = make(world, with_content=True)
    for _ in range(3):
        assert find(made.token)
    created = AuditEvent.objects.get(action="share_link.create")
    assert (created.actor, created.target, created.details["with_content"]) == ("alice@example.com", TRACE_ID, True)
    seen = AuditEvent.objects.get(action="share_link.view")
    assert (seen.actor, seen.details["address"]) == (services.ANYBODY, "192.0.2.7")
    assert ShareLink.objects.get().first_viewed_at is not None


def test_only_a_trace_of_the_project_is_shared(world: World) -> None:
    enable(world)
    with pytest.raises(NotFound):
        make(world, trace_id="f" * 32)
    with pytest.raises(InvalidInput) as caught:
        make(world, lifetime="1000y")
    assert caught.value.field == "lifetime"
    link = make(world).link
    with pytest.raises(NotFound):
        services.revoke_link(project=world.other, actor=world.charlie, link_id=link.id)
    with pytest.raises(NotFound):
        services.revoke_link(project=world.project, actor=world.alice, link_id=uuid4())
    assert services.list_links(world.other) == []


def test_a_link_that_never_lived_cannot_be_stored(world: World) -> None:
    enable(world)
    link = make(world).link
    with pytest.raises(IntegrityError), transaction.atomic():
        ShareLink.objects.filter(id=link.id).update(expires_at=link.created_at)


def test_structure_keeps_only_what_is_named() -> None:
    left = span_structure(full_span())
    assert SECRET not in repr(left)
    assert (left.name, left.usage.input_tokens, left.cost.total, left.request_model) == ("chat", 9, 0.5, "gpt")
    assert (left.status.code, left.error and left.error.type) == ("error", "RateLimitError")
    empty = [f.name for f in fields(SpanView) if f.name not in KEPT | PARTLY and getattr(left, f.name)]
    assert empty == []


def test_a_shared_trace_without_content_quotes_nothing(world: World) -> None:
    enable(world)
    shared = services.shared_trace(make(world).link)
    assert SECRET not in repr(shared)
    assert shared.name == "refund"
    assert SECRET in repr(services.shared_trace(make(world, with_content=True).link))
    assert trace_structure(shared) == shared
