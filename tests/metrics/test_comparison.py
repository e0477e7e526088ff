"""Models compared like for like: a model that only got the hard work is not called slow for it."""

from __future__ import annotations

import os
import random
import time

import pytest

from backend.core.errors import InvalidInput
from backend.metrics import intervals, scans
from backend.metrics.comparison import Compared, CompareQuestion, Comparison, common, compare
from backend.metrics.intervals import Estimate, Part
from backend.metrics.shares import z_of
from backend.scores.services import create_scores
from backend.scores.view import NewScore
from tests.support.otlp import failed, key_values, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

NOW = time.time_ns()
Z = z_of()


def ask(**more) -> Comparison:
    scans.forget()
    return compare(
        CompareQuestion(**{"project_id": PROJECT, "start_ns": NOW - 24 * HOUR, "end_ns": NOW + HOUR, **more})
    )


def measure(found: Comparison, name: str) -> Compared:
    return next(one for one in found.measures if one.name == name)


def called(model: str, job: str, seconds: float, trace: bytes = b"", **fields):
    said = {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": model, "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 50, "gen_ai.agent.name": job, "deployment.environment.name": job,
    }  # fmt: skip
    start = NOW - 2 * HOUR
    times = {"start_time_unix_nano": start, "end_time_unix_nano": start + int(seconds * SECOND)}
    return span(f"chat {model}", trace_id=trace or os.urandom(16), attributes=said, **times, **fields)


@pytest.fixture
def mixed(store) -> None:
    """Both take 1 s for easy and 10 s for hard work; `big` gets the hard work, and a kind of its own."""
    work = {
        ("small", "easy"): 120,
        ("small", "hard"): 40,
        ("big", "easy"): 40,
        ("big", "hard"): 120,
        ("big", "own"): 30,
    }
    dice = random.Random(3)
    send(
        store,
        *(
            called(model, job, (10 if job == "hard" else 1) * dice.uniform(0.8, 1.25), trace=os.urandom(16))
            for (model, job), many in work.items()
            for _ in range(many)
        ),
        times=2,
    )
    send(store, called("big", "easy", 500), project=OTHER)


@pytest.mark.store
def test_the_mix_of_work_makes_no_difference_like_for_like(mixed):
    plain, alike = ask(by=""), ask(by="agent")
    assert (plain.seen, plain.left_out) == ({"big": 190, "small": 160}, 0)
    assert measure(plain, "latency_p50").clear == {"small": -1}
    assert (alike.strata, alike.left_out) == ({"easy": 0.5, "hard": 0.5}, 30)
    assert [one.clear for one in alike.measures] == [{}] * len(alike.measures)
    p95 = measure(alike, "latency_p95").estimates
    assert all(e is not None and 8 * SECOND < e.low <= e.value <= e.high < 13 * SECOND for e in p95.values())


@pytest.mark.store
def test_a_real_difference_is_marked(store):
    send(
        store,
        *(called("slow", "a", 4 + n % 3) for n in range(60)),
        *(called("fast", "a", 1 + n % 2) for n in range(50)),
    )
    send(store, *(called("fast", "a", 1, status=failed()) for _ in range(40)))
    found = ask(by="environment")
    assert list(found.models) == ["fast", "slow"]
    assert measure(found, "latency_p50").clear == {"slow": 1}
    assert measure(found, "error_rate").clear == {"slow": -1}
    error = measure(found, "error_rate").estimates["fast"]
    assert error is not None
    assert (error.value, error.rows) == (pytest.approx(40 / 90), 90)
    assert measure(found, "input_tokens").clear == {}
    assert measure(found, "cost_per_call").estimates == {"fast": None, "slow": None}


@pytest.mark.store
def test_few_calls_are_never_a_clear_difference(store):
    send(store, *(called("a", "x", 1) for _ in range(12)), *(called("b", "x", 60) for _ in range(10)))
    assert measure(ask(by="agent"), "latency_p50").clear == {}


@pytest.mark.store
def test_scores_belong_to_the_model_that_was_judged(store):
    traces = [os.urandom(16) for _ in range(80)]
    send(store, *(called("a" if n % 2 else "b", "x", 1, trace) for n, trace in enumerate(traces)))
    scores = [NewScore(name="good", value=n % 2 * 0.5 + n % 5 / 10, trace_id=t.hex()) for n, t in enumerate(traces)]
    create_scores(PROJECT, scores, author="t")
    found = measure(ask(by="agent"), "score.good")
    assert {m: round(e.value, 2) for m, e in found.estimates.items() if e} == {"a": 0.7, "b": 0.2}
    assert found.clear == {"b": -1}


