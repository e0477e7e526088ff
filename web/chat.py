"""A conversation made ready for the template: calls with their results, what is new, and what may be folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from backend.core import limits
from backend.traces import conversation
from backend.traces.conversation import SYSTEM, Difference, Word
from backend.traces.view import Message
from web.parts import ShownPart, read_part
from web.shown import Reader, link
from web.values import parts_of

ROLE_ICONS = {"system": "settings", "developer": "settings", "user": "user", "assistant": "sparkles", "tool": "wrench"}
# Of a long conversation the first messages are closed: what matters is at its end.
OPEN_MESSAGES = 6
# A longer system prompt is closed: it is the same in every call.
OPEN_SYSTEM_CHARS = 400
Side = Literal["in", "out"]


@dataclass(frozen=True)
class ShownMessage:
    """`state`: what it is to the call before ("": there is none). `taken`: all of it stands beside its tool calls."""

    role: str
    icon: str
    parts: list[ShownPart]
    open: bool
    preview: str
    finish_reason: str = ""
    name: str = ""
    state: str = ""
    words: list[Word] = field(default_factory=list[Word])
    address: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Group:
    """Messages that stand together. `kind`: open, same (folded: was in the call before), middle (folded: too many),
    removed (folded: only in the call before). `url`: where folded messages are loaded that were not sent along."""

    kind: Literal["open", "same", "middle", "removed"]
    count: int
    messages: list[ShownMessage] = field(default_factory=list[ShownMessage])
    url: str = ""
    roles: str = ""


def groups(
    messages: Sequence[Message], side: Side, reader: Reader, difference: Difference | None = None
) -> list[Group]:
    """The conversation in the order it was held; removed messages of the call before come last."""
    folds = _folds(messages, difference)
    results = _results(messages, folds)
    shown: list[Group] = []
    for kind, run in groupby(range(len(messages)), key=lambda i: folds[i]):
        indexes = list(run)
        if kind != "open" and reader.base and not _is_short([messages[i] for i in indexes]):
            url = link(reader.base, "messages", side=side, start=indexes[0], end=indexes[-1] + 1)
            shown.append(Group(kind, len(indexes), url=url, roles=_roles(messages, indexes)))
            continue
        ready = [_message(messages, i, side, reader, difference, results) for i in indexes]
        if kind == "same" and len(ready) <= OPEN_MESSAGES:  # who unfolds a few wants to read them
            ready = [replace(one, open=True) for one in ready]
        shown.append(Group(kind, len(indexes), ready, roles=_roles(messages, indexes) if kind != "open" else ""))
    if difference and difference.removed:
        gone = [_removed(one, reader) for one in difference.removed[: limits.FOLDED_INLINE_MESSAGES]]
        shown.append(Group("removed", len(difference.removed), gone))
    return shown


def some(messages: Sequence[Message], side: Side, reader: Reader, start: int, end: int) -> list[ShownMessage]:
    """The messages of a fold that is being unfolded."""
    folds = ["open" if start <= i < end else "middle" for i in range(len(messages))]
    results = _results(messages, folds)
    return [_message(messages, i, side, reader, None, results) for i in range(start, min(end, len(messages)))]


def _folds(messages: Sequence[Message], difference: Difference | None) -> list[Any]:
    """For each message whether it is open, or why it is folded."""
    folds = ["open"] * len(messages)
    if difference:
        for i, (state, message) in enumerate(zip(difference.states, messages, strict=True)):
            if state == "same" and message.get("role") not in SYSTEM:
                folds[i] = "same"
        if difference.count("new", "changed", "answer") == 0 and messages:
            folds[-1] = "open"
    left = [i for i, fold in enumerate(folds) if fold == "open"]
    if len(left) > limits.OPEN_CONVERSATION:
        for i in left[limits.FOLDED_HEAD : -limits.FOLDED_TAIL]:
            folds[i] = "middle"
    return folds


def _results(messages: Sequence[Message], folds: Sequence[str]) -> dict[tuple[int, int], tuple[int, int]]:
    """Tool call → its result, each (message, part); a result pairs once, and never with a call that is folded away."""
    waiting: dict[str, tuple[int, int]] = {}
    pairs: dict[tuple[int, int], tuple[int, int]] = {}
    for i, message in enumerate(messages):
        for p, part in enumerate(parts_of(message)):
            call_id = part.get("id")
            if not isinstance(call_id, str) or not call_id:
                continue
            if part.get("type") == "tool_call":
                waiting[call_id] = (i, p)
            elif part.get("type") == "tool_call_response" and call_id in waiting:
                call = waiting.pop(call_id)
                if folds[call[0]] == folds[i]:
                    pairs[call] = (i, p)
    return pairs


def _is_short(messages: Sequence[Message]) -> bool:
    if len(messages) > limits.FOLDED_INLINE_MESSAGES:
        return False
    return sum(len(conversation.text_of(one)) for one in messages) <= limits.FOLDED_INLINE_CHARS


def _roles(messages: Sequence[Message], indexes: Sequence[int]) -> str:
    """6 user, 5 assistant, 2 tool"""
    counts: dict[str, int] = {}
    for i in indexes:
        role = str(messages[i].get("role") or "unknown")
        counts[role] = counts.get(role, 0) + 1
    return ", ".join(f"{count} {role}" for role, count in counts.items())


def _message(
    messages: Sequence[Message],
    index: int,
    side: Side,
    reader: Reader,
    difference: Difference | None,
    results: Mapping[tuple[int, int], tuple[int, int]],
) -> ShownMessage:
    message = messages[index]
    taken = {place[1] for place in results.values() if place[0] == index}
    given = parts_of(message)
    parts: list[ShownPart] = []
    for p, part in enumerate(given):
        if p in taken:
            continue
        at = results.get((index, p))
        result = (parts_of(messages[at[0]])[at[1]], f"{side}.{at[0]}.{at[1]}") if at else None
        made = read_part(part, f"{side}.{index}.{p}", reader, result)
        fresh = bool(at and difference and difference.states[at[0]] == "new")
        parts.append(replace(made, result_new=True) if fresh else made)
    state = difference.states[index] if difference else ""
    role = str(message.get("role") or "unknown")
    late = len(messages) - index <= OPEN_MESSAGES or state in ("new", "answer", "changed") or side == "out"
    if role in SYSTEM:
        late = state == "changed" or sum(part.value.size for part in parts) <= OPEN_SYSTEM_CHARS
    before = difference.before.get(index) if difference else None
    words = conversation.word_diff(*(conversation.text_of(one) for one in (before, message))) if before else []
    return ShownMessage(
        role=role,
        icon=ROLE_ICONS.get(role, "message-square"),
        parts=parts,
        open=late,
        preview=_preview(parts),
        finish_reason=str(message.get("finish_reason") or ""),
        name=str(message.get("name") or ""),
        state=state,
        words=words if sum(len(text) for _, text in words) <= limits.RENDERED_CHARS else [],
        address=f"{side}.{index}",
        taken=bool(taken) and not parts,
    )


def _removed(message: Message, reader: Reader) -> ShownMessage:
    """Its values belong to the other span: what is left out of them is not loaded from this one."""
    role = str(message.get("role") or "unknown")
    said = reader.value(conversation.text_of(message), "", text=True, limit=limits.SHOWN_ATTRIBUTE_CHARS)
    part = ShownPart("text", said)
    return ShownMessage(role, ROLE_ICONS.get(role, "message-square"), [part], False, _preview([part]), state="removed")


def _preview(parts: Sequence[ShownPart]) -> str:
    said = next((part.value.text for part in parts if part.kind == "text"), None)
    said = said if said is not None else ", ".join(part.name or part.kind for part in parts)
    return " ".join(said[:400].split())[:160]
