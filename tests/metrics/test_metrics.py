"""Metrics on the real engine, compared with what the trace page says of each trace (backend/traces/totals.py)."""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace
from uuid import UUID

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from backend.core.errors import InvalidInput
from backend.metrics import scans
from backend.metrics.services import MEASURES, measure
from backend.metrics.view import Answer, Question
from backend.scores.services import create_scores
from backend.scores.view import NewScore
from backend.store import prices
from backend.traces import services as traces
from tests.support.otlp import key_values, llm_span, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, listed, send

pytestmark = pytest.mark.store
FAILED = Status(code=Status.STATUS_CODE_ERROR)
AGENT = {"gen_ai.operation.name": "invoke_agent"}
PRICE = prices.Price("openai", "gpt-4o-mini-2024-07-18", (prices.Tier(0, 0.001, 0.002, 0.0, 0.0),))


def ask(*measures: str, **more) -> Answer:
    scans.forget()
    now = time.time_ns()
    asked = {"project_id": PROJECT, "start_ns": now - 24 * HOUR, "end_ns": now + HOUR, **more}
    return measure(Question(measures=measures, **asked))


def totals(answer: Answer) -> dict[str, dict[str, object]]:
    return {one.group: one.totals for one in answer.series}


def call(trace: bytes, parent: bytes = b"", **attributes: object):
    made = llm_span(trace, parent)
    made.attributes.extend(key_values({name.replace("__", "."): value for name, value in attributes.items()}))
    return made


@pytest.fixture
def twice(store) -> list[bytes]:
    """Traces in which usage is told more than once, sent twice; the last one has no model call."""
    ids = [os.urandom(16) for _ in range(5)]
    prices.save(store, [PRICE])
    agent = span("agent", trace_id=ids[0], attributes={**AGENT, "gen_ai.usage.input_tokens": 200, "user.id": "ann"})
    wrapper = call(ids[0], agent.span_id)
    send(store, agent, wrapper, call(ids[0], wrapper.span_id), call(ids[0], agent.span_id), times=2)
    send(store, *(call(ids[1], gen_ai__response__id="same", user__id="ben") for _ in range(2)))
    send(store, call(ids[2], gen_ai__response__id="same"), span("tool", trace_id=ids[2], status=FAILED))
    send(store, span("chat", trace_id=ids[3], status=FAILED, attributes={"gen_ai.operation.name": "chat"}))
    outer = span("agent", trace_id=ids[4], attributes={**AGENT, "gen_ai.usage.input_tokens": 7})
    send(store, outer, span("step", trace_id=ids[4], parent=outer.span_id, attributes={"gen_ai.usage.input_tokens": 7}))
    send(store, call(os.urandom(16)), project=OTHER)
    return ids


def test_no_call_is_counted_twice(twice):
    views = [traces.get_trace(PROJECT, one.hex()) for one in twice]
    found = ask("input_tokens", "output_tokens", "tokens", "cost", "calls", "failed_calls", interval="none").total
    assert found is not None
    assert found.totals["input_tokens"] == sum(view.usage.input_tokens or 0 for view in views) == 407
    assert found.totals["output_tokens"] == sum(view.usage.output_tokens or 0 for view in views)
    assert found.totals["tokens"] == sum(view.usage.total_tokens or 0 for view in views)
    assert found.totals["cost"] == pytest.approx(sum(view.cost.total or 0 for view in views))
    assert (found.totals["calls"], found.totals["failed_calls"]) == (6, 1)


def test_each_trace_has_the_total_of_its_page(twice):
    by_trace = totals(ask("tokens", group_by="trace", interval="none"))
    for one in twice:
        expected = traces.get_trace(PROJECT, one.hex()).usage.total_tokens
        assert by_trace[one.hex()]["tokens"] == expected


def test_any_tangle_of_calls_has_the_total_of_its_page(store):
    """Wrappers, repeated response ids, failed calls and spans with usage that are no calls, as chance puts them."""
    dice, made = random.Random(6), []
    for _ in range(45):
        trace, ids = dice.randbytes(16), [b""]
        for step in range(dice.randrange(2, 9)):
            kind = dice.choice(("chat", "chat", "invoke_agent", "execute_tool", "embeddings"))
            given: dict[str, object] = {"gen_ai.operation.name": kind}
            if dice.random() < 0.7:
                given["gen_ai.usage.input_tokens"] = dice.randrange(1_000)
            if dice.random() < 0.4:
                given["gen_ai.response.id"] = f"answer-{dice.randrange(2)}"
            failed = {"status": FAILED} if dice.random() < 0.3 else {}
            made.append(span(kind, trace_id=trace, parent=dice.choice(ids), attributes=given, **failed))
            made[-1].start_time_unix_nano += step
            ids.append(made[-1].span_id)
    send(store, *made)
    found = totals(ask("input_tokens", group_by="trace", interval="none", top=50))
    expected = {one.trace_id: traces.get_trace(PROJECT, one.trace_id).usage.input_tokens for one in listed().results}
    with_usage = {trace: tokens for trace, tokens in expected.items() if tokens is not None}
    assert len(with_usage) > 20
    assert {trace: found[trace]["input_tokens"] for trace in with_usage} == with_usage


def test_a_user_holds_for_the_whole_trace(twice):
    by_user = totals(ask("input_tokens", group_by="user"))
    assert {group: values["input_tokens"] for group, values in by_user.items()} == {"ann": 200, "ben": 100, "": 107}
    assert [one.totals["input_tokens"] for one in ask("input_tokens", filter="user:ann type:llm").series] == [200]
    assert [one.totals["input_tokens"] for one in ask("input_tokens", filter="-user:ann").series] == [207]


