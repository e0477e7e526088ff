"""What one call adds to the conversation of the call before it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.traces.conversation import compare, continues, fingerprint, text_of, word_diff

Message = dict


def said(role: str, *parts: object) -> Message:
    return {"role": role, "parts": [{"type": "text", "content": p} if isinstance(p, str) else p for p in parts]}


def wants(arguments: object, call_id: str = "1") -> dict:
    return {"type": "tool_call", "id": call_id, "name": "f", "arguments": arguments}


SYSTEM, ASKED, TOLD = said("system", "Be brief."), said("user", "Hi"), said("assistant", "Hello")


def test_a_call_that_goes_on_repeats_adds_and_answers() -> None:
    more = said("user", "And now?")
    found = compare([SYSTEM, ASKED], [TOLD], [SYSTEM, ASKED, TOLD, more])
    assert found.states == ["same", "same", "answer", "new"]
    assert (found.before, found.removed) == ({}, [])
    assert continues(found, [SYSTEM, ASKED, TOLD, more])


def test_a_changed_system_prompt_is_told_with_what_it_was() -> None:
    other = said("system", "Be verbose and polite.")
    found = compare([SYSTEM, ASKED], [TOLD], [other, ASKED, TOLD])
    assert found.states == ["changed", "same", "answer"]
    assert found.before == {0: SYSTEM}


def test_messages_that_were_cut_off_are_removed() -> None:
    old = [SYSTEM, *(said("user", f"question {n}") for n in range(6))]
    found = compare(old, [], [SYSTEM, *old[4:]])
    assert found.states == ["same"] * 4
    assert [text_of(one) for one in found.removed] == ["question 0", "question 1", "question 2"]


def test_only_the_same_system_prompt_is_no_conversation() -> None:
    now = [SYSTEM, said("user", "Something else entirely, of other words")]
    assert not continues(compare([SYSTEM, ASKED], [TOLD], now), now)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (said("assistant", wants({"a": 1, "b": 2})), said("assistant", wants('{"b": 2, "a": 1}', "other"))),
        (said("assistant", {"type": "reasoning", "content": "Hm"}, "Hi"), said("assistant", "Hi")),
        (said("user", "Hi  there\n"), said("user", "Hi there")),
        (said("user", {"type": "tool_call_response", "id": "1", "response": "4"}),
         said("tool", {"type": "tool_call_response", "id": "2", "response": "4"})),
        (said("system", "x"), said("developer", "x")),
        ({**TOLD, "finish_reason": "stop"}, TOLD),
    ],
)  # fmt: skip
def test_the_same_said_in_another_way_is_the_same(one: Message, other: Message) -> None:
    assert fingerprint(one) == fingerprint(other)


def test_other_arguments_are_another_call() -> None:
    assert fingerprint(said("assistant", wants({"a": 1}))) != fingerprint(said("assistant", wants({"a": 2})))


JSON = st.sampled_from([None, True, 7, "", "x", '{"a": 1}', {"a": 1}, [1, {"b": None}], "[", {}])
PART = st.builds(
    lambda kind, rest: {**rest, "type": kind},
    st.sampled_from(["text", "tool_call", "tool_call_response", "reasoning", "blob", "x"]),
    st.dictionaries(st.sampled_from(["content", "arguments", "response", "id", "name"]), JSON),
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant", "tool"]), "parts": st.lists(PART, max_size=2) | JSON}
)
MESSAGES = st.lists(MESSAGE, max_size=5)


@settings(deadline=None)
@given(MESSAGES, MESSAGES, MESSAGES)
def test_every_message_gets_a_state_and_nothing_raises(before: list, answer: list, now: list) -> None:
    found = compare(before, answer, now)
    assert len(found.states) == len(now)
    assert set(found.before) == {i for i, state in enumerate(found.states) if state == "changed"}
    assert len(found.removed) + found.count("same") <= len(before)


@settings(deadline=None)
@given(MESSAGES, MESSAGES, MESSAGES)
def test_what_is_appended_is_all_that_is_new(before: list, answer: list, more: list) -> None:
    found = compare(before, answer, [*before, *answer, *more])
    assert found.states[: len(before)] == ["same"] * len(before)
    assert found.states[len(before) : len(before) + len(answer)] == ["answer"] * len(answer)
    assert set(found.states[len(before) + len(answer) :]) <= {"new"}
    assert found.removed == []


def test_two_unlike_conversations_of_thousands_are_compared_soon() -> None:
    old = [said("user", str(n % 3)) for n in range(3000)]
    found = compare(old, [], [said("user", f"x{n % 3}") for n in range(3000)])
    assert found.count("new") == 3000


TEXT = st.text(alphabet="ab 漢字\n.é", max_size=60)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_a_word_diff_gives_both_texts_back(before: str, after: str) -> None:
    words = word_diff(before, after)
    assert "".join(text for kind, text in words if kind != "new") == before
    assert "".join(text for kind, text in words if kind != "gone") == after


def test_a_word_diff_marks_the_word() -> None:
    assert word_diff("Be very brief", "Be rather brief") == [
        ("same", "Be "), ("gone", "very "), ("new", "rather "), ("same", "brief"),
    ]  # fmt: skip


def test_long_texts_are_compared_by_lines() -> None:
    before = "one two three\n" * 2000
    words = word_diff(before, before + "more\n")
    assert words[-1] == ("new", "more\n")
