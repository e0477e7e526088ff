"""What one call to a model adds to the conversation of the call before it. Pure: messages in, a difference out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Literal, cast

from backend.core import limits
from backend.traces.view import Message

# same: was in the call before. answer: was what the call before answered. changed: stands where a similar one stood.
State = Literal["same", "answer", "new", "changed"]
Word = tuple[Literal["same", "gone", "new"], str]
SYSTEM = ("system", "developer")
# A word takes the white space behind it along: white space of its own would match everywhere and slow the search.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]\s*|[^\W\u3040-\u30ff\u3400-\u9fff]+\s*|[^\w\s]\s*|\s+")
# Two messages that share less than this are two messages, not one that was changed.
SIMILAR = 0.5


@dataclass(frozen=True)
class Difference:
    """`states`: one per message of the present call. `before`: by its index, what a changed message was."""

    states: list[State]
    before: dict[int, Message] = field(default_factory=dict[int, Message])
    removed: list[Message] = field(default_factory=list[Message])

    def count(self, *states: State) -> int:
        return sum(state in states for state in self.states)

    @property
    def new_count(self) -> int:
        return self.count("new")

    @property
    def changed_count(self) -> int:
        return self.count("changed")


def fingerprint(message: Message) -> bytes:
    """Equal for messages that say the same, however the two calls wrote them: ids, reasoning and white space aside."""
    parts = [part for part in _parts(message) if part.get("type") != "reasoning"] or _parts(message)
    said = [_said(part) for part in parts]
    role = str(message.get("role") or "")
    if said and all(one[0] == "result" for one in said):
        role = "tool"  # Anthropic's and Bedrock's results are said by the user
    elif role == "developer":
        role = "system"
    return hashlib.blake2b(_canonical([role, *said]).encode("utf-8", "replace"), digest_size=16).digest()


def _parts(message: Message) -> list[Mapping[str, Any]]:
    given = message.get("parts")
    items = cast("list[object]", given) if isinstance(given, list) else [given] if given else []
    return [
        cast("Mapping[str, Any]", one) if isinstance(one, dict) else {"type": "text", "content": one} for one in items
    ]


def _said(part: Mapping[str, Any]) -> list[object]:
    match part.get("type"):
        case "text" | "reasoning":
            return ["text", " ".join(str(part.get("content") or "").split())]
        case "tool_call":
            return ["call", part.get("name") or "", _opened(part.get("arguments"))]
        case "tool_call_response":
            return ["result", _opened(part.get("response", part.get("result")))]
        case _:
            return [dict(part)]


def _opened(value: object) -> object:
    """JSON in text opened, so that arguments sent as text equal the same sent as an object."""
    if value is None or value == "":
        return {}
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _canonical(value: object) -> str:
    try:
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        return repr(type(value))


def compare(before: Sequence[Message], answer: Sequence[Message], now: Sequence[Message]) -> Difference:
    """`before` and `answer`: the input and output of the call before; `now`: the input of this one."""
    old = [fingerprint(one) for one in (*before, *answer)]
    new = [fingerprint(one) for one in now]
    messages = (*before, *answer)
    states: list[State] = ["new"] * len(now)
    changed: dict[int, Message] = {}
    removed: list[Message] = []
    for a1, a2, b1, b2, equal in _aligned(old, new):
        if equal:
            for a, b in zip(range(a1, a2), range(b1, b2), strict=True):
                states[b] = "same" if a < len(before) else "answer"
            continue
        for a in range(a1, a2):
            b = b1 + a - a1
            if b < b2 and _is_edit(messages[a], now[b]):
                states[b], changed[b] = "changed", messages[a]
            elif a < len(before):  # an answer that was not sent on was not removed from anything
                removed.append(messages[a])
    return Difference(states, changed, removed)


def _aligned(old: Sequence[bytes], new: Sequence[bytes]) -> Iterator[tuple[int, int, int, int, bool]]:
    """Ranges of both that correspond. Longer ones than people have are compared at their beginning only."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    if head:
        yield 0, head, 0, head, True
    rest_old, rest_new = old[head:], new[head:]
    if len(rest_old) * len(rest_new) > limits.COMPARED_MESSAGES**2:
        yield head, len(old), head, len(new), False
        return
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, rest_old, rest_new, autojunk=False).get_opcodes():
        yield head + a1, head + a2, head + b1, head + b2, tag == "equal"


def _is_edit(old: Message, new: Message) -> bool:
    if old.get("role") != new.get("role"):
        return False
    if old.get("role") in SYSTEM:
        return True
    one, other = (text_of(message)[: limits.COMPARED_MESSAGE_CHARS] for message in (old, new))
    return bool(one and other) and SequenceMatcher(None, WORD.findall(one), WORD.findall(other)).ratio() >= SIMILAR


def continues(difference: Difference, now: Sequence[Message]) -> bool:
    """Whether the two calls belong to one conversation: more than the system prompt is common to them."""
    return any(
        state in ("same", "answer") and message.get("role") not in SYSTEM
        for state, message in zip(difference.states, now, strict=True)
    )


def text_of(message: Message) -> str:
    """What a message says in words; tool calls and results as JSON."""
    said: list[str] = []
    for part in _parts(message):
        kind, *rest = _said(part)
        if part.get("type") in ("text", "reasoning"):
            said.append(str(part.get("content") or ""))
        elif kind in ("call", "result"):
            said.append(" ".join(one if isinstance(one, str) else _canonical(one) for one in rest))
        else:
            said.append(_canonical(kind))
    return "\n\n".join(said)


def word_diff(before: str, after: str) -> list[Word]:
    """The two texts as one: `same` and `gone` joined give `before`, `same` and `new` joined give `after`."""
    one, other = WORD.findall(before), WORD.findall(after)
    if max(len(one), len(other)) > limits.COMPARED_WORDS:
        one, other = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if max(len(one), len(other)) > limits.COMPARED_WORDS:
        one, other = [before], [after]
    words: list[Word] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, one, other).get_opcodes():
        if tag == "equal":
            words.append(("same", "".join(one[a1:a2])))
            continue
        if a2 > a1:
            words.append(("gone", "".join(one[a1:a2])))
        if b2 > b1:
            words.append(("new", "".join(other[b1:b2])))
    return words