def test_a_filter_does_not_change_which_calls_count(twice):
    (found,) = ask("input_tokens", filter="type:agent").series
    assert found.totals["input_tokens"] is None  # the agents repeat, or have a deeper span
    (found,) = ask("input_tokens", filter="name:step").series
    assert found.totals["input_tokens"] == 7


def test_intervals_add_up_and_cover_the_window(twice):
    answer = ask("traces", "failed_traces", interval="1h")
    (all_of_it,) = answer.series
    assert all_of_it.totals == {"traces": len(listed().results), "failed_traces": 2}
    assert sum(v or 0 for v in all_of_it.values["traces"]) == all_of_it.totals["traces"]
    assert len(answer.starts) in (25, 26)
    assert answer.step_ns == HOUR


def test_quantiles_are_of_all_rows_not_of_the_intervals(store):
    now = time.time_ns()
    lengths = [1, 2, 3, 4, 100]
    send(
        store,
        *(
            span(start_time_unix_nano=now - n * HOUR, end_time_unix_nano=now - n * HOUR + n * SECOND)
            for n in lengths[:4]
        ),
    )
    send(store, span(start_time_unix_nano=now - HOUR, end_time_unix_nano=now - HOUR + 100 * SECOND))
    (found,) = ask("trace_latency_p50", "trace_latency_avg").series
    assert found.totals == {"trace_latency_p50": 3 * SECOND, "trace_latency_avg": 22 * SECOND}


def test_small_groups_are_put_together(store):
    for n, name in enumerate("abcdef"):
        send(store, *(span(name) for _ in range(6 - n)))
    for more in ({"interval": "none"}, {}):
        answer = ask("traces", group_by="name", top=2, **more)
        assert [(one.group, one.totals["traces"]) for one in answer.series] == [("a", 6), ("b", 5)]
        assert answer.other is not None
        assert answer.other.totals == {"traces": 10}
        assert answer.total is not None
        assert answer.total.totals == {"traces": 21}


def test_the_rest_of_few_groups_is_the_difference_or_one_more_scan(store):
    now = time.time_ns()
    for n, name in enumerate("abc"):
        times = {"start_time_unix_nano": now - 2 * HOUR, "end_time_unix_nano": now - 2 * HOUR + (n + 1) * SECOND}
        send(store, *(span(attributes={"deployment.environment.name": name}, **times) for _ in range(3 - n)))
    asked = {"group_by": "environment", "top": 1, "interval": "1h"}
    for whole in (True, False):
        answer = ask("spans", "span_latency_p50", whole_rest=whole, **asked)
        assert [one.group for one in answer.series] == ["a"]
        assert answer.other is not None
        assert answer.other.totals == {"spans": 3, "span_latency_p50": 2 * SECOND if whole else None}
        assert sum(value or 0 for value in answer.other.values["spans"]) == 3


def test_tags_and_attributes_are_groups_too(store):
    send(
        store,
        span("x", attributes={"tag.tags": ["a", "b"], "tenant": "acme"}),
        span("y", attributes={"tag.tags": ["a"]}),
    )
    by_tag = ask("traces", group_by="tag")
    assert {group: values["traces"] for group, values in totals(by_tag).items()} == {"a": 2, "b": 1}
    assert by_tag.total is None
    assert totals(ask("spans", group_by="metadata.tenant")) == {"acme": {"spans": 1}, "": {"spans": 1}}


def test_scores_have_an_average(store):
    trace = os.urandom(16)
    send(store, span(trace_id=trace, attributes={"user.id": "ann"}))
    create_scores(PROJECT, [NewScore(name="ok", value=v, trace_id=trace.hex()) for v in (0.5, 1.0)], author="a")
    create_scores(PROJECT, [NewScore(name="text", value="no number", trace_id=trace.hex())], author="a")
    assert totals(ask("score_avg", "scores", group_by="score")) == {"ok": {"score_avg": 0.75, "scores": 2}}
    assert totals(ask("scores", group_by="user", filter="user:ann")) == {"ann": {"scores": 2}}
    assert ask("scores", filter="user:ben").series[0].totals == {"scores": 0}


@pytest.mark.parametrize("name", [one.name for one in MEASURES])
def test_every_measure_answers_without_data(store, name):
    (found,) = ask(name, interval="1h").series
    expected = 0 if next(one for one in MEASURES if one.name == name).unit == "count" else None
    assert found.totals == {name: expected}
    assert set(found.values[name]) == {expected}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measures": ("nonsense",)}, "measure"),
        ({"measures": ()}, "measure"),
        ({"measures": ("cost", "spans")}, "measure"),
        ({"group_by": "nonsense"}, "group_by"),
        ({"group_by": "tool"}, "group_by"),
        ({"interval": "5 parsecs"}, "interval"),
        ({"interval": "1s"}, "interval"),
        ({"filter": "x:("}, "filter"),
        ({"top": 0}, "top"),
        ({"end_ns": 1}, "from"),
    ],
)
def test_what_is_wrong_is_named(store, wrong, field):
    right = Question(UUID(int=1), time.time_ns() - 24 * HOUR, time.time_ns(), ("cost",))
    with pytest.raises(InvalidInput) as caught:
        measure(replace(right, **wrong))
    assert caught.value.field == field


@pytest.mark.parametrize("measure_name", ["input_tokens", "spans", "traces"])
def test_rankings_beside_each_other_are_those_asked_alone(twice, measure_name):
    groups = ("user", "tag", "trace", "name" if measure_name == "traces" else "prompt_version")
    for name in groups:
        alone = ask(measure_name, group_by=name, interval="none", top=3)
        assert alone.series
        assert ask(measure_name, group_by=name, interval="none", top=3, beside=groups) == alone, name
