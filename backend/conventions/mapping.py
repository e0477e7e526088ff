"""Why a span looks as it does: which attribute filled each field, which lost, what made the messages, what is left.

The database picked the values when the span arrived; this tells which attribute each came from, by the same table: the
first candidate whose value the column holds. So it is true of spans that an older table read, too.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, cast

from backend.conventions.columns import FIELDS, RESOURCE_KEYS
from backend.conventions.field import Field
from backend.conventions.fields.audio import named_inside
from backend.conventions.fields.content import REPLIES
from backend.conventions.fields.usage import USAGE_OBJECTS
from backend.conventions.messages import RENDERERS, LogEvent, RawSpan, Rendered
from backend.conventions.messages.errors import read_error
from backend.conventions.sql import FEEDERS
from backend.conventions.words import TYPE_WORDS

# attribute, resource, event: the column holds what was said there. derived: it was worked out from `key`, such as input
# tokens to which cached ones were added. inferred: from the rest of the span. none: the column is empty.
Source = Literal["attribute", "resource", "event", "derived", "inferred", "none"]

# Columns that are made of several fields, and the fields they ask in order.
JOINED: Mapping[str, tuple[str, ...]] = {
    "type": ("type_word", "operation"),
    "error_type": ("error_attribute", "http_status"),
    "time_to_first_token_ns": ("ttft_seconds", "ttft_milliseconds"),
}
NANOSECONDS = {"seconds": 1e9, "milliseconds": 1e6}
TYPE_OF = {word: kind for kind, words in TYPE_WORDS.items() for word in words}
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
MAX_DEPTH = 8
# Fields that a span which does not say them gets from its log events, when it is read: Google ADK tells the user there.
SAID_IN_LOGS = ("session_id", "user_id")
# What a provider's whole reply says beside its usage.
REPLY_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "response_model": ("model", "model_name", "model_version", "modelVersion"),
    "response_id": ("id", "response_id", "responseId"),
    "finish_reasons": ("finish_reason", "stop_reason", "finishReason", "done_reason"),
}
# Members of one name that are looked at in one text.
MAX_MEMBERS = 50


@dataclass(frozen=True)
class Candidate:
    """What may fill a field: an attribute or one member of the JSON object in it. `value` is its text."""

    source: Source
    key: str
    value: str
    member: str = ""
    kind: str = "text"


@dataclass(frozen=True)
class FieldMapping:
    """One column of a span: what filled it, and the candidates that did not. `value` is the text that was sent."""

    name: str
    source: Source
    key: str = ""
    member: str = ""
    value: str = ""
    stored: str = ""
    lost: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class SpanMapping:
    """`conventions`: the message renderers that had something to say, in order; `read`: the attributes they read."""

    fields: tuple[FieldMapping, ...]
    convention: str = ""
    conventions: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    unused_resource: tuple[str, ...] = ()


def explain(span: RawSpan, resource: Mapping[str, str], stored: Mapping[str, object]) -> SpanMapping:
    """`span` has all its attributes, those that became input and output put back; `stored` has its columns by name."""
    fields = tuple(_explain(name, span, resource, stored[name]) for name in column_names() if name in stored)
    named = {key for one in FIELDS for key in one.keys} | set(USAGE_OBJECTS)
    filling = {one.key for one in fields}
    convention, conventions, read = _messages(span)
    from_resource = {key for keys in RESOURCE_KEYS.values() for key in keys}
    return SpanMapping(
        fields=fields,
        convention=convention,
        conventions=conventions,
        read=tuple(sorted(read)),
        unused=tuple(sorted(key for key in span.attributes if key not in named | filling | read)),
        unused_resource=tuple(sorted(key for key in resource if key not in from_resource)),
    )


# -- fields ------------------------------------------------------------------------------------------------------------
def column_names() -> list[str]:
    """The columns that the table fills, by the order of the table."""
    plain = [f.name for f in FIELDS if f.name not in FEEDERS]
    return [*JOINED, *(name for name in RESOURCE_KEYS if name not in BY_NAME), *plain]


def _explain(name: str, span: RawSpan, resource: Mapping[str, str], stored: object) -> FieldMapping:
    parts = [part for part in JOINED.get(name, (name,)) if part in BY_NAME]
    found = [one for part in parts for one in _candidates(BY_NAME[part], span)]
    if name == "error_type":
        found += _exception(span)
    if name in SAID_IN_LOGS and not stored:
        found += _said_in_logs(BY_NAME[name], span)
        stored = said_in_logs(name, span.log_events)
    found += [Candidate("resource", key, resource[key]) for key in RESOURCE_KEYS.get(name, ()) if resource.get(key)]
    if stored in ("", -1, []):
        return FieldMapping(name, "none", lost=tuple(found))
    shown = stored if isinstance(stored, str) else json.dumps(stored, ensure_ascii=False)
    won = next((one for one in found if _fills(name, one, stored)), None)
    if won is None and name in BY_NAME:
        won = next((one for one in _written_inside(BY_NAME[name], span) if _fills(name, one, stored)), None)
    if won is None and name != "type" and found:
        return FieldMapping(name, "derived", found[0].key, found[0].member, found[0].value, shown, tuple(found[1:]))
    if won is None:
        return FieldMapping(name, "inferred", stored=shown, lost=tuple(found))
    lost = tuple(one for one in found if one is not won)
    return FieldMapping(name, won.source, won.key, won.member, won.value, shown, lost)


def _fills(name: str, one: Candidate, stored: object) -> bool:
    """Whether the column holds what this candidate says."""
    text = one.value.strip('"') if one.value[:1] == '"' else one.value
    if name == "type":
        return TYPE_OF.get(text.lower(), text.lower()) == stored
    if isinstance(stored, str):
        return stored in (one.value, text, one.value.lower(), text.lower())
    if isinstance(stored, list):
        return [str(item) for item in cast("list[object]", stored)] == _listed(one.value)
    if not isinstance(stored, int | float):
        return False
    if one.kind == "flag":
        return bool(stored) == (text.lower() in ("true", "1"))
    try:
        return math.isclose(float(text) * NANOSECONDS.get(one.kind, 1), stored, rel_tol=1e-6)
    except ValueError:
        return False


def _listed(text: str) -> list[str]:
    opened = _opened(text) if text.startswith("[") else None
    if isinstance(opened, list):
        return [str(item) for item in cast("list[object]", opened)]
    return [item.strip() for item in text.split(",") if item.strip()]


def _candidates(field: Field, span: RawSpan) -> Iterator[Candidate]:
    """What could fill the field, best first: its own keys, members of objects, then the fields it names in `also`."""
    for part in (field, *(BY_NAME[name] for name in field.also if name in BY_NAME)):
        if (part.scopes and not span.scope_name.startswith(part.scopes)) or (
            part.types and span.type not in part.types
        ):
            continue
        for key in BY_NAME[part.of].keys if part.of else part.keys:
            text = span.attributes.get(key)
            if not text:
                continue
            found = _member(_opened(text), part.inside) if part.inside else text
            if found:
                yield Candidate("attribute", key, found, part.inside, part.kind)
        for key in USAGE_OBJECTS if part.members else ():
            opened = _opened(named_inside(key, span.attributes.get(key, "")))
            for member in part.members:
                for found in _deep(opened, member):
                    yield Candidate("attribute", key, found, member, part.kind)


def _opened(text: str) -> object:
    """The JSON in a text; None when it is none."""
    try:
        return json.loads(text) if text[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return None


def _member(opened: object, name: str) -> str:
    held = cast("dict[str, object]", opened).get(name) if isinstance(opened, dict) else None
    if held is None:
        return ""
    return held if isinstance(held, str) else json.dumps(held, ensure_ascii=False)


def _deep(opened: object, name: str, depth: int = 0) -> Iterator[str]:
    """The member of this name in an object, or in the objects inside it."""
    if not isinstance(opened, dict) or depth > MAX_DEPTH:
        return
    if found := _member(cast("object", opened), name):
        yield found
    for child in cast("dict[str, object]", opened).values():
        yield from _deep(child, name, depth + 1)


def _written_inside(field: Field, span: RawSpan) -> Iterator[Candidate]:
    """Values in objects as Python prints them and in recorded replies, found by the name of the member."""
    members = (*field.members, *REPLY_MEMBERS.get(field.name, ()))
    for key in (*USAGE_OBJECTS, *REPLIES) if members else ():
        text = named_inside(key, span.attributes.get(key, ""))
        for member in members if text else ():
            written = re.finditer(rf"""["']{re.escape(member)}["']:\s*(?:["']([^"']*)["']|(-?[\d.]+))""", text)
            for match in itertools.islice(written, MAX_MEMBERS):
                yield Candidate("attribute", key, match[1] or match[2] or "", member, field.kind)


def said_in_logs(name: str, log_events: Iterable[LogEvent]) -> str:
    """A field of SAID_IN_LOGS by the attributes of a span's log events; "" when none has it."""
    found = _said_in_logs(BY_NAME[name], RawSpan(log_events=list(log_events)))
    return found[0].value if found else ""


def _said_in_logs(field: Field, span: RawSpan) -> list[Candidate]:
    events = [event.attributes for event in span.log_events]
    return [Candidate("event", key, given[key]) for given in events for key in field.keys if given.get(key)]


def _exception(span: RawSpan) -> list[Candidate]:
    attributes = next((attributes for name, _, attributes in span.events if name == "exception"), dict[str, str]())
    value = attributes.get("exception.type", "")
    return [Candidate("event", "exception.type", value)] if value else []


# -- messages ----------------------------------------------------------------------------------------------------------
class _Key(str):
    """An attribute's name that notes when a prefix was found in it."""

    __slots__ = ("read",)
    read: set[str]

    def startswith(self, *arguments: object) -> bool:
        found = str.startswith(self, *arguments)  # pyright: ignore[reportArgumentType] - passed on as it came
        if found:
            self.read.add(str(self))
        return found


class _Watched(dict[str, str]):
    """Attributes that note which of them were read: by name, or by a prefix of it."""

    def __init__(self, attributes: Mapping[str, str]) -> None:
        super().__init__(attributes)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        self.read.add(key)
        return value

    def get(self, key: str, default: object = None) -> object:  # pyright: ignore[reportIncompatibleMethodOverride]
        if key in self:
            self.read.add(key)
        return super().get(key, default)

    def items(self) -> list[tuple[str, str]]:  # pyright: ignore[reportIncompatibleMethodOverride]
        pairs: list[tuple[str, str]] = []
        for name, value in super().items():
            key = _Key(name)
            key.read = self.read
            pairs.append((key, value))
        return pairs


def _messages(span: RawSpan) -> tuple[str, tuple[str, ...], set[str]]:
    """The convention of the messages, all that added to them, and the attributes these read."""
    found, spoke, read = Rendered(), list[str](), set[str]()
    for name, renderer in RENDERERS:
        if name == "generic" and found.is_whole:
            break
        watched = _Watched(span.attributes)
        try:
            part = renderer(replace(span, attributes=watched))
        except Exception:  # `render` logs it when the messages are made
            continue
        if part is None:
            continue
        before = replace(found)
        part.convention = name
        found.fill(part)
        if replace(found, convention="") != replace(before, convention=""):
            spoke.append(name)
            read |= watched.read
    watched = _Watched(span.attributes)
    if read_error(replace(span, attributes=watched)) is not None:
        read |= watched.read
    return found.convention, tuple(spoke), read
