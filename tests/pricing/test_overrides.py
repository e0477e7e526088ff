"""Prices that a project sets: they win, count for the past, end where the next begins, and are audited."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.audit.models import AuditEvent
from backend.core.errors import InvalidInput, NotFound
from backend.pricing import overrides, seen, services
from backend.pricing.overrides import NewPrice
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from backend.traces import services as traces
from ingest.envelope import frame
from tests.conftest import World
from tests.support.otlp import llm_span, request, span

pytestmark = [pytest.mark.store, pytest.mark.django_db]
MODEL = {"provider": "acme", "model": "m"}
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


def send(store: Store, world: World, *spans: Any) -> None:
    body = frame(request(*spans).SerializeToString(), world.project.id, time.time_ns())
    store.insert_protobuf("otlp_traces", body, INSERT_SETTINGS["otlp_traces"])


def called(store: Store, world: World) -> Any:
    """A call of MODEL with a thousand tokens each way; reads its cost."""
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 1000,
    }  # fmt: skip
    sent = span(trace_id=os.urandom(16), attributes=attributes)
    send(store, world, sent)
    return lambda: traces.get_span(world.project.id, sent.trace_id.hex(), sent.span_id.hex()).cost.total


def put(world: World, per_input: float, per_output: float, **more: Any) -> None:
    new = NewPrice(**MODEL, input=per_input, output=per_output, **more)
    overrides.set_price(project_id=world.project.id, actor="alice@example.com", new=new)


def test_a_price_counts_for_the_past_until_it_is_removed(store: Store, world: World) -> None:
    cost = called(store, world)
    assert cost() is None
    put(world, 2.0, 8.0)
    assert cost() == pytest.approx(0.01)
    put(world, 4.0, 16.0)
    assert cost() == pytest.approx(0.02)
    overrides.remove_price(project_id=world.project.id, actor="alice@example.com", **MODEL)
    assert cost() is None
    assert overrides.own_prices(world.project.id) == []


def test_it_is_nobody_elses_price(store: Store, world: World) -> None:
    put(world, 2.0, 8.0)
    assert overrides.own_prices(world.other.id) == []
    with pytest.raises(NotFound):
        overrides.remove_price(project_id=world.other.id, actor="charlie", **MODEL)


def test_a_period_ends_where_the_next_begins(store: Store, world: World) -> None:
    for begins, price in ((JULY, 3.0), (None, 1.0), (JUNE, 2.0)):
        put(world, price, price, effective_from=begins)
    held = overrides.own_prices(world.project.id)
    assert [(one.since, one.until) for one in held] == [(None, JUNE), (JUNE, JULY), (JULY, None)]
    overrides.remove_price(project_id=world.project.id, actor="a", **MODEL, effective_from=JUNE)
    assert [(one.since, one.until) for one in overrides.own_prices(world.project.id)] == [(None, JULY), (JULY, None)]


def test_before_its_own_price_begins_the_price_of_the_list_holds(store: Store, world: World) -> None:
    send(store, world, llm_span(os.urandom(16)))
    services.resolve_prices()
    named = {"provider": "openai", "model": "gpt-4o-mini-2024-07-18"}
    soon = datetime.now(UTC) + timedelta(days=1)
    new = NewPrice(**named, input=1.0, output=1.0, effective_from=soon)
    overrides.set_price(project_id=world.project.id, actor="a", new=new)
    (used,) = seen.used_models(world.project.id)
    assert used.price is not None
    assert (used.price.own, used.calls) == (False, 1)


def test_models_without_a_price_come_first(store: Store, world: World) -> None:
    called(store, world)
    send(store, world, llm_span(os.urandom(16)), llm_span(os.urandom(16)))
    services.resolve_prices()
    found = [(one.model, one.calls, one.price is not None) for one in seen.used_models(world.project.id)]
    assert found == [("m", 1, False), ("gpt-4o-mini-2024-07-18", 2, True)]
    assert seen.used_models(world.other.id) == []


def test_what_is_left_out_costs_what_text_costs(store: Store, world: World) -> None:
    put(world, 2.0, 8.0, audio_output=40.0, request=0.5)
    (held,) = overrides.own_prices(world.project.id)
    tier = held.price.tiers[0]
    assert (tier.cache_read, tier.audio_input, tier.reasoning) == (tier.input, tier.input, tier.output)
    assert (tier.audio_output, held.price.request) == (pytest.approx(4e-5), 0.5)


def test_each_change_is_in_the_audit_log(store: Store, world: World) -> None:
    put(world, 2.0, 8.0)
    overrides.remove_price(project_id=world.project.id, actor="bob@example.com", **MODEL)
    events = AuditEvent.objects.filter(action__startswith="price.").order_by("at")
    assert [(one.action, one.target, one.actor) for one in events] == [
        ("price.set", "m", "alice@example.com"),
        ("price.remove", "m", "bob@example.com"),
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"model": " "}, "model"),
        ({"input": -1.0}, "input"),
        ({"output": float("nan")}, "output"),
        ({"request": 1e9}, "request"),
        ({"effective_from": datetime(1999, 1, 1, tzinfo=UTC)}, "effective_from"),
    ],
)
def test_what_is_no_price_is_named(world: World, wrong: dict[str, Any], field: str) -> None:
    new = NewPrice(**{**MODEL, "input": 1.0, "output": 1.0, **wrong})
    with pytest.raises(InvalidInput) as error:
        overrides.set_price(project_id=world.project.id, actor="a", new=new)
    assert error.value.field == field
