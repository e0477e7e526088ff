"""The screens over a fake of what is read from ClickHouse; people and projects are the ones of the tiny world."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from backend.conventions.mapping import explain
from backend.conventions.messages import RawSpan
from backend.core.errors import NotFound
from backend.intake import services as intake
from backend.intake.view import IntakeView
from backend.pricing import services as pricing
from backend.pricing.formula import Formula
from backend.scores import services as scores
from backend.traces import calls, outlines
from backend.traces import services as traces
from backend.traces.calls import Neighbours
from backend.traces.outlines import TraceOutline
from backend.traces.view import SpanSources, SpanView, TracePage, TraceRow, TraceView
from tests.conftest import World
from tests.web.spans import trace_outline


@dataclass
class Reads:
    """What the services would read; `asked` remembers the questions, `error` is raised instead of an answer."""

    rows: list[TraceRow] = field(default_factory=list)
    next_cursor: str | None = None
    trace: TraceView | None = None
    spans: dict[str, SpanView] = field(default_factory=dict)
    scores: list[dict[str, Any]] = field(default_factory=list)
    intake: IntakeView = field(default_factory=lambda: IntakeView(0, 1, 0, 0, 0, 0, {}))
    near: Neighbours = field(default_factory=Neighbours)
    formula: Formula | None = None
    error: Exception | None = None
    mapping_version: int = 1
    asked: list[Any] = field(default_factory=list)

    def list_traces(self, project_id: UUID, query: Any) -> TracePage:
        self._ask(project_id, query)
        return TracePage(self.rows[: query.limit], self.next_cursor)

    def get_trace(self, project_id: UUID, trace_id: str, *, payloads: bool | None = None) -> TraceView:
        self._ask(project_id, trace_id)
        if self.trace is None or self.trace.trace_id != trace_id:
            raise NotFound("There is no such trace.")
        return self.trace

    def get_outline(self, project_id: UUID, trace_id: str, *, fresh: bool = True, version: str = "") -> TraceOutline:
        return trace_outline(self.get_trace(project_id, trace_id))

    def trace_version(self, project_id: UUID, trace_id: str) -> str:
        return self.get_outline(project_id, trace_id).version

    def find_rows(self, project_id: UUID, trace: TraceOutline, text: str) -> list[int]:
        self._ask(project_id, text)
        return [row for row, name in enumerate(trace.rows.names) if text.lower() in name.lower()]

    def get_span(self, project_id: UUID, trace_id: str, span_id: str) -> SpanView:
        self._ask(project_id, span_id)
        if span_id not in self.spans:
            raise NotFound("There is no such span.")
        return self.spans[span_id]

    def get_span_sources(self, project_id: UUID, trace_id: str, span_id: str) -> SpanSources:
        span = self.get_span(project_id, trace_id, span_id)
        stored = {"type": span.type, "request_model": span.request_model, "session_id": span.session_id}
        raw = RawSpan(type=span.type, attributes=span.attributes)
        return SpanSources(trace_id, span_id, explain(raw, span.resource_attributes, stored), 1, self.mapping_version)

    def neighbours(self, project_id: UUID, span: SpanView) -> Neighbours:
        return self.near

    def explain_cost(self, project_id: UUID, trace_id: str, span_id: str, start_ns: int) -> Formula | None:
        return self.formula

    def span_digests(self, project_id: UUID, trace_id: str) -> dict[str, tuple[int, int]]:
        return {}

    def has_trace(self, project_id: UUID, trace_id: str) -> bool:
        self._ask(project_id, trace_id)
        return self.trace is not None and self.trace.trace_id == trace_id

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


def browser_of(user: User | None = None) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def _no_failed_logins() -> None:
    cache.clear()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    fake = Reads()
    for module, names in (
        (traces, ("list_traces", "get_trace", "get_span", "get_span_sources", "span_digests", "has_trace")),
        (calls, ("neighbours",)),
        (pricing, ("explain_cost",)),
        (outlines, ("get_outline", "trace_version", "find_rows")),
        (intake, ("overview",)),
        (scores, ("scores_of_trace",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, getattr(fake, name))
    return fake


@pytest.fixture
def alice(world: World) -> Client:
    return browser_of(world.alice)
