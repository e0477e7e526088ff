"""What may be written next in a filter: fields, and the values that there are, with counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from backend.conventions import metadata
from backend.core import limits
from backend.core.errors import InvalidInput
from backend.store import client
from backend.store.filter_cursor import Place, place_of
from backend.store.filter_edit import PLAIN
from backend.store.filter_fields import FIELDS, MAPS, Field, find
from backend.store.filter_text import quote
from backend.store.filters import compile_filter
from backend.store.queries import facets as facet_queries
from backend.store.queries import suggest as queries
from backend.traces.facets import Asked, one_field, sample_of

Kind = Literal["field", "condition", "value"]
CONDITIONS: dict[str, str] = {
    "error": "the span failed",
    "root": "the span has no parent",
    "has:": "a value was given",
    "child(": "a child of the span is like this",
    "parent(": "the span's parent is like this",
    "trace(": "some span of the trace is like this",
    "NOT": "what follows does not hold",
    "OR": "one of the two holds",
}
EXAMPLES: dict[str, tuple[str, ...]] = {
    "latency": ("1s", "5s", "30s", "1m"),
    "ttft": ("200ms", "500ms", "1s", "2s"),
    "cost": ("0.001", "0.01", "0.1", "1"),
}
TOKENS = ("1k", "10k", "100k")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`text` takes the place of what was typed. `traces`: in how many the value was found; None: not counted."""

    kind: Kind
    text: str
    detail: str = ""
    traces: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """[start, end): the characters of the filter that a suggestion replaces."""

    start: int
    end: int
    results: list[Suggestion]


def field_names() -> list[str]:
    """All fields, those with a key as `attr.KEY`."""
    return [*(field.name for field in FIELDS), *(field.doc.rpartition(" ")[2] for field in MAPS.values())]


def suggest(asked: Asked, position: int) -> Suggestions:
    """What fits at this position of `asked.filter`; what else the filter asks for narrows the values."""
    if len(asked.filter) > limits.MAX_FILTER_CHARS:
        raise InvalidInput(f"A filter has at most {limits.MAX_FILTER_CHARS:,} characters.", field="text")
    place = place_of(asked.filter, position)
    rest = replace(asked, filter=_readable(place.rest))
    found = _values(rest, place) if place.field else _beginnings(rest, place.typed)
    return Suggestions(place.start, place.end, found[: limits.SUGGESTIONS])


def _readable(text: str) -> str:
    try:
        compile_filter(text)
    except InvalidInput:
        return ""
    return text


# --- at a field or a word ---
def _beginnings(asked: Asked, typed: str) -> list[Suggestion]:
    prefix, dot, key = typed.partition(".")
    if dot and prefix.lower() in MAPS:
        return _keys(asked, MAPS[prefix.lower()], key)
    wanted = typed.lower()
    fields = [(_opened(field), field.doc) for field in FIELDS] + [(f"{n}.", field.doc) for n, field in MAPS.items()]
    named = [Suggestion("field", text, doc) for text, doc in fields]
    named += [Suggestion("condition", text, doc) for text, doc in CONDITIONS.items()]
    fitting = [one for one in named if wanted in one.text.lower() and one.text != typed]
    fitting.sort(key=lambda one: not one.text.lower().startswith(wanted))  # a stable sort: else as they stand
    return fitting if not wanted else _mixed(fitting, _any_field(asked, typed) if len(typed) > 1 else [])


