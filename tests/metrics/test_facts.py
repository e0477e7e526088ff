"""Facts on the real engine: they say what the spans say, and are left alone as soon as they might not."""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from backend.core import limits
from backend.core.errors import OutOfMemory
from backend.metrics import facts, scans
from backend.metrics.services import DIMENSIONS, MEASURES, dimensions_of, measure
from backend.metrics.view import Answer, Question
from backend.store import facts as stored
from backend.store import prices
from backend.store.client import Store
from tests.metrics.test_metrics import PRICE, call
from tests.support.otlp import key_values, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

pytestmark = pytest.mark.store
FAILED = Status(code=Status.STATUS_CODE_ERROR)
BEGIN = (time.time_ns() // HOUR - 40) * HOUR
WINDOW = {"start_ns": BEGIN, "end_ns": BEGIN + 41 * HOUR}
ADDING = ("cost", "calls", "input_tokens")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """What was sent a moment ago counts as long ago."""
    monkeypatch.setattr(stored, "QUIET_NS", 0)


@pytest.fixture
def world(store) -> Store:
    """Two days of traces: calls around calls, the same answer twice, failures, late roots, spans sent again."""
    dice = random.Random(11)
    prices.save(store, [PRICE])
    all_spans: list[Span] = []
    for number in range(90):
        trace, start = os.urandom(16), BEGIN + dice.randrange(39 * HOUR)
        said = {
            "user.id": f"user-{dice.randrange(4)}",
            "session.id": f"s{number // 5}",
            "deployment.environment": "live",
        }
        root = _at(span(f"turn {number % 3}", trace_id=trace, attributes=said), start)
        spans = [root] if dice.random() < 0.9 else []
        outer = root
        for step in range(dice.randrange(5)):
            made = call(trace, outer.span_id, gen_ai__response__id=dice.choice(["same", f"r{number}-{step}"]))
            made.attributes.extend(key_values({"tag.tags": dice.sample(["a", "b", "c"], dice.randrange(3))}))
            made.attributes.extend(key_values({"gen_ai.prompt.name": dice.choice(["hello", "bye"])}))
            if dice.random() < 0.4:
                for one in made.attributes:
                    if one.key.endswith(".model"):
                        one.value.string_value = "gpt-unpriced"
            spans.append(_at(made, start + dice.randrange(HOUR)))
            outer = made if dice.random() < 0.3 else outer
        if dice.random() < 0.3:
            failed = {"gen_ai.operation.name": "chat", "error.type": "Timeout"}
            spans.append(_at(span("chat", trace_id=trace, status=FAILED, attributes=failed), start + HOUR // 2))
        all_spans += spans
    send(store, *all_spans, _at(call(os.urandom(16)), BEGIN + 39 * HOUR + HOUR // 2))
    send(store, *all_spans[::2])
    send(store, _at(call(os.urandom(16)), BEGIN + HOUR), project=OTHER)
    return store


def _at(made, start_ns: int):
    made.start_time_unix_nano, made.end_time_unix_nano = start_ns, start_ns + SECOND + start_ns % SECOND
    return made


def ask(*measures: str, again: bool = True, **more) -> Answer:
    if again:
        scans.forget()
    asked = {**WINDOW, **({"measures": measures} if measures else {}), **more}
    return measure(Question(PROJECT, **asked))  # pyright: ignore[reportArgumentType]


def made() -> int:
    return facts.make_facts()


def known(store: Store, end_ns: int = WINDOW["end_ns"]) -> stored.Facts | None:
    return stored.current_facts(store, PROJECT, BEGIN, end_ns)


def rounded(answer: Answer) -> Answer:
    """Sums of floats differ in the last digit by the order in which they were made."""

    def near(value):
        return round(value, 9) if isinstance(value, float) else value

    def series(one):
        return replace(
            one,
            totals={name: near(value) for name, value in one.totals.items()},
            values={name: [near(value) for value in values] for name, values in one.values.items()},
        )

    ordered = sorted((series(one) for one in answer.series), key=lambda one: one.group)
    return replace(
        answer,
        series=ordered,
        other=series(answer.other) if answer.other else None,
        total=series(answer.total) if answer.total else None,
    )


def questions() -> list[dict[str, object]]:
    of = {family: tuple(one.name for one in MEASURES if one.family == family) for family in ("calls", "traces")}
    found: list[dict[str, object]] = []
    for family in ("calls", "traces"):
        adding = tuple(one.name for one in MEASURES if one.family == family and one.adds)
        for number, group in enumerate(("", *(one.name for one in dimensions_of(family)))):
            found.append({"measures": of[family], "group_by": group, "interval": "6h", "top": 50})
            if number % 4 == 0:
                found.append({"measures": adding, "group_by": group, "interval": "none", "top": 50})
        ranked = tuple(one.name for one in DIMENSIONS if family in one.families)[:9]
        found += [{"measures": adding, "group_by": g, "interval": "none", "top": 50, "beside": ranked} for g in ranked]
        found.append({"measures": adding, "group_by": "name", "interval": "none", "beside": ("name", "service")})
        for text in (
            "user:user-1", "tag:a -user:user-2", "model:gpt-4o*", "status:error", "error:Time*", "latency>1.5s",
            "error", "prompt:hello environment:live", "trace(prompt:bye)", "tokens>100", "ottr", "cost>0.1",
            "child(status:error)",
        ):  # fmt: skip
            found.append({"measures": of[family], "filter": text, "interval": "12h"})
    found += [{"measures": of["calls"], "group_by": "model", **part} for part in (
        {"start_ns": BEGIN + HOUR // 3}, {"end_ns": BEGIN + 30 * HOUR + 7}, {"start_ns": BEGIN - 30 * HOUR},
    )]  # fmt: skip
    return found


def answers() -> list[Answer]:
    scans.forget()
    return [rounded(ask(again=False, **one)) for one in questions()]


def test_every_answer_is_the_same_from_facts_and_from_spans(world, monkeypatch):
    monkeypatch.setattr(limits, "FACTS_FROM_NS", 0)
    before = answers()
    assert known(world) is None
    assert made() > 0
    found = known(world)
    assert found is not None
    assert found.until_ns > BEGIN + 30 * HOUR
    assert found.until_ns < WINDOW["end_ns"]
    for question, live, told in zip(questions(), before, answers(), strict=True):
        assert told == live, question


def test_facts_are_what_is_read(world):
    live = ask(*ADDING, interval="none").total
    made()
    world.command("ALTER TABLE call_facts DELETE WHERE 1 SETTINGS mutations_sync = 1")
    told = ask(*ADDING, interval="none").total
    assert live is not None
    assert told is not None
    assert told.totals["calls"] < live.totals["calls"]


def test_a_late_span_is_counted_at_once_and_made_into_facts_later(world):
    made()
    before = ask("calls").total
    late = [_at(call(os.urandom(16)), BEGIN + 20 * HOUR), _at(call(os.urandom(16)), BEGIN + 3 * HOUR)]
    send(world, late[0])
    found = known(world)
    assert found is not None
    # A root six hours before the late span may be its trace's; what comes two hours later may have it for a child.
    assert found.until_ns == BEGIN + 18 * HOUR
    send(world, late[1])
    assert known(world) is None
    after = ask("calls").total
    assert before is not None
    assert after is not None
    assert after.totals["calls"] == before.totals["calls"] + 2
    assert made() > 0
    found = known(world)
    assert found is not None
    assert found.until_ns > BEGIN + 30 * HOUR
    assert ask("calls").total == after


def test_a_changed_price_counts_at_once_and_for_the_past(world):
    made()
    before = ask("cost").total
    dearer = replace(PRICE, tiers=(prices.Tier(0, 0.01, 0.02, 0.0, 0.0),))
    prices.save(world, [dearer])
    assert known(world) is None
    after = ask("cost").total
    assert before is not None
    assert after is not None
    assert after.totals["cost"] == pytest.approx(10 * before.totals["cost"])
    made()
    assert known(world) is not None
    assert ask("cost").total.totals["cost"] == pytest.approx(after.totals["cost"])


def test_a_price_that_just_changed_is_not_made_into_facts(world, monkeypatch):
    assert made() > 0
    prices.save(world, [replace(PRICE, tiers=(prices.Tier(0, 0.01, 0.02, 0.0, 0.0),))])
    world.command("ALTER TABLE changed_hours UPDATE changed_ns = 1 WHERE 1 SETTINGS mutations_sync = 1")
    monkeypatch.setattr(stored, "QUIET_NS", 300 * SECOND)
    assert made() == 0
    assert facts.make_facts(later_ns=301 * SECOND) > 0


def test_a_price_of_a_model_that_nobody_used_changes_nothing(world):
    made()
    prices.save(world, [replace(PRICE, model="gpt-unheard-of")])
    assert known(world) is not None
    assert made() == 0


def test_what_just_arrived_is_not_made_into_facts(world, monkeypatch):
    monkeypatch.setattr(stored, "QUIET_NS", 300 * SECOND)
    assert facts.make_facts() == 0
    assert known(world) is None
    assert facts.make_facts(later_ns=301 * SECOND) > 0
    assert known(world) is not None


def test_facts_made_otherwise_are_made_again(world, monkeypatch):
    assert made() > 0
    assert made() == 0
    monkeypatch.setattr(stored, "MADE_BY", stored.MADE_BY + 1)
    assert known(world) is None
    assert made() > 0


def test_a_job_that_stops_half_way_leaves_nothing_that_counts(world, monkeypatch):
    live = ask(*ADDING).total

    def fails(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "insert", fails)
        with pytest.raises(RuntimeError, match="killed"):
            made()
    assert known(world) is None
    assert ask(*ADDING).total == live
    made()
    assert ask(*ADDING).total == live


def test_hours_that_cannot_be_made_do_not_keep_others_from_it(world, monkeypatch):
    monkeypatch.setattr(stored, "HOURS_AT_ONCE", 10)
    make, tried = stored.make, list[stored.Batch]()

    def breaks_first(store: Store, batch: stored.Batch, now_ns: int) -> None:
        tried.append(batch)
        if len(tried) == 1:
            raise OutOfMemory("ClickHouse has too little memory for this query.")
        make(store, batch, now_ns)

    monkeypatch.setattr(stored, "make", breaks_first)
    assert made() == len(tried) - 1 > 0
    found = known(world)
    assert found is not None
    assert found.until_ns == tried[0].first * SECOND


def test_facts_that_were_replaced_are_swept_away_after_a_while(world):
    made()
    count = "SELECT count() AS n FROM call_facts"
    first = world.read(count)[0]["n"]
    send(world, _at(call(os.urandom(16)), BEGIN + 20 * HOUR))
    made()
    assert world.read(count)[0]["n"] > first
    live = ask(*ADDING).total
    stored.sweep(world, time.time_ns())
    assert world.read(count)[0]["n"] > first
    stored.sweep(world, time.time_ns() + 3 * HOUR)
    assert world.read(count)[0]["n"] == first + 1
    assert ask(*ADDING).total == live


def test_a_window_in_which_nothing_happened_is_wholly_known(world):
    found = stored.current_facts(world, PROJECT, BEGIN - 100 * HOUR, BEGIN - 50 * HOUR)
    assert found == stored.Facts(BEGIN - 50 * HOUR, whole=True)


def test_large_stretches_are_made_a_part_at_a_time(world, monkeypatch):
    monkeypatch.setattr(stored, "SPANS_AT_ONCE", 20)
    parts = list(stored.batches(world, time.time_ns()))
    assert len(parts) > 10
    mine = [one for one in parts if one.project_id == PROJECT]
    assert all(one.first < one.last for one in mine)
    assert mine == sorted(mine, key=lambda one: -one.first)
    assert (
        sum(one.last - one.first for one in mine)
        == len({h for one in mine for h in range(one.first, one.last, 3600)}) * 3600
    )
