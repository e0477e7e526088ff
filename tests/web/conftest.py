"""A tiny world for the screens: alice owns, bob is a viewer, charlie is an outsider with a project of their own.

The store is replaced by a fake, so that these tests need no ClickHouse.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from backend.core.errors import NotFound
from backend.intake import services as intake
from backend.intake.view import IntakeView
from backend.projects.models import Membership, Organisation, Project
from backend.scores import services as scores
from backend.traces import services as traces
from backend.traces.view import SpanView, TracePage, TraceRow, TraceView

PASSWORD = "correct horse battery staple"


@dataclass
class World:
    alice: User
    bob: User
    charlie: User
    project: Project
    other: Project

    def client(self, user: User | None = None) -> Client:
        """A browser in which `user` is logged in. It checks CSRF tokens, as real ones are checked."""
        client = Client(headers={"user-agent": "test"})
        if user is not None:
            client.force_login(user)
        return client


@dataclass
class FakeStore:
    """What the services would read; `asked` remembers the questions, `error` is raised instead of an answer."""

    rows: list[TraceRow] = field(default_factory=list)
    next_cursor: str | None = None
    trace: TraceView | None = None
    spans: dict[str, SpanView] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    intake: IntakeView = field(default_factory=lambda: IntakeView(0, 1, 0, 0, 0, 0, {}))
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    def list_traces(self, project_id: UUID, query: Any) -> TracePage:
        self._ask(project_id, query)
        return TracePage(self.rows[: query.limit], self.next_cursor)

    def get_trace(self, project_id: UUID, trace_id: str, *, payloads: bool | None = None) -> TraceView:
        self._ask(project_id, trace_id)
        if self.trace is None or self.trace.trace_id != trace_id:
            raise NotFound("There is no such trace.")
        return self.trace

    def get_span(self, project_id: UUID, trace_id: str, span_id: str) -> SpanView:
        self._ask(project_id, span_id)
        if span_id not in self.spans:
            raise NotFound("There is no such span.")
        return self.spans[span_id]

    def scores_of_trace(self, project_id: UUID, trace_id: str) -> list[dict[str, Any]]:
        return self.scores

    def overview(self, project_id: UUID, start_ns: int, end_ns: int) -> IntakeView:
        self._ask(project_id, (start_ns, end_ns))
        return replace(self.intake, start_ns=start_ns, end_ns=end_ns)

    def show(self, trace: TraceView) -> None:
        self.trace = trace
        self.spans = {span.span_id: span for span in trace.spans}

    def _ask(self, project_id: UUID, question: Any) -> None:
        self.asked.append((project_id, question))
        if self.error is not None:
            raise self.error


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one takes 0.2 s by design
    cache.clear()
    ours, theirs = (Organisation.objects.create(name=name, slug=name.lower()) for name in ("Northwind", "Elsewhere"))
    project = Project.objects.create(organisation=ours, name="Support bot", slug="support-bot", is_default=True)
    other = Project.objects.create(organisation=theirs, name="Other", slug="other")
    people = [User.objects.create_user(f"{name}@example.com", PASSWORD) for name in ("alice", "bob", "charlie")]
    for user, organisation, role in zip(people, (ours, ours, theirs), ("owner", "viewer", "owner"), strict=True):
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return World(*people, project, other)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    fake = FakeStore()
    for module, names in (
        (traces, ("list_traces", "get_trace", "get_span")),
        (intake, ("overview",)),
        (scores, ("scores_of_trace",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, getattr(fake, name))
    return fake


@pytest.fixture
def alice(world: World) -> Client:
    return world.client(world.alice)