def _mixed(fields: list[Suggestion], values: list[Suggestion]) -> list[Suggestion]:
    first = limits.SUGGESTIONS - min(len(values), limits.SUGGESTIONS // 2)
    return [*fields[:first], *values]


def _opened(field: Field) -> str:
    return field.name + (">" if field.kind in ("number", "duration") else ":")


def _any_field(asked: Asked, typed: str) -> list[Suggestion]:
    """Values of whatever field that hold what was typed: `gpt` → `model:gpt-4o`."""
    rows = facet_queries.values_of_fields(
        client.current(), asked.project_id, asked.start_ns, asked.end_ns, compile_filter(asked.filter),
        sample=(sample := sample_of(asked, asked.filter)), limit=limits.SUGGESTED_FROM,
    )  # fmt: skip
    fitting = [row for row in rows if typed.lower() in str(row["value"]).lower()]
    fitting.sort(key=lambda row: -int(row["traces"]))
    return [
        Suggestion("value", f"{row['field']}:{_written(str(row['value']))}", "", int(row["traces"]) * sample)
        for row in fitting
    ]


# --- at a value ---
def _values(asked: Asked, place: Place) -> list[Suggestion]:
    if place.field.lower() == "has":
        names = [*(field.name for field in FIELDS if field.name != "is"), "score"]
        return [Suggestion("field", name) for name in names if place.typed.lower() in name]
    found = find(place.field)
    if found is None:
        return []
    field, key = found
    if key:
        return _values_of_key(asked, field, key, place.typed)
    if field.kind in ("number", "duration"):
        examples = EXAMPLES.get(field.name, TOKENS)
        return [Suggestion("value", text) for text in examples if text.startswith(place.typed)]
    if field.name in facet_queries.VALUES:
        facet = one_field(asked, field.name, search=place.typed, limit=limits.SUGGESTIONS, sampled=True)
        counted = [Suggestion("value", _written(one.value), "", one.traces) for one in facet.values]
        seen = {one.text for one in counted}
        more = [word for word in field.words or () if place.typed.lower() in word and word not in seen]
        return counted + [Suggestion("value", word) for word in more]
    return [Suggestion("value", word) for word in field.words or () if place.typed.lower() in word]


def _keys(asked: Asked, field: Field, typed: str) -> list[Suggestion]:
    """Keys behind the dot of attr., metadata., resource. and score."""
    if field.kind == "score":
        rows = queries.score_choices(
            client.current(), asked.project_id, name="", search=typed, limit=limits.SUGGESTIONS
        )  # fmt: skip
        return [_of_key(field, str(row["value"]), int(row["traces"])) for row in rows]
    sample = sample_of(asked, asked.filter)
    rows = queries.attribute_choices(
        client.current(), asked.project_id, asked.start_ns, asked.end_ns, compile_filter(asked.filter),
        resource=field.name == "resource", keys=[], search=typed, sample=sample, limit=limits.SUGGESTED_FROM,
    )  # fmt: skip
    counts: dict[str, int] = {}
    for row in rows:
        name = str(row["value"])
        key = metadata.key_of(name) if field.kind == "metadata" else name
        if key and typed.lower() in key.lower():
            counts[key] = max(counts.get(key, 0), int(row["traces"]) * sample)
    return [_of_key(field, key, traces) for key, traces in counts.items()]


def _of_key(field: Field, key: str, traces: int) -> Suggestion:
    written = key if PLAIN.fullmatch(key) and "/" not in key and "+" not in key else quote(key)
    return Suggestion("field", f"{field.name}.{written}:", "", traces)


def _values_of_key(asked: Asked, field: Field, key: str, typed: str) -> list[Suggestion]:
    store = client.current()
    if field.kind == "score":
        rows = queries.score_choices(store, asked.project_id, name=key, search=typed, limit=limits.SUGGESTIONS)
        return [Suggestion("value", _written(str(row["value"])), "", int(row["traces"])) for row in rows]
    sample = sample_of(asked, asked.filter)
    rows = queries.attribute_choices(
        store, asked.project_id, asked.start_ns, asked.end_ns, compile_filter(asked.filter),
        resource=field.name == "resource", search=typed, sample=sample, limit=limits.SUGGESTIONS,
        keys=metadata.attribute_keys(key) if field.kind == "metadata" else [key],
    )  # fmt: skip
    return [Suggestion("value", _written(str(row["value"])), "", int(row["traces"]) * sample) for row in rows]


def _written(value: str) -> str:
    return value if PLAIN.fullmatch(value) else quote(value)
