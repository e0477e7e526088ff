"""How the value of a field is found cheaply among a span's attributes, in SQL (DESIGN section 8).

Every attribute key is looked up once with `transform(key, KEYS, CODES, 0)`, where code = field * RANKS + rank; the
positions of the hits, sorted by code, put each field's best candidate first; a field is then one `indexOf` over that
short array and one index into the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backend.conventions.columns import FIELDS
from backend.conventions.field import Field, Kind
from backend.conventions.fields.audio import AUDIO_INSIDE, AUDIO_NAMED
from backend.conventions.fields.content import REPLIES
from backend.conventions.fields.usage import USAGE_OBJECTS
from backend.conventions.words import TYPE_WORDS
from backend.core.literals import array, quoted

RANKS = 64  # candidates a field may have: the code keeps six bits for the rank
RANK_BITS = 6
OPENED = 60_000  # the code of USAGE_OBJECTS, above those of all fields
# What a provider's reply says of itself. The content it quotes has its quotes escaped and does not match.
REPLY_PATTERNS: Mapping[str, str] = {
    "reply_model": r'"(?:model_name|model|model_version|modelVersion)": ?"([^"]+)"',
    "reply_id": r'"(?:id|response_id)": ?"((?:chatcmpl|resp|msg|gen)[-_][^"]+)"',
}
REPLY_USAGE = r'(?s)"(?:usage|usage_metadata|usageMetadata)": ?(\{.*)'
# Numbers in an object of any depth, as JSON or as Python prints it.
USAGE_NUMBERS = r"""["'](\w+)["']: ?([0-9.]+)"""
NUMBER: Mapping[str, int] = {field.name: number for number, field in enumerate(FIELDS, 1)}


def candidate_codes() -> dict[str, int]:
    """key -> field * RANKS + rank."""
    codes: dict[str, int] = {}
    for field in FIELDS:
        if len(field.keys) > RANKS:
            raise ValueError(f"{field.name} has more than {RANKS} keys")
        for rank, key in enumerate(field.keys):
            if key in codes:
                raise ValueError(f"{key} belongs to two fields; let one name the other in `also`")
            codes[key] = NUMBER[field.name] * RANKS + rank
    return codes


def member_codes() -> dict[str, int]:
    """member of a usage object -> field * RANKS + rank."""
    found = [(name, field, rank) for field in FIELDS for rank, name in enumerate(field.members)]
    if len({name for name, _, _ in found}) != len(found):
        raise ValueError("a member of the usage objects belongs to two fields")
    return {name: NUMBER[field.name] * RANKS + rank for name, field, rank in found}


def lookup(keys: str, values: str) -> str:
    """Array of codes beside `keys`: 0 where the key means nothing or its value is empty."""
    codes = {**candidate_codes(), **dict.fromkeys(USAGE_OBJECTS, OPENED)}
    found = f"transform(k, {array(codes)}, {array(codes.values())}, 0)"
    return f"arrayMap((k, v) -> if(v = '', 0, toUInt16({found})), {keys}, {values})"


def own(name: str) -> str:
    """SQL of the text of a field's own keys, members or member; '' when there is none."""
    field = FIELDS[NUMBER[name] - 1]
    if name in REPLY_PATTERNS:
        return f"arrayMap(r -> extract(r, {quoted(REPLY_PATTERNS[name])}), replies)[1]"
    if field.of and not field.inside:
        return f"substring({own(field.of)}, 1, 1000 * (own_type IN ({', '.join(map(quoted, field.types))})))"
    if field.of:
        return member_text(own(field.of), field)
    at = f"indexOf(fields, {NUMBER[name]})"
    value = f"vals[pos[{at} * {starts_with_any('scope_name', field.scopes)}]]" if field.scopes else f"vals[pos[{at}]]"
    if field.inside:
        return member_text(value, field)
    if not field.members:
        return value
    return f"concat({value}, member_vals[member_pos[indexOf(member_fields, {NUMBER[name]}) * ({value} = '')]])"


def member_text(value: str, field: Field) -> str:
    """The member of a JSON object as text: a text must be one, a number or a flag may be given as a text."""
    if field.kind in ("text", "name", "lower"):
        return f"JSONExtractString({value}, {quoted(field.inside)})"
    return f"trimBoth(JSONExtractRaw({value}, {quoted(field.inside)}), '\"')"


def starts_with_any(text: str, prefixes: Iterable[str]) -> str:
    """1 or 0. A sum, because the lazy evaluation of OR costs more than the tests (docs/decisions/0004)."""
    return "(" + (" + ".join(f"startsWith({text}, {quoted(prefix)})" for prefix in prefixes) or "0") + ")"


def first_filled(*expressions: str) -> str:
    """Not multiIf: its lazy evaluation costs twice as much."""
    return f"arrayFirst(x -> x != '', [{', '.join(expressions)}])"


def picked(name: str) -> str:
    """SQL of the text of a field; '' when nothing filled it."""
    field = FIELDS[NUMBER[name] - 1]
    return first_filled(*(own(n) for n in (name, *field.also))) if field.also else own(name)


READ_AS: Mapping[Kind, str] = {
    "text": "{0}",
    "name": "trimBoth({0}, '\"')",
    "lower": "lower(trimBoth({0}, '\"'))",
    "int": "greatest(toInt64OrDefault({0}, toInt64(-1)), -1)",
    "float": "greatest(toFloat64OrDefault({0}, toFloat64(-1)), -1)",
    "seconds": "toInt64(greatest(toFloat64OrDefault({0}, toFloat64(-1e-9)), -1e-9) * 1e9)",
    "milliseconds": "toInt64(greatest(toFloat64OrDefault({0}, toFloat64(-1e-6)), -1e-6) * 1e6)",
    "list": (
        "arrayConcat(JSONExtract({0}, 'Array(String)'), arrayFilter(x -> x != '', arrayMap(x -> trimBoth(x),"
        " splitByChar(',', substring({0}, 1, length({0}) * (substring({0}, 1, 1) != '['))))))"
    ),
    "flag": "(lower({0}) IN ('true', '1')) - ({0} = '')",
}


def column(name: str) -> str:
    """SQL of the value of a field, read as its kind says."""
    return READ_AS[FIELDS[NUMBER[name] - 1].kind].format(picked(name))


def own_type() -> str:
    """The product's type for the convention's own word, '' for an unknown word."""
    words = [(word, kind) for kind, known in TYPE_WORDS.items() for word in known]
    tables = f"{array(w for w, _ in words)}, {array(k for _, k in words)}, ''"
    own_word, operation = (f"transform({column(name)}, {tables})" for name in ("type_word", "operation"))
    return f"[{operation}, {own_word}][1 + ({own_word} != '')]"


def replies() -> str:
    """The output of a model call when it is the provider's whole reply; an array: no pattern runs without one."""
    at = f"pos[indexOf(fields, {NUMBER['output']})]"
    codes = array(candidate_codes()[key] for key in REPLIES)
    return f"arrayFilter(r -> r != '', [vals[{at} * has({codes}, codes[{at}]) * (own_type IN ('llm', 'embedding'))]])"


def members() -> str:
    """[(name, number)] of all usage objects of a span, and of the usage in a reply."""
    # With the key before it: some attributes are the details of one side only.
    objects = (
        f"arrayMap(i -> concat(keys[i], '\": ', vals[i]), arrayFilter(i -> codes[i] = {OPENED}, arrayEnumerate(codes)))"
    )
    texts = f"arrayConcat({objects}, arrayMap(r -> extract(r, {quoted(REPLY_USAGE)}), replies))"
    named = f"replaceRegexpAll(t, {quoted(AUDIO_INSIDE)}, {quoted(AUDIO_NAMED)})"
    found = f"extractAllGroupsVertical({named}, {quoted(USAGE_NUMBERS)})"
    return f"arrayFlatten(arrayMap(t -> arrayMap(m -> (m[1], m[2]), {found}), {texts}))"


def member_lookup() -> str:
    codes = member_codes()
    return f"arrayMap(m -> toUInt16(transform(m.1, {array(codes)}, {array(codes.values())}, 0)), members)"


def picking(attributes: str) -> str:
    """What the expressions of span_columns read, made from a SELECT of `keys`, `vals` and the rest of a span.

    Innermost first: codes of the keys; their positions, best first; the fields these are for; the type that the span's
    own words give; the reply of a model call; the members of usage objects, with the same three arrays.
    """
    stages = (
        f"{lookup('keys', 'vals')} AS codes",
        f"arraySort(i -> codes[i], arrayFilter(i -> codes[i] % {OPENED} > 0, arrayEnumerate(codes))) AS pos",
        f"arrayMap(i -> bitShiftRight(codes[i], {RANK_BITS}), pos) AS fields",
        f"{own_type()} AS own_type",
        f"{replies()} AS replies",
        f"{members()} AS members",
        f"{member_lookup()} AS member_codes, arrayMap(m -> m.2, members) AS member_vals",
        "arraySort(i -> member_codes[i], arrayEnumerate(member_codes)) AS member_pos",
        f"arrayMap(i -> bitShiftRight(member_codes[i], {RANK_BITS}), member_pos) AS member_fields",
    )
    for stage in stages:
        attributes = f"SELECT *, {stage}\nFROM (\n{attributes}\n)"
    return attributes
