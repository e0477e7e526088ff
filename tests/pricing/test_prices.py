"""Models seen get their price from the public list."""

from __future__ import annotations

import os
import time
from uuid import UUID

import pytest

from backend.pricing import price_list, services
from backend.store.otlp import INSERT_SETTINGS
from ingest.envelope import frame
from tests.support.otlp import body_of, llm_span, span


def test_a_known_model_has_a_price():
    (price,) = price_list.look_up("openai", "gpt-4o-mini-2024-07-18")
    assert price.tiers[0].output > price.tiers[0].input > price.tiers[0].cache_read > 0
    assert price.source == price_list.source()


def test_a_price_by_size_has_tiers():
    tiers = price_list.look_up("google", "gemini-2.5-pro")[-1].tiers
    assert [tier.tier_from for tier in tiers] == [0, 200_001]
    assert tiers[1].input > tiers[0].input


def test_a_new_price_ends_the_old_one():
    periods = price_list.look_up("anthropic", "claude-opus-4-6")
    assert len(periods) > 1
    assert all(a.effective_to == b.effective_from for a, b in zip(periods, periods[1:], strict=False))


def test_an_unknown_model_is_remembered_as_unknown():
    (price,) = price_list.look_up("nobody", "my-own-model")
    assert price.tiers == ()


def test_a_provider_under_another_name_still_has_prices():
    assert price_list.look_up("strands-agents", "gpt-4o")[0].tiers


@pytest.mark.store
def test_each_model_seen_is_looked_up_once(store):
    unknown = span(attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "my-own-model"})
    body = body_of(llm_span(os.urandom(16)), llm_span(os.urandom(16)), unknown)
    store.insert_protobuf("otlp_traces", frame(body, UUID(int=1), time.time_ns()), INSERT_SETTINGS["otlp_traces"])
    assert services.resolve_prices() == 2
    assert services.resolve_prices() == 0
    rows = store.read("SELECT model, priced FROM model_prices FINAL ORDER BY model")
    assert rows == [{"model": "gpt-4o-mini-2024-07-18", "priced": 1}, {"model": "my-own-model", "priced": 0}]
