"""Sessions and users over the real engine: found by activity, summed as the trace page sums."""

from __future__ import annotations

import os
import time

import pytest

from backend.core.errors import InvalidInput, NotFound
from backend.store import prices
from backend.store.client import Store
from backend.traces import groups, services
from backend.traces.groups import GroupQuery, list_groups
from tests.support.otlp import failed, key_values, llm_span, span
from tests.traces.test_services import HOUR, OTHER, PROJECT, SECOND, send

pytestmark = pytest.mark.store


def called(trace: bytes, parent: bytes = b"", **more):
    """A model call with further attributes."""
    call = llm_span(trace, parent)
    call.attributes.extend(key_values({name.replace("__", "."): value for name, value in more.items()}))
    return call


def listed(kind="session", **wanted):
    now = time.time_ns()
    return list_groups(
        PROJECT, GroupQuery(**{"kind": kind, "start_ns": now - 24 * HOUR, "end_ns": now + HOUR, **wanted})
    )


def price() -> prices.Price:
    tier = prices.Tier(0, 0.001, 0.01, 0.0, 0.0)
    return prices.Price("openai", "gpt-4o-mini-2024-07-18", (tier,), source="test")


def double_counted(store: Store) -> list[str]:
    """Three traces of session s1 in which calls are told of twice in every way that is known."""
    traces = [os.urandom(16) for _ in range(3)]
    wrapper, agent = (
        llm_span(traces[0]),
        span("agent", trace_id=traces[1], attributes={"session.id": "s1", "user.id": "u1"}),
    )
    same = [called(traces[1], agent.span_id, gen_ai__response__id="r1") for _ in range(2)]
    embedding = span("embed", trace_id=traces[2], attributes={
        "gen_ai.operation.name": "embeddings", "gen_ai.usage.input_tokens": 7, "session.id": "s1"})  # fmt: skip
    chain = span(
        "chain", trace_id=traces[2], attributes={"gen_ai.usage.input_tokens": 500, "gen_ai.usage.output_tokens": 1}
    )
    send(
        store, wrapper, called(traces[0], wrapper.span_id, session__id="s1", user__id="u2"), agent, *same,
        llm_span(traces[1], agent.span_id), embedding, chain, llm_span(traces[2], status=failed()),
    )  # fmt: skip
    prices.save(store, [price()])
    return [trace.hex() for trace in traces]


def test_a_session_sums_what_its_trace_pages_sum(store):
    pages = [services.get_trace(PROJECT, trace) for trace in double_counted(store)]
    (row,) = listed().results
    for name in ("input_tokens", "output_tokens", "total_tokens"):
        assert getattr(row.usage, name) == sum(getattr(page.usage, name) for page in pages), name
    assert row.cost.total == pytest.approx(sum(page.cost.total or 0 for page in pages))
    assert row.usage.input_tokens == 100 + 200 + 107
    assert (row.trace_count, row.failed_count, row.span_count, row.error_count) == (3, 1, 9, 1)
    assert (row.users, row.cost.source, row.input_preview) == (["u1", "u2"], "mixed", "What is the weather in Ulm?")
    assert groups.get_group(PROJECT, "session", "s1").usage == row.usage


def test_a_user_has_sessions(store):
    double_counted(store)
    rows = {row.id: row for row in listed("user").results}
    assert {name: (row.trace_count, row.session_count, row.usage.input_tokens) for name, row in rows.items()} == {
        "u1": (1, 1, 200),
        "u2": (1, 1, 100),
    }


def test_usage_that_was_not_given_is_not_zero(store):
    send(store, span(attributes={"session.id": "quiet"}))
    (row,) = listed().results
    assert (row.usage.input_tokens, row.usage.total_tokens, row.cost.total, row.cost.source) == (
        None,
        None,
        None,
        "unpriced",
    )


def test_pages_show_every_session_once_the_last_active_first(store):
    now = time.time_ns()
    for number in range(9):
        for earlier in (0, 3 * HOUR):
            start = now - number * number * 600 * SECOND - earlier
            send(
                store,
                span(start_time_unix_nano=start, end_time_unix_nano=start, attributes={"session.id": f"s{number}"}),
            )
    seen, cursor = [], None
    while True:
        page = listed(cursor=cursor, limit=2)
        seen += [row.id for row in page.results]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == [f"s{number}" for number in range(9)]
    assert page.results[-1].trace_count == 2


def test_a_filter_and_a_range_narrow_what_is_summed(store):
    now = time.time_ns()
    old = now - 30 * HOUR
    trace = os.urandom(16)
    send(store, span("a", attributes={"session.id": "s"}), span("b", trace_id=trace, attributes={"session.id": "s"}),
         span("deep", trace_id=trace), span("c", attributes={"session.id": "other"}),
         span("old", start_time_unix_nano=old, end_time_unix_nano=old, attributes={"session.id": "s"}))  # fmt: skip
    assert {row.id: row.trace_count for row in listed().results} == {"s": 2, "other": 1}
    assert [(row.id, row.trace_count) for row in listed(filter="name:deep").results] == [("s", 1)]
    assert groups.get_group(PROJECT, "session", "s").trace_count == 3
    assert groups.get_group(PROJECT, "session", "s", start_ns=now - HOUR, end_ns=now).trace_count == 2
    assert groups.get_group(PROJECT, "session", "s", start_ns=1, end_ns=2).trace_count == 0


def test_it_hides_other_projects(store):
    send(store, span(attributes={"session.id": "theirs"}), project=OTHER)
    assert listed().results == []
    with pytest.raises(NotFound):
        groups.get_group(PROJECT, "session", "theirs")


@pytest.mark.parametrize(
    ("wrong", "named"), [({"cursor": "?"}, "cursor"), ({"limit": 0}, "limit"),
     ({"filter": "x:1"}, "filter"), ({"end_ns": 1}, "from")]
)  # fmt: skip
def test_wrong_input_names_its_field(store, wrong, named):
    with pytest.raises(InvalidInput) as caught:
        listed(**wrong)
    assert caught.value.field == named


def test_no_list_reads_payload_columns(store, monkeypatch):
    asked: list[str] = []
    read = store.read
    monkeypatch.setattr(store, "read", lambda sql, *rest: asked.append(sql) or read(sql, *rest))
    double_counted(store)
    listed()
    sql = "\n".join(asked)
    assert "input_preview" in sql
    for column in (" input,", " output,", "attributes", "events"):
        assert column not in sql.replace("AS input,", "").replace("AS output,", ""), column