@pytest.mark.store
def test_a_failed_call_counts_for_the_model_asked_for_and_embeddings_are_no_chats(store):
    answered = [called("m", "x", 1) for _ in range(6)]
    for one in answered:
        one.attributes.extend(key_values({"gen_ai.response.model": "m-2026"}))
    embeddings = [called("e", "x", 1) for _ in range(7)]
    for one in embeddings:
        one.attributes[0].value.string_value = "embeddings"
    send(store, *answered, *(called("m", "x", 1, status=failed()) for _ in range(3)), *embeddings)
    found = ask(by="agent")
    assert (found.seen, found.models) == ({"m": 9, "e": 7}, {"m": 9})
    assert ask(by="agent", models=("m", "e")).strata == {}
    assert ask(by="environment", models=("e",)).strata == {"x (embedding)": 1.0}


@pytest.mark.store
def test_models_without_common_work_have_nothing_to_compare(store):
    send(store, *(called("a", "x", 1) for _ in range(9)), *(called("b", "y", 1) for _ in range(8)))
    found = ask(by="agent", models=("a", "b"))
    assert (found.strata, found.left_out) == ({}, 17)
    assert list(ask(by="agent").models) == ["a"]


@pytest.mark.store
@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"by": "x"}, "by"), ({"by": "tag"}, "by"), ({"by": "model"}, "by"), ({"filter": "x:("}, "filter"),
     ({"end_ns": 1}, "from"), ({"models": tuple("abcdefg")}, "models")],
)  # fmt: skip
def test_what_is_wrong_is_named(store, wrong, field):
    with pytest.raises(InvalidInput) as caught:
        ask(**wrong)
    assert caught.value.field == field


def test_wilson_is_as_published():
    low, high = intervals.wilson(15 / 148, 148, Z)  # Newcombe, Statistics in Medicine 17 (1998), table I
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Two strata in a mix of 1 to 3; 300 samples of 100 calls each."""
    dice = random.Random(11)
    held = {"mean": 0, "share": 0, "median": 0}
    for _ in range(300):
        lows, highs = [[dice.lognormvariate(mu, 0.5) for _ in range(n)] for mu, n in ((0, 60), (1, 40))]
        parts = []
        for values in (lows, highs):
            average = sum(values) / len(values)
            var = sum((v - average) ** 2 for v in values) / (len(values) - 1)
            levels: dict[int, int] = {}
            for v in values:
                level = intervals.math.floor(intervals.math.log10(v) * 200)
                levels[level] = levels.get(level, 0) + 1
            parts.append(Part(len(values), average, var, levels))
        truth = 0.25 * intervals.math.exp(0.125) + 0.75 * intervals.math.exp(1.125)
        one = intervals.mean(parts, (0.25, 0.75), Z)
        held["mean"] += one.low <= truth <= one.high
        median = intervals.quantile(parts, (0.25, 0.75), Z, 0.5, 200)
        held["median"] += median.low <= 2.133 <= median.high
        hits = [Part(n, sum(dice.random() < p for _ in range(n)) / n) for p, n in ((0.02, 60), (0.1, 40))]
        rate = intervals.share(hits, (0.25, 0.75), Z)
        held["share"] += rate.low <= 0.08 <= rate.high
    assert all(270 <= times <= 300 for times in held.values()), held


def test_a_difference_is_clear_when_its_interval_leaves_out_0():
    one, near = Estimate(10, 9, 11, 100, 100), Estimate(11, 10, 12, 100, 100)
    assert intervals.difference(one, near) == (pytest.approx(-1 - 2**0.5), pytest.approx(-1 + 2**0.5))
    assert not intervals.differs(one, near)
    assert intervals.differs(one, Estimate(13, 12, 14, 100, 100))
    assert not intervals.differs(one, Estimate(13, 12, 14, 20, 20))


def test_common_strata_are_weighted_by_all_calls_in_them():
    assert common([{"a": Part(10), "b": Part(40), "c": Part(9)}, {"a": Part(20), "b": Part(30), "c": Part(4)}]) == {
        "b": 0.7, "a": 0.3,
    }  # fmt: skip
