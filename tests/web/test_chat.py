"""A conversation: calls beside their results, what is new, what is folded."""

from __future__ import annotations

from backend.core import limits
from backend.traces.conversation import Difference, compare
from web import chat
from web.chat import Group
from web.shown import Reader


def said(role: str, *parts: object) -> dict:
    return {"role": role, "parts": [{"type": "text", "content": p} if isinstance(p, str) else p for p in parts]}


def wants(call_id: str) -> dict:
    return {"type": "tool_call", "id": call_id, "name": "f", "arguments": {"n": 1}}


def gave(call_id: str, answer: str = "four") -> dict:
    return {"type": "tool_call_response", "id": call_id, "response": answer}


def shown(messages: list, difference: Difference | None = None, base: str = "/s/") -> list[Group]:
    return chat.groups(messages, "in", Reader(base=base), difference)


def test_a_result_stands_beside_its_call() -> None:
    (group,) = shown(
        [said("user", "x"), said("assistant", wants("a"), wants("b")), said("tool", gave("b")), said("tool", gave("a"))]
    )
    call_a, call_b = group.messages[1].parts
    assert call_a.result is not None
    assert call_b.result is not None
    assert (call_a.result.address, call_b.result.address) == ("in.3.0", "in.2.0")
    assert [one.taken for one in group.messages] == [False, False, True, True]


def test_a_result_without_its_call_stands_alone() -> None:
    (group,) = shown([said("tool", gave("lost")), said("assistant", wants("unanswered"))])
    assert group.messages[0].parts[0].kind == "tool_call_response"
    assert group.messages[1].parts[0].result is None


def test_the_repeated_history_is_folded_and_the_new_stays_open() -> None:
    before, answer = (
        [said("system", "s"), said("user", "q1"), said("assistant", "a1"), said("user", "q2")],
        [said("assistant", wants("c"))],
    )
    now = [*before, *answer, said("tool", gave("c"))]
    groups = shown(now, compare(before, answer, now))
    assert [(group.kind, group.count) for group in groups] == [("open", 1), ("same", 3), ("open", 2)]
    assert groups[1].roles == "2 user, 1 assistant"
    call = groups[2].messages[0]
    assert (call.state, call.open, call.parts[0].result_new) == ("answer", True, True)


def test_a_call_that_repeats_everything_still_shows_its_last_message() -> None:
    now = [said("user", "q1"), said("assistant", "a1"), said("user", "q2")]
    groups = shown(now, compare(now, [], now))
    assert [(group.kind, group.count) for group in groups] == [("same", 2), ("open", 1)]


def test_a_changed_prompt_opens_with_its_words() -> None:
    before, now = [said("system", "Be brief."), said("user", "q")], [said("system", "Be kind."), said("user", "q")]
    system = shown(now, compare(before, [], now))[0].messages[0]
    assert (system.state, system.open) == ("changed", True)
    assert ("gone", "brief") in system.words
    assert ("new", "kind") in system.words


def test_removed_messages_are_told_at_the_end() -> None:
    before, now = [said("user", "old"), said("user", "kept")], [said("user", "kept")]
    gone = shown(now, compare(before, [], now))[-1]
    assert (gone.kind, gone.count, gone.messages[0].parts[0].value.text) == ("removed", 1, "old")
    assert gone.messages[0].parts[0].value.address == ""


def test_a_long_conversation_is_folded_in_the_middle_and_loaded_later() -> None:
    count = limits.OPEN_CONVERSATION + 200
    head, middle, tail = shown([said("user", f"message {n}") for n in range(count)])
    assert (head.count, tail.count, middle.kind) == (limits.FOLDED_HEAD, limits.FOLDED_TAIL, "middle")
    assert middle.messages == []
    assert middle.url == f"/s/messages/?side=in&start={limits.FOLDED_HEAD}&end={count - limits.FOLDED_TAIL}"


def test_a_long_fold_is_loaded_later_and_a_short_one_is_there() -> None:
    short, long = [said("user", "q")], [said("user", "q" * limits.FOLDED_INLINE_CHARS + "!")]
    for before, inline in ((short, True), (long, False)):
        now = [*before, said("user", "more")]
        fold = shown(now, compare(before, [], now))[0]
        assert bool(fold.messages) == inline
        assert bool(fold.url) != inline


def test_an_unfolded_part_keeps_its_addresses() -> None:
    messages = [said("user", str(n)) for n in range(10)]
    some = chat.some(messages, "in", Reader(base="/s/"), 4, 6)
    assert [one.parts[0].value.address for one in some] == ["in.4.0", "in.5.0"]
    assert chat.some(messages, "in", Reader(base="/s/"), 8, 10**8)[-1].address == "in.9"


def test_what_all_values_show_together_is_bounded() -> None:
    messages = [said("user", "x" * 30_000) for _ in range(48)]
    (group,) = shown(messages)
    total = sum(len(part.value.text) for message in group.messages for part in message.parts)
    assert total < limits.PANEL_CHARS * 1.2
    assert group.messages[-1].parts[0].value.cut > 0
