"""The example's traces before they are stored: the same every time, whole, and full of sense."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from backend.core.limits import DAY_NS
from backend.demo.calendar import Calendar
from backend.demo.plan import steps
from backend.demo.steps import Made
from backend.demo.texts import FOLDER, data
from backend.demo.tracing import DraftSpan
from ingest.otlp import check_traces
from tests.demo.conftest import ANCHOR_NS, SCALE


def spans(made: list[Made]) -> list[DraftSpan]:
    return [span for one in made for span in one.trace.spans]


def test_the_same_hour_gives_the_same_bytes(made: list[Made]) -> None:
    again = [one.trace.request() for step in steps(Calendar(ANCHOR_NS), SCALE) for one in step.make()]
    assert again == [one.trace.request() for one in made]


def test_another_hour_gives_other_ids(made: list[Made]) -> None:
    later = steps(Calendar(ANCHOR_NS + 3_600_000_000_000), SCALE)
    ids = {one.trace.hex_id for step in later[:20] for one in step.make()}
    assert ids.isdisjoint(one.trace.hex_id for one in made)


def test_the_receivers_would_take_all_of_it_as_it_is(made: list[Made]) -> None:
    for one in made:
        body = one.trace.request()
        checked = check_traces(body, ANCHOR_NS)
        assert (checked.kept, checked.rejected.total(), checked.body) == (len(one.trace.spans), 0, body)


def test_children_lie_inside_the_two_weeks_and_after_their_parents(made: list[Made], calendar: Calendar) -> None:
    for one in made:
        starts = {span.span_id: span.start_ns for span in one.trace.spans}
        assert len(starts) == len(one.trace.spans)
        assert calendar.start_ns - DAY_NS < min(starts.values())
        assert one.trace.end_ns <= calendar.anchor_ns
        assert all(starts[span.parent_id] < span.start_ns for span in one.trace.spans if span.parent_id)


@pytest.mark.parametrize("day", range(7))
def test_the_last_day_is_full_on_every_weekday(day: int) -> None:
    calendar = Calendar(ANCHOR_NS + day * DAY_NS)
    recent = [step for step in steps(calendar) if step.start_ns > calendar.anchor_ns - DAY_NS]
    assert len(recent) > 200


def test_it_has_all_kinds_of_spans_and_models(made: list[Made]) -> None:
    seen = {str(span.attributes.get("gen_ai.request.model")) for span in spans(made)}
    assert {"claude-sonnet-4-5", "claude-opus-4-5", "gpt-5-mini", "gpt-4o-mini", "gemini-flash-latest"} <= seen
    assert {"mistral-medium-latest", "acme-chat-7b-v3"} <= seen
    names = {span.name.split()[0] for span in spans(made)}
    assert {
        "chat",
        "invoke_agent",
        "execute_tool",
        "embeddings",
        "retrieval",
        "rerank",
        "guardrail",
        "evaluate",
    } <= names


def test_the_coding_agent_takes_300_steps_and_loops(made: list[Made]) -> None:
    largest = max((one.trace for one in made if one.trace.service.name == "devbot"), key=lambda trace: len(trace.spans))
    assert 250 < len(largest.spans) < 350
    arguments = Counter(
        span.attributes.get("gen_ai.tool.call.arguments") for span in largest.spans if "run_tests" in span.name
    )
    assert arguments.most_common(1)[0][1] == 12


def test_usage_adds_up(made: list[Made]) -> None:
    for span in spans(made):
        found = {key.removeprefix("gen_ai.usage."): value for key, value in span.attributes.items() if "usage" in key}
        cached = sum(int(str(value)) for key, value in found.items() if key.startswith("cache"))  # type: ignore[arg-type]
        assert cached <= int(str(found.get("input_tokens", 0)))
        assert int(str(found.get("reasoning.output_tokens", 0))) <= int(str(found.get("output_tokens", 0)))


def test_no_slot_is_left_open(made: list[Made]) -> None:
    slots = "order item carrier tracking hub card total amount invoice ordered shipped scan_day eta deadline address"
    left = re.compile(r"\{(" + slots.replace(" ", "|") + r"|case|stock|module|Model|why|title|count)\}")
    for span in spans(made):
        if span.name.endswith(("edit_file", "read_file")) or "coding" in str(span.attributes.get("gen_ai.prompt.name")):
            continue  # f-strings of the code that is edited
        texts = " ".join(value for value in span.attributes.values() if isinstance(value, str))
        assert not left.search(texts), (span.name, left.search(texts))


def test_messages_are_json_and_tools_answer_their_calls(made: list[Made]) -> None:
    for one in made:
        for span in one.trace.spans:
            said = json.loads(str(span.attributes.get("gen_ai.input.messages", "[]")))
            parts = [part for message in said for part in message["parts"]]
            calls = {part["id"] for part in parts if part["type"] == "tool_call"}
            assert {part["id"] for part in parts if part["type"] == "tool_call_response"} == calls


def test_every_text_file_is_read() -> None:
    assert all(data(path.stem) for path in FOLDER.glob("*.toml"))


def test_scores_are_about_spans_that_exist(made: list[Made]) -> None:
    names = Counter(score.name for one in made for score in one.scores)
    assert {"thumbs_up", "faithfulness", "helpfulness", "correct"} <= set(names)
    for one in made:
        ids = {span.hex_id for span in one.trace.spans}
        assert all(not score.span_id or score.span_id in ids for score in one.scores)
