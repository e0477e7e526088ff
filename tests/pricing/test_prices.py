"""Models seen get their price from the public list."""

from __future__ import annotations

import os
import time
from uuid import UUID

import pytest

from backend.pricing import price_list, services
from backend.store import prices
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


def test_audio_and_reasoning_have_their_own_price_where_the_list_has_one():
    (talking,) = price_list.look_up("openai", "gpt-4o-realtime-preview")[0].tiers
    assert (talking.audio_input or 0) > talking.input
    assert (talking.audio_output or 0) > talking.output
    (thinking,) = price_list.look_up("perplexity", "sonar-deep-research")[0].tiers
    assert 0 < (thinking.reasoning or 0) < thinking.output
    (plain,) = price_list.look_up("openai", "gpt-4o-mini-2024-07-18")[0].tiers
    assert (plain.audio_input, plain.audio_output, plain.reasoning) == (plain.input, plain.output, plain.output)


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
def test_a_price_from_before_audio_still_counts_and_is_looked_up_again(store):
    body = frame(body_of(llm_span(os.urandom(16))), UUID(int=1), time.time_ns())
    store.insert_protobuf("otlp_traces", body, INSERT_SETTINGS["otlp_traces"])
    known = {"project_id": prices.ALL_PROJECTS, "provider": "openai", "model": "gpt-4o-mini-2024-07-18", "priced": 1}
    period = {"effective_from": prices.ALWAYS_FROM, "effective_to": prices.ALWAYS_TO, "source": price_list.source()}
    numbers = {"tier_from": [0], "input": [2.0], "output": [8.0], "cache_read": [1.0], "cache_write": [3.0]}
    old = known | period | numbers
    store.insert("model_prices", tuple(old), [tuple(old.values())])
    store.command("SYSTEM RELOAD DICTIONARY prices")
    assert store.read("SELECT rates FROM prices")[0]["rates"] == [0.0, 2.0, 8.0, 1.0, 3.0, 0.0, 2.0, 8.0, 8.0]
    assert services.resolve_prices() == 1


@pytest.mark.store
def test_each_model_seen_is_looked_up_once(store):
    unknown = span(attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "my-own-model"})
    body = body_of(llm_span(os.urandom(16)), llm_span(os.urandom(16)), unknown)
    store.insert_protobuf("otlp_traces", frame(body, UUID(int=1), time.time_ns()), INSERT_SETTINGS["otlp_traces"])
    assert services.resolve_prices() == 2
    assert services.resolve_prices() == 0
    rows = store.read("SELECT model, priced FROM model_prices FINAL ORDER BY model")
    assert rows == [{"model": "gpt-4o-mini-2024-07-18", "priced": 1}, {"model": "my-own-model", "priced": 0}]
