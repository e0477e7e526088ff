"""The formula that is shown gives the cost that is shown, to the last digit."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.pricing import services
from backend.pricing.formula import Formula
from backend.store import prices
from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from backend.traces import services as traces
from ingest.envelope import frame
from tests.support.otlp import request, span

pytestmark = pytest.mark.store
PROJECT = uuid4()
USAGE = "gen_ai.usage."


def sent(store: Store, project: UUID = PROJECT, **usage: Any) -> tuple[Formula, Any]:
    """The formula of a span with this usage, and the span as it is shown."""
    attributes = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "acme", "gen_ai.request.model": "m",
        **{USAGE + key.replace("__", "."): value for key, value in usage.items()},
    }  # fmt: skip
    one = span(trace_id=os.urandom(16), attributes=attributes)
    body = frame(request(one).SerializeToString(), project, time.time_ns())
    store.insert_protobuf("otlp_traces", body, INSERT_SETTINGS["otlp_traces"])
    shown = traces.get_span(project, one.trace_id.hex(), one.span_id.hex())
    made = services.explain_cost(project, shown.trace_id, shown.span_id, shown.start_ns)
    assert made is not None
    return made, shown


def price(*tiers: prices.Tier, **more: Any) -> prices.Price:
    return prices.Price("acme", "m", tiers, source="list 1.0", **more)


def tier(start: int, scale: float) -> prices.Tier:
    own = (4.1e-5 * scale, 8.3e-5 * scale, 0.7e-5 * scale)
    return prices.Tier(start, 2.5e-6 * scale, 1e-5 * scale, 1.25e-6 * scale, 3.1e-6 * scale, *own)


def test_cached_input_is_taken_off_and_every_term_is_told(store: Store) -> None:
    prices.save(store, [price(tier(0, 1))])
    made, shown = sent(store, input_tokens=1234, cache_read__input_tokens=1000, output_tokens=56)
    assert [(term.label, term.tokens, term.price) for term in made.terms] == [
        ("input", 234, 2.5e-6), ("read from cache", 1000, 1.25e-6), ("output", 56, 1e-5),
    ]  # fmt: skip
    assert (made.total, made.input, made.output) == (shown.cost.total, shown.cost.input, shown.cost.output)
    assert (made.price_list, made.own, made.all_input) == ("list 1.0", False, 1234)


def test_audio_and_reasoning_are_taken_off_when_they_have_a_price(store: Store) -> None:
    prices.save(store, [price(tier(0, 1))])
    usage = {"audio__input_tokens": 60, "audio__output_tokens": 20, "reasoning__output_tokens": 5}
    made, shown = sent(store, input_tokens=100, output_tokens=50, **usage)
    assert [(term.label, term.tokens, term.price) for term in made.terms] == [
        ("input", 40, 2.5e-6), ("audio input", 60, 4.1e-5),
        ("output", 25, 1e-5), ("audio output", 20, 8.3e-5), ("reasoning", 5, 0.7e-5),
    ]  # fmt: skip
    assert (made.apart, made.apart_output) == ([("audio input", 60)], [("audio output", 20), ("reasoning", 5)])
    assert (made.total, made.price_list) == (shown.cost.total, "list 1.0")


def test_without_a_price_of_its_own_audio_costs_what_text_costs(store: Store) -> None:
    prices.save(store, [price(prices.Tier(0, 2e-6, 1e-5, 1e-6, 3e-6))])
    made, _ = sent(store, input_tokens=100, output_tokens=50, audio__input_tokens=60, reasoning__output_tokens=5)
    assert [(term.label, term.tokens) for term in made.terms] == [("input", 100), ("output", 50)]
    assert made.total == pytest.approx(100 * 2e-6 + 50 * 1e-5)


TOKENS = st.integers(0, 2_000_000)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TOKENS, TOKENS, TOKENS, TOKENS, st.tuples(TOKENS, TOKENS, TOKENS), st.floats(0.01, 9))
def test_the_sum_equals_the_cost_exactly(
    store: Store, given_in: int, read: int, write: int, out: int, parts: tuple[int, int, int], scale: float
) -> None:
    prices.save(store, [price(tier(0, scale), tier(200_001, scale * 2), request=0.0123)])
    made, shown = sent(
        store,
        input_tokens=given_in,
        cache_read__input_tokens=read,
        cache_creation__input_tokens=write,
        output_tokens=out,
        audio__input_tokens=parts[0],
        audio__output_tokens=parts[1],
        reasoning__output_tokens=parts[2],
    )
    assert made.source == shown.cost.source == "computed"
    assert (made.total, made.input, made.output) == (shown.cost.total, shown.cost.input, shown.cost.output)


def test_it_names_the_tier_the_period_and_whose_price_it_is(store: Store) -> None:
    begin, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    prices.save(store, [price(tier(0, 1), tier(1000, 3), effective_from=begin, effective_to=end)])
    made, _ = sent(store, input_tokens=5000, output_tokens=1)
    assert (made.tier_from, made.tiers, made.effective_from, made.effective_to) == (1000, 2, begin, end)
    prices.save(store, [prices.Price("acme", "m", (tier(0, 7),), source="agreed")], PROJECT)
    mine, _ = sent(store, input_tokens=5000, output_tokens=1)
    theirs, _ = sent(store, uuid4(), input_tokens=5000, output_tokens=1)
    assert (mine.own, mine.price_list, mine.tiers) == (True, "agreed", 1)
    assert (theirs.own, theirs.price_list) == (False, "list 1.0")


def test_a_reported_cost_is_told_as_such(store: Store) -> None:
    prices.save(store, [price(tier(0, 1))])
    made, shown = sent(store, input_tokens=10, cost=0.5)
    assert (made.source, made.total, made.terms) == ("reported", shown.cost.total, [])


@pytest.mark.parametrize(("usage", "missing"), [({"input_tokens": 1}, "price"), ({}, "tokens")])
def test_what_has_no_price_says_why(store: Store, usage: dict, missing: str) -> None:
    made, _ = sent(store, **usage)
    assert (made.source, made.total, made.missing) == ("unpriced", None, missing)
