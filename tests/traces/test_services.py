"""The list, one trace, one span: read back from the real engine."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from backend.core.errors import InvalidInput, NotFound
from backend.store import prices
from backend.store.otlp import INSERT_SETTINGS
from backend.traces import outlines, services
from backend.traces.listing import TraceQuery
from ingest.envelope import frame
from ingest.otlp import check_logs, check_traces
from tests.support.otlp import any_value, key_values, llm_span, request, span

pytestmark = pytest.mark.store
PROJECT, OTHER = UUID(int=1), UUID(int=2)
SECOND = 1_000_000_000
HOUR = 3_600 * SECOND


def send(store, *spans: Span, project: UUID = PROJECT, times: int = 1) -> None:
    body = check_traces(request(*spans).SerializeToString(), time.time_ns()).body
    for _ in range(times):
        store.insert_protobuf("otlp_traces", frame(body, project, time.time_ns()), INSERT_SETTINGS["otlp_traces"])


def at(start_ns: int, **fields) -> Span:
    return span(start_time_unix_nano=start_ns, end_time_unix_nano=start_ns + SECOND, **fields)


def listed(**wanted):
    now = time.time_ns()
    query = TraceQuery(**{"start_ns": now - 24 * HOUR, "end_ns": now + HOUR, **wanted})
    return services.list_traces(PROJECT, query)


def test_a_trace_is_one_row_named_by_its_root(store):
    trace, root = os.urandom(16), os.urandom(8)
    send(store, llm_span(trace, parent=root))
    send(
        store, span("agent run", trace_id=trace, span_id=root, attributes={"session.id": "s1", "tag.tags": ["b", "a"]})
    )
    (row,) = listed().results
    assert (row.name, row.span_count, row.root_span_id) == ("agent run", 2, root.hex())
    assert (row.session_id, row.tags, row.models) == ("s1", ["a", "b"], ["gpt-4o-mini-2024-07-18"])
    assert (row.usage.input_tokens, row.usage.output_tokens, row.usage.total_tokens) == (100, 20, 120)
    assert (row.input_preview, row.output_preview) == ("What is the weather in Ulm?", "Sunny.")


def test_filters_look_at_the_whole_trace_and_at_kin(store):
    trace, root = os.urandom(16), os.urandom(8)
    other = span("other", attributes={"user.id": "bob"})
    tool = span("look up", trace_id=trace, parent=root, attributes={"gen_ai.tool.name": "search"},
                status=Status(code=Status.STATUS_CODE_ERROR, message="Gateway Timeout"))  # fmt: skip
    call = llm_span(trace, parent=root)
    send(store, span("agent", trace_id=trace, span_id=root, attributes={"user.id": "alice"}), tool, call, other)
    yes = ["user:alice type:llm", "child(tool:search error)", "parent(user:alice) error", "timeout", "WEATHER user:a*"]
    assert [[row.name for row in listed(filter=text).results] for text in yes] == [["agent"]] * len(yes)
    no = ["user:bob type:llm", "child(tool:search) -root", "parent(tool:search)", "-user:*"]
    assert [listed(filter=text).results for text in no] == [[]] * len(no)
    assert [row.name for row in listed(filter="-user:alice").results] == ["other"]
    for order in ("newest", "oldest", "slowest"):
        assert [row.name for row in listed(filter="ULM", order=order).results] == ["agent"]


def test_the_cost_of_a_span_is_filtered_by_prices(store):
    prices.save(
        store, [prices.Price("openai", "gpt-4o-mini-2024-07-18", (prices.Tier(0, 1e-4, 1e-3, 0, 0),), source="t")]
    )
    send(store, llm_span(os.urandom(16)))  # 100 tokens in, 20 out
    found = {text: len(listed(filter=text).results) for text in ("cost>0.02", "cost>0.04", "has:cost cost<1")}
    assert found == {"cost>0.02": 1, "cost>0.04": 0, "has:cost cost<1": 1}


def test_a_span_sent_twice_is_one_span(store):
    send(store, llm_span(os.urandom(16)), times=3)
    (row,) = listed().results
    assert (row.span_count, row.usage.input_tokens) == (1, 100)


def send_logs(store, trace: bytes, span_id: bytes, *records: tuple[str, object, dict[str, object]]) -> None:
    """(event name, body, attributes) of GenAI events that arrive as logs of a span."""
    logs = [
        LogRecord(
            trace_id=trace,
            span_id=span_id,
            time_unix_nano=time.time_ns(),
            event_name=name,
            body=any_value(body),
            attributes=key_values(attributes),
        )
        for name, body, attributes in records
    ]
    sent = ExportLogsServiceRequest(resource_logs=[ResourceLogs(scope_logs=[ScopeLogs(log_records=logs)])])
    body = check_logs(sent.SerializeToString(), time.time_ns()).body
    store.insert_protobuf("otlp_logs", frame(body, PROJECT, time.time_ns()), INSERT_SETTINGS["otlp_logs"])


def test_words_that_came_in_log_events_are_found(store):
    trace, call, other = os.urandom(16), os.urandom(8), os.urandom(16)
    send(store, span("chat", trace_id=trace, span_id=call), span("chat", trace_id=other))
    asked = ("gen_ai.user.message", {"content": "Where grow Papayas?"}, {})
    answered = ("gen_ai.choice", {"index": 0, "message": {"content": "In the tropics"}}, {})
    told = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "Durian"}]}])
    details = ("gen_ai.client.inference.operation.details", None, {"gen_ai.output.messages": told})
    send_logs(store, trace, call, asked, answered, details)
    for text in ("papayas", "input:papayas", "output:TROPICS", "durian", '"grow papayas" name:chat'):
        assert [row.trace_id for row in listed(filter=text).results] == [trace.hex()], text
    assert listed(filter="output:papayas").results == []
    assert [row.trace_id for row in listed(filter="-papayas").results] == [other.hex()]


def test_who_it_was_for_is_read_from_log_events_too(store):
    trace, call = os.urandom(16), os.urandom(8)
    send(store, span("agent", trace_id=trace), llm_span(trace, span_id=call))
    send_logs(store, trace, call, ("gen_ai.client.inference.operation.details", None, {"user.id": "u7"}))
    view = services.get_trace(PROJECT, trace.hex())
    assert (view.user_id, services.get_span(PROJECT, trace.hex(), call.hex()).user_id) == ("u7", "u7")
    (user,) = [
        f for f in services.get_span_sources(PROJECT, trace.hex(), call.hex()).mapping.fields if f.name == "user_id"
    ]
    assert (user.source, user.key, user.stored) == ("event", "user.id", "u7")


@pytest.mark.parametrize(("first_token", "speed"), [({}, 10.0), ({"gen_ai.response.time_to_first_chunk": 1.5}, 40.0)])
def test_the_speed_of_an_answer_counts_from_its_first_token(store, first_token, speed):
    trace, call = os.urandom(16), os.urandom(8)
    given = {"gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 20, **first_token}
    now = time.time_ns()
    times = {"start_time_unix_nano": now - 2 * SECOND, "end_time_unix_nano": now}
    send(store, span("chat", trace_id=trace, span_id=call, attributes=given, **times))
    assert services.get_span(PROJECT, trace.hex(), call.hex()).tokens_per_second == speed


def test_it_hides_other_projects(store):
    trace = os.urandom(16)
    send(store, span(trace_id=trace), project=OTHER)
    assert listed().results == []
    with pytest.raises(NotFound):
        services.get_trace(PROJECT, trace.hex())


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_show_every_trace_once_in_order(store, order):
    now = time.time_ns()
    starts = [now - n * n * 90 * SECOND for n in range(1, 24)]
    send(store, *(at(start, name=str(start)) for start in starts))
    seen, cursor = [], None
    while True:
        page = listed(order=order, cursor=cursor, limit=5)
        seen += [int(row.name) for row in page.results]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == sorted(starts, reverse=order == "newest")


def test_traces_of_one_nanosecond_are_all_paged(store):
    start = time.time_ns() - HOUR
    send(store, *(at(start) for _ in range(7)))
    first = listed(limit=4)
    second = listed(limit=4, cursor=first.next_cursor)
    assert len({row.trace_id for row in first.results + second.results}) == 7


def test_a_trace_whose_root_never_came_is_listed(store):
    send(store, span("orphan", parent=os.urandom(8)))
    (row,) = listed().results
    assert (row.name, row.root_span_id) == ("orphan", "")


def test_a_filter_keeps_traces_with_a_matching_span(store):
    trace, root = os.urandom(16), os.urandom(8)
    send(store, span("root", trace_id=trace, span_id=root), llm_span(trace, parent=root), span("other"))
    assert [row.name for row in listed(filter="type:llm tokens>100").results] == ["root"]
    assert [row.name for row in listed(filter="weather").results] == ["root"]
    assert listed(filter="type:tool").results == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cursor": "?"}, "cursor"),
        ({"cursor": "WzFd"}, "cursor"),
        ({"limit": 0}, "limit"),
        ({"start_ns": time.time_ns() * 2}, "from"),
        ({"filter": "nonsense:1"}, "filter"),
    ],
)
def test_wrong_input_names_its_field(store, wrong, field):
    with pytest.raises(InvalidInput) as caught:
        listed(**wrong)
    assert caught.value.field == field


def test_a_trace_has_its_spans_in_order_with_messages(store):
    trace, root = os.urandom(16), os.urandom(8)
    now = time.time_ns()
    send(
        store,
        span("root", trace_id=trace, span_id=root, start_time_unix_nano=now - 3 * SECOND),
        llm_span(trace, parent=root),
    )
    view = services.get_trace(PROJECT, trace.hex())
    assert [s.name for s in view.spans] == ["root", "chat gpt-4o-mini"]
    call = view.spans[1]
    assert call.input_messages == [
        {"role": "user", "parts": [{"type": "text", "content": "What is the weather in Ulm?"}]}
    ]
    assert call.output_messages[0]["parts"][0]["content"] == "Sunny."
    assert "gen_ai.input.messages" in call.attributes
    assert (view.payloads, view.span_count, view.usage.total_tokens) == (True, 2, 120)


def test_a_parent_that_repeats_its_childs_usage_counts_once(store):
    trace, outer = os.urandom(16), os.urandom(8)
    send(store, llm_span(trace, span_id=outer), llm_span(trace, parent=outer))
    view = services.get_trace(PROJECT, trace.hex())
    assert view.usage.input_tokens == 100
    assert (len(view.counted), view.repeated) == (1, [outer.hex()])
    assert listed().results[0].usage.input_tokens == 100


def test_an_error_shows_its_type_message_and_stack(store):
    exception = {"exception.type": "ValueError", "exception.message": "no", "exception.stacktrace": "Traceback…"}
    event = Span.Event(name="exception", time_unix_nano=time.time_ns(), attributes=key_values(exception))
    sent = span("bad", status=Status(code=2, message="no"), events=[event])
    send(store, sent)
    shown = services.get_span(PROJECT, sent.trace_id.hex(), sent.span_id.hex())
    assert shown.error is not None
    assert (shown.error.type, shown.error.message, shown.error.stacktrace) == ("ValueError", "no", "Traceback…")
    assert listed().results[0].status == "error"


def test_events_links_and_resource_come_back(store):
    link = Span.Link(trace_id=b"\x01" * 16, span_id=b"\x02" * 8, attributes=key_values({"why": "retry"}))
    sent = span(
        events=[Span.Event(name="e", time_unix_nano=time.time_ns(), attributes=key_values({"k": 1}))], links=[link]
    )
    send(store, sent)
    shown = services.get_span(PROJECT, sent.trace_id.hex(), sent.span_id.hex())
    assert [(e.name, e.attributes) for e in shown.events] == [("e", {"k": "1"})]
    assert [(x.trace_id, x.span_id, x.attributes) for x in shown.links] == [("01" * 16, "02" * 8, {"why": "retry"})]
    assert shown.resource_attributes["service.name"] == "system-tests"


def test_a_large_trace_comes_without_payloads(store, monkeypatch):
    monkeypatch.setattr(services, "MAX_SPANS_WITH_PAYLOADS", 2)
    trace = os.urandom(16)
    send(store, *(llm_span(trace) for _ in range(3)))
    view = services.get_trace(PROJECT, trace.hex())
    assert not view.payloads
    assert view.spans[0].attributes == {}
    assert view.spans[0].input_preview == "What is the weather in Ulm?"


def test_wrong_ids_are_named(store):
    with pytest.raises(InvalidInput, match="32 hexadecimal digits"):
        services.get_trace(PROJECT, "xyz")
    with pytest.raises(NotFound, match="no span"):
        services.get_span(PROJECT, uuid4().hex, "0" * 16)


def test_a_price_set_later_prices_the_past(store):
    send(store, llm_span(os.urandom(16)))
    assert listed().results[0].cost.source == "unpriced"
    tier = prices.Tier(tier_from=0, input=0.01, output=0.1, cache_read=0.001, cache_write=0.02)
    prices.save(store, [prices.Price("openai", "gpt-4o-mini-2024-07-18", (tier,), source="test")])
    cost = listed().results[0].cost
    assert (cost.source, cost.total) == ("computed", pytest.approx(100 * 0.01 + 20 * 0.1))
    own = prices.Tier(tier_from=0, input=0.02, output=0.1, cache_read=0.001, cache_write=0.02)
    prices.save(store, [prices.Price("openai", "gpt-4o-mini-2024-07-18", (own,), source="test")], PROJECT)
    assert listed().results[0].cost.input == pytest.approx(2.0)


def test_cached_input_and_tiers_have_their_own_price(store):
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 1000,
        "gen_ai.usage.cache_read.input_tokens": 600,
        "gen_ai.usage.output_tokens": 1,
    }
    send(store, span(attributes=attributes))
    small = prices.Tier(tier_from=0, input=9.0, output=9.0, cache_read=9.0, cache_write=9.0)
    large = prices.Tier(tier_from=500, input=0.1, output=1.0, cache_read=0.01, cache_write=0.2)
    prices.save(store, [prices.Price("", "m", (small, large), source="test")])
    assert listed().results[0].cost.total == pytest.approx(400 * 0.1 + 600 * 0.01 + 1.0)


def test_audio_is_the_same_in_the_list_on_the_trace_and_in_its_outline(store):
    usage = {"input_tokens": 100, "output_tokens": 50, "audio.input_tokens": 60, "audio.output_tokens": 20}
    named = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}
    sent = span(attributes=named | {f"gen_ai.usage.{name}": number for name, number in usage.items()})
    send(store, sent)
    trace_id = sent.trace_id.hex()
    whole = services.get_trace(PROJECT, trace_id)
    assert (whole.usage.audio_input_tokens, whole.spans[0].usage.audio_output_tokens) == (60, 20)
    assert listed().results[0].usage == whole.usage == outlines.get_outline(PROJECT, trace_id).usage


def test_a_reported_cost_wins(store):
    send(
        store, span(attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.cost": 0.5})
    )
    cost = listed().results[0].cost
    assert (cost.total, cost.source) == (0.5, "reported")


def test_json_that_is_no_message_is_shown_raw(store):
    sent = span(attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": json.dumps({"odd": 1})})
    send(store, sent)
    assert json.loads(services.get_span(PROJECT, sent.trace_id.hex(), sent.span_id.hex()).input) == {"odd": 1}


def test_a_glance_is_at_the_root_with_content_else_at_a_call(store):
    trace, root = os.urandom(16), os.urandom(8)
    send(store, span("root", trace_id=trace, span_id=root), llm_span(trace, parent=root))
    assert (
        services.glance(PROJECT, trace.hex()).input_messages[0]["parts"][0]["content"] == "What is the weather in Ulm?"
    )
    told = key_values({"input.value": "asked", "output.value": "answered"})
    spoken = span("spoken root", attributes={})
    spoken.attributes.extend(told)
    send(store, spoken, llm_span(spoken.trace_id, parent=spoken.span_id))
    assert services.glance(PROJECT, spoken.trace_id.hex()).name == "spoken root"
    for project, trace_id in ((OTHER, trace.hex()), (PROJECT, "0" * 32)):
        with pytest.raises(NotFound):
            services.glance(project, trace_id)


def test_newer_traces_are_counted_up_to_a_limit(store):
    now = time.time_ns()
    send(store, *(at(now - n * SECOND, name="new") for n in range(2, 6)), at(now - HOUR, name="old"))
    since = TraceQuery(start_ns=now - 60 * SECOND, end_ns=now, filter="name:new,old")
    assert services.count_newer(PROJECT, since) == 4
    assert services.count_newer(PROJECT, replace(since, limit=3)) == 3
    assert services.count_newer(OTHER, since) == 0


def test_traces_are_read_by_id_in_the_order_asked_for(store):
    first, second, theirs = span("first"), at(time.time_ns() - 30 * HOUR, name="second"), span("theirs")
    send(store, first, second)
    send(store, theirs, project=OTHER)
    ids = [one.trace_id.hex() for one in (second, theirs, first)]
    assert [row.name for row in services.traces_by_id(PROJECT, ids)] == ["second", "first"]
    assert services.traces_by_id(OTHER, ids[:1]) == []
    with pytest.raises(InvalidInput):
        services.traces_by_id(PROJECT, ["not an id"])


def test_all_traces_come_in_pages(store, monkeypatch):
    monkeypatch.setattr(services, "MAX_PAGE_SIZE", 3)
    now = time.time_ns()
    send(store, *(at(now - n * SECOND, name=str(n)) for n in range(2, 10)))
    pages = list(services.all_traces(PROJECT, TraceQuery(start_ns=now - HOUR, end_ns=now, limit=1)))
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [row.name for page in pages for row in page] == [str(n) for n in range(2, 10)]
