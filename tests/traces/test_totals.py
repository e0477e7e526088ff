"""No call is counted twice; what nobody said is None."""

from __future__ import annotations

from dataclasses import replace

from backend.traces.totals import Call, counted, total_cost, total_usage
from backend.traces.view import Cost, Usage

CALL = Call("a", "", "llm", 10, 5, -1, -1, -1, -1, -1.0, -1.0, -1.0, reported=False)


def test_the_deepest_call_counts():
    wrapper, call = CALL, replace(CALL, span_id="b", parent_span_id="a")
    assert counted([wrapper, call]) == [call]


def test_an_agent_that_repeats_its_calls_does_not_count():
    agent = replace(CALL, type="agent", input_tokens=20)
    calls = [replace(CALL, span_id=i, parent_span_id="tool") for i in "bc"]
    assert total_usage(counted([agent, *calls])).input_tokens == 20


def test_an_agent_without_calls_counts():
    assert counted([replace(CALL, type="agent")]) == [replace(CALL, type="agent")]


def test_missing_is_none_and_zero_is_zero():
    usage = total_usage([replace(CALL, output_tokens=0, input_tokens=-1)])
    assert usage == Usage(output_tokens=0)


def test_audio_adds_up_where_it_was_said():
    usage = total_usage([replace(CALL, audio_input_tokens=3), replace(CALL, audio_input_tokens=4), CALL])
    assert (usage.audio_input_tokens, usage.audio_output_tokens) == (7, None)


def test_a_total_is_made_of_its_parts():
    assert total_usage([CALL]).total_tokens == 15
    assert total_usage([replace(CALL, total_tokens=99)]).total_tokens == 99
    assert total_usage([replace(CALL, output_tokens=-1)]).total_tokens is None
    assert total_usage([replace(CALL, output_tokens=-1, type="embedding")]).total_tokens == 10


def test_cost_says_where_it_came_from():
    priced = replace(CALL, cost_total=3.0, cost_input=1.0, cost_output=2.0)
    reported = replace(CALL, cost_total=4.0, reported=True)
    assert total_cost([CALL]) == Cost()
    assert total_cost([priced]) == Cost(total=3.0, input=1.0, output=2.0, source="computed")
    assert total_cost([priced, reported]) == Cost(total=7.0, source="mixed")
    assert total_cost([priced, CALL]).source == "mixed"


def test_two_spans_with_one_response_id_are_one_call():
    twice = [replace(CALL, span_id="x", response_id="msg_1"), replace(CALL, span_id="y", response_id="msg_1")]
    assert counted(twice) == twice[:1]


def test_calls_without_a_response_id_all_count():
    calls = [replace(CALL, span_id="x"), replace(CALL, span_id="y")]
    assert counted(calls) == calls
