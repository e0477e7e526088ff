"""The normalising SELECT, made from columns.py: OTLP as ClickHouse decoded it -> the columns of `spans`.

How a value is found cheaply (DESIGN section 8): every attribute key is looked up once with `transform(key, KEYS, CODES, 0)`,
where code = field * RANKS + rank; the positions of the hits, sorted by code, put each field's best candidate first; a column is
then one `indexOf` over that short array and one index into the values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from backend.conventions.columns import (
    ANSWERS_AS_ASKED,
    BESIDE_KEYS,
    BESIDE_MEMBERS,
    BESIDE_SCOPES,
    FIELDS,
    FIRST_CHUNK_EVENTS,
    MAPPING_VERSION,
    PROVIDER_OF_MODEL,
    PROVIDER_WORDS,
    REPLIES,
    RESOURCE_KEYS,
    TYPE_WORDS,
    USAGE_OBJECTS,
    Field,
    Kind,
)
from backend.core.limits import PREVIEW_CHARS

RANKS = 64  # candidates a field may have: the code keeps six bits for the rank
RANK_BITS = 6
OPENED = 60_000  # the code of USAGE_OBJECTS, above those of all fields
# What a provider's reply says of itself. The content it quotes has its quotes escaped and does not match.
REPLY_PATTERNS: Mapping[str, str] = {
    "reply_model": r'"(?:model_name|model|model_version|modelVersion)": ?"([^"]+)"',
    "reply_id": r'"(?:id|response_id)": ?"((?:chatcmpl|resp|msg|gen)[-_][^"]+)"',
}
REPLY_FINISH = r'"(?:finish_reason|stop_reason|finishReason|stopReason)": ?"([^"]+)"'
REPLY_USAGE = r'(?s)"(?:usage|usage_metadata|usageMetadata)": ?(\{.*)'
# Numbers in an object of any depth, as JSON or as Python prints it.
USAGE_NUMBERS = r"""["'](\w+)["']: ?([0-9.]+)"""
NUMBER: Mapping[str, int] = {field.name: number for number, field in enumerate(FIELDS, 1)}


def quoted(text: str) -> str:
    """A ClickHouse string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def array(values: Iterable[str | int]) -> str:
    return "[" + ", ".join(quoted(v) if isinstance(v, str) else str(v) for v in values) + "]"


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


def column(field: Field) -> str:
    return READ_AS[field.kind].format(picked(field.name))


# -- OTLP values as text -----------------------------------------------------------------------------------------------
def scalar_text(v: str) -> str:
    return (
        f"multiIf({v}.value = 'string_value', {v}.string_value, {v}.value = 'int_value', toString({v}.int_value),"
        f" {v}.value = 'double_value', toString({v}.double_value), {v}.value = 'bool_value', toString({v}.bool_value),"
        f" {v}.value = 'bytes_value', base64Encode({v}.bytes_value), '')"
    )


def scalar_json(v: str) -> str:
    return (
        f"multiIf({v}.value = 'string_value', toJSONString({v}.string_value), {v}.value = 'int_value', toString({v}.int_value),"
        f" {v}.value = 'double_value', if(isFinite({v}.double_value), toString({v}.double_value), 'null'),"
        f" {v}.value = 'bool_value', toString({v}.bool_value),"
        f" {v}.value = 'bytes_value', toJSONString(base64Encode({v}.bytes_value)), 'null')"
    )


def value_text(v: str) -> str:
    items = f"arrayMap(y -> {scalar_json('y')}, {v}.array_value.values)"
    return f"if({v}.value = 'array_value', concat('[', arrayStringConcat({items}, ','), ']'), {scalar_text(v)})"


def value_map(attributes: str) -> str:
    return f"mapFromArrays({attributes}.key, arrayMap(x -> {value_text('x')}, {attributes}.value))"


def nanoseconds(ns: str) -> str:
    return f"fromUnixTimestamp64Nano(toInt64({ns}), 'UTC')"


# -- derived columns ---------------------------------------------------------------------------------------------------
def own_type() -> str:
    """The product's type for the convention's own word, '' for an unknown word."""
    words = [(word, kind) for kind, known in TYPE_WORDS.items() for word in known]
    tables = f"{array(w for w, _ in words)}, {array(k for _, k in words)}, ''"
    own_word, operation = (
        f"transform({column(FIELDS[NUMBER[name] - 1])}, {tables})" for name in ("type_word", "operation")
    )
    return f"[{operation}, {own_word}][1 + ({own_word} != '')]"


def type_expression() -> str:
    """The convention's own word; else what the span carries: a model call, a tool, an agent."""
    return (
        "multiIf(own_type != '', own_type, tool_name != '', 'tool',"
        " request_model != '' AND (input_tokens >= 0 OR output_tokens >= 0 OR finish_reasons != []), 'llm',"
        " agent_name != '', 'agent', 'span')"
    )


# The start of a text in JSON messages.
TEXT_MARKERS = ('"content":"', '"content": "', '"text":"', '"text": "')
PREVIEW_HEAD, PREVIEW_TEXT = 4096, 500


def preview(column_name: str, *, role: str) -> str:
    """The first PREVIEW_CHARS characters; of JSON messages, those of the first text of `role`.

    Only the start of a text is looked at: a preview must not cost what reading 200 KB costs. Searching fixed strings costs
    a tenth of a regular expression.
    """
    roles = array((f'"role":"{role}"', f'"role": "{role}"'))
    head = f"substring({column_name}, 1, {PREVIEW_HEAD})"
    part = f"substring({head}, greatest(multiSearchFirstPosition({head}, {roles}), 1), 1500)"
    found = f"multiSearchFirstPosition({part}, {array(TEXT_MARKERS)})"
    after_colon = f"substring({part}, position({part}, ':', {found}) + 1, {PREVIEW_TEXT})"
    text = f"substring({after_colon}, position({after_colon}, '\"') + 1)"
    # Escaped quotes and backslashes out of the way, at the same length, the next quote ends the text.
    masked = f"replaceAll(replaceAll({text}, {quoted(chr(92) * 2)}, '..'), {quoted(chr(92) + chr(34))}, '..')"
    end = f"position({masked}, '\"')"
    last = f"position(substring({text}, -6), {quoted(chr(92))})"
    cut = f"[length({text}), length({text}) - 7 + {last}, {end} - 1][1 + greatest(({end} > 0) * 2, ({last} > 0) * 1)]"
    whole = f"substring({text}, 1, {cut})"
    # The cut by bytes may have split a character.
    opened = f"substringUTF8(JSONExtractString(toValidUTF8(concat('\"', {whole}, '\"'))), 1, {PREVIEW_CHARS})"
    plain = f"substringUTF8({column_name}, 1, {PREVIEW_CHARS})"
    is_json = f"(substring({column_name}, 1, 1) IN ('[', '{{'))"
    # Not `if` and AND: their lazy evaluation of the branches costs 25 microseconds a span here (measured).
    return f"[{plain}, {opened}][1 + {is_json} * ({found} > 0) * ({opened} != '')]"


def exception_type() -> str:
    first = "arrayFirstIndex(e -> e.name = 'exception', s.events)"
    attributes = f"s.events[{first}].attributes"
    return f"{attributes}.value[indexOf({attributes}.key, 'exception.type')].string_value"


def resource_value(name: str) -> str:
    tries = [f"resource_vals[indexOf(resource_keys, {quoted(key)})]" for key in RESOURCE_KEYS[name]]
    return tries[0] if len(tries) == 1 else first_filled(*tries)


def first_filled(*expressions: str) -> str:
    """Not multiIf: its lazy evaluation costs twice as much."""
    return f"arrayFirst(x -> x != '', [{', '.join(expressions)}])"


def input_tokens() -> str:
    """All input. What was given leaves cached input out when the convention does, or when the numbers show it."""
    plain = column(FIELDS[NUMBER["input_tokens"] - 1])
    cached = "(greatest(cache_read_tokens, 0) + greatest(cache_write_tokens, 0))"
    codes = array(member_codes()[name] for name in BESIDE_MEMBERS)
    member = f"has({codes}, member_codes[member_pos[indexOf(member_fields, {NUMBER['input_tokens']})]])"
    read_code = f"codes[pos[indexOf(fields, {NUMBER['cache_read_tokens']})]]"
    by_key = " + ".join(
        f"({read_code} = {candidate_codes()[key]}) * {starts_with_any('provider', providers)}"
        for key, providers in BESIDE_KEYS.items()
    )
    shown = f"({plain} + greatest(output_tokens, 0) + {cached} = total_tokens) + ({cached} > {plain})"
    beside = f"({starts_with_any('scope_name', BESIDE_SCOPES)} + {member} + {by_key} + {shown} > 0)"
    return f"{plain} + {cached} * {beside} * ({plain} >= 0)"


def answering_model() -> str:
    told = column(FIELDS[NUMBER["response_model"] - 1])
    asked = f"({told} = '') * (output_tokens >= 0) * {starts_with_any('scope_name', ANSWERS_AS_ASKED)}"
    return f"[{told}, request_model][1 + {asked}]"


def provider() -> str:
    """In the words of the GenAI conventions; that of the model's name when a model call tells none."""
    words = [(word, meant) for meant, known in PROVIDER_WORDS.items() for word in known]
    told = column(FIELDS[NUMBER["provider"] - 1])
    told = f"transform({told}, {array(w for w, _ in words)}, {array(m for _, m in words)}, {told})"
    model = "substring(request_model, 1, 4)"
    guess = f"transform({model}, {array(PROVIDER_OF_MODEL)}, {array(PROVIDER_OF_MODEL.values())}, '')"
    return f"[{told}, {guess}][1 + ({told} = '') * (own_type IN ('llm', 'embedding', ''))]"


def finish_reasons() -> str:
    given = column(FIELDS[NUMBER["finish_reasons"] - 1])
    in_reply = f"arrayDistinct(arrayFlatten(arrayMap(r -> extractAll(r, {quoted(REPLY_FINISH)}), replies)))"
    return f"arrayConcat({given}, arrayResize({in_reply}, length({in_reply}) * empty({given})))"


def time_to_first_token() -> str:
    numbers = ", ".join(column(FIELDS[NUMBER[name] - 1]) for name in ("ttft_seconds", "ttft_milliseconds"))
    started = "toInt64(s.start_time_unix_nano)"
    said = f"toUnixTimestamp64Nano(parseDateTime64BestEffortOrZero({column(FIELDS[NUMBER['first_token_at'] - 1])}, 9, 'UTC'))"
    names = array(FIRST_CHUNK_EVENTS)
    event = f"toInt64(arrayFirst((t, n) -> has({names}, n), s.events.time_unix_nano, s.events.name))"
    return f"greatest({numbers}, {said} - {started}, {event} - {started}, -1)"


# Fields that only feed other columns.
FEEDERS = frozenset(
    {
        "type_word", "error_attribute", "ttft_seconds", "ttft_milliseconds", "first_token_at", "metadata", "parameters",
        "cost_object",
    }
) | {name for field in FIELDS for name in field.also}  # fmt: skip


def span_columns() -> dict[str, str]:
    """column of `spans` -> its SQL, in an order in which later ones may use earlier ones by name."""
    plain = {f.name: column(f) for f in FIELDS if f.name not in FEEDERS}
    columns = {
        "project_id": "toUUID(project_id)",
        "trace_id": "lower(hex(s.trace_id))",
        "span_id": "lower(hex(s.span_id))",
        # Some SDKs write "no parent" as eight zero bytes.
        "parent_span_id": "if(s.parent_span_id = unhex('0000000000000000'), '', lower(hex(s.parent_span_id)))",
        "start_time": nanoseconds("s.start_time_unix_nano"),
        "duration_ns": "toUInt64(greatest(toInt64(s.end_time_unix_nano) - toInt64(s.start_time_unix_nano), 0))",
        "received_at": nanoseconds("received_ns"),
        "version": "received_ns",
        "name": "s.name",
        # Numbers that the enums do not know count as not given.
        "kind": "toInt8(if(s.kind <= 5, s.kind, 0))",
        "status_code": "toInt8(if(s.status.code <= 2, s.status.code, 0))",
        "status_message": "s.status.message",
        "scope_name": "scope.name",
        "scope_version": "scope.version",
        "service_name": resource_value("service_name"),
        **plain,
        "error_type": first_filled(picked("error_attribute"), exception_type()),
        "time_to_first_token_ns": time_to_first_token(),
        "provider": provider(),
        "response_model": answering_model(),
        "finish_reasons": finish_reasons(),
        "tags": f"arrayFilter(x -> NOT match(x, '^(seq:step|map:key|graph:step):'), {plain['tags']})",
        "input_tokens": input_tokens(),
        "type": type_expression(),
        "input_key": f"keys[pos[indexOf(fields, {NUMBER['input']})]]",
        "output_key": f"keys[pos[indexOf(fields, {NUMBER['output']})]]",
        "input_preview": preview("input", role="user"),
        "output_preview": preview("output", role="assistant"),
        "attributes": "mapFromArrays(arrayFilter(k -> k != input_key AND k != output_key, keys), "
        "arrayFilter((v, k) -> k != input_key AND k != output_key, vals, keys))",
        "resource_attributes": "mapFromArrays(resource_keys, resource_vals)",
        "events": f"arrayMap(e -> ({nanoseconds('e.time_unix_nano')}, e.name, {value_map('e.attributes')}), s.events)",
        "links": f"arrayMap(l -> (lower(hex(l.trace_id)), lower(hex(l.span_id)), {value_map('l.attributes')}), s.links)",
    }
    for name in ("environment", "release", "session_id", "user_id"):
        columns[name] = first_filled(picked(name), resource_value(name))
    return columns


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


def replies() -> str:
    """The output of a model call when it is the provider's whole reply. An array, so that no pattern runs without one."""
    at = f"pos[indexOf(fields, {NUMBER['output']})]"
    codes = array(candidate_codes()[key] for key in REPLIES)
    return f"arrayFilter(r -> r != '', [vals[{at} * has({codes}, codes[{at}]) * (own_type IN ('llm', 'embedding'))]])"


def members() -> str:
    """[(name, number)] of all usage objects of a span, and of the usage in a reply."""
    objects = f"arrayFilter((v, c) -> c = {OPENED}, vals, codes)"
    texts = f"arrayConcat({objects}, arrayMap(r -> extract(r, {quoted(REPLY_USAGE)}), replies))"
    found = f"extractAllGroupsVertical(t, {quoted(USAGE_NUMBERS)})"
    return f"arrayFlatten(arrayMap(t -> arrayMap(m -> (m[1], m[2]), {found}), {texts}))"


def member_lookup() -> str:
    codes = member_codes()
    return f"arrayMap(m -> toUInt16(transform(m.1, {array(codes)}, {array(codes.values())}, 0)), members)"


def normalising_select() -> str:
    """The SELECT of the materialized view that fills `spans` from `otlp_traces`."""
    select = ",\n  ".join(f"{expression} AS {name}" for name, expression in span_columns().items())
    attributes = f"""SELECT project_id, received_ns, resource_keys, resource_vals, scope, s, s.attributes.key AS keys,
       arrayMap(x -> {value_text("x")}, s.attributes.value) AS vals
FROM (
  SELECT project_id, received_ns, resource_keys, resource_vals, ss.scope AS scope, arrayJoin(ss.spans) AS s
  FROM (
    SELECT project_id, received_at AS received_ns, rs.resource.attributes.key AS resource_keys,
           arrayMap(x -> {value_text("x")}, rs.resource.attributes.value) AS resource_vals,
           arrayJoin(rs.scope_spans) AS ss
    FROM (SELECT project_id, received_at, arrayJoin(resource_spans) AS rs FROM otlp_traces)
  )
)"""
    return f"""
SELECT
  {select}
FROM (
{picking(attributes)}
)"""


def mapping_hash() -> str:
    """Changes when the view has to be replaced."""
    return hashlib.sha256(
        f"{MAPPING_VERSION}\n{normalising_select()}\n{normalising_log_select()}".encode()
    ).hexdigest()[:16]


# -- logs --------------------------------------------------------------------------------------------------------------
def normalising_log_select() -> str:
    """The SELECT that keeps GenAI events of `otlp_logs` in `log_events`; other log records are not stored."""
    return f"""
SELECT toUUID(project_id) AS project_id, lower(hex(l.trace_id)) AS trace_id, lower(hex(l.span_id)) AS span_id,
  {nanoseconds("if(l.time_unix_nano = 0, if(l.observed_time_unix_nano = 0, received_ns, l.observed_time_unix_nano), l.time_unix_nano)")} AS time,
  if(l.event_name != '', l.event_name, attributes['event.name']) AS event_name,
  l.severity_text AS severity, {value_text("l.body")} AS body, {value_map("l.attributes")} AS attributes,
  {nanoseconds("received_ns")} AS received_at, received_ns AS version
FROM (
  SELECT project_id, received_ns, arrayJoin(sl.log_records) AS l
  FROM (
    SELECT project_id, received_at AS received_ns, arrayJoin(rl.scope_logs) AS sl
    FROM (SELECT project_id, received_at, arrayJoin(resource_logs) AS rl FROM otlp_logs)
  )
)
WHERE startsWith(event_name, 'gen_ai.')"""
