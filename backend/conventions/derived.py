"""Columns that are made of several fields, of a span's events or of its resource, in SQL."""

from __future__ import annotations

from backend.conventions.columns import RESOURCE_KEYS
from backend.conventions.fields.audio import BESIDE_INPUT, BESIDE_OUTPUT
from backend.conventions.fields.usage import (
    BESIDE_KEYS,
    BESIDE_MEMBERS,
    BESIDE_OWN_CACHED,
    BESIDE_OWN_INPUT,
    BESIDE_OWN_PROVIDERS,
    BESIDE_SCOPES,
)
from backend.conventions.http_failure import ERROR, OK, failed_sql
from backend.conventions.picking import (
    NUMBER,
    candidate_codes,
    column,
    first_filled,
    member_codes,
    picked,
    starts_with_any,
)
from backend.conventions.words import FIRST_CHUNK_EVENTS, PROVIDER_OF_MODEL, PROVIDER_WORDS
from backend.core.limits import PREVIEW_CHARS
from backend.core.literals import array, quoted

REPLY_FINISH = r'"(?:finish_reason|stop_reason|finishReason|stopReason)": ?"([^"]+)"'
# The start of a text in JSON messages.
TEXT_MARKERS = ('"content":"', '"content": "', '"text":"', '"text": "')
PREVIEW_HEAD, PREVIEW_TEXT = 4096, 500
CACHED = "(greatest(cache_read_tokens, 0) + greatest(cache_write_tokens, 0))"


def type_expression() -> str:
    """The convention's own word; else what the span carries: a model call, a tool, an agent."""
    return (
        "multiIf(own_type != '', own_type, tool_name != '', 'tool',"
        " request_model != '' AND (input_tokens >= 0 OR output_tokens >= 0 OR finish_reasons != []), 'llm',"
        " agent_name != '', 'agent', 'span')"
    )


def preview(column_name: str, *, role: str) -> str:
    """The first PREVIEW_CHARS characters; of JSON messages, those of the first text of `role`.

    Only the start of a text is looked at: a preview must not cost what reading 200 KB costs. Searching fixed strings
    costs a tenth of a regular expression.
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


def status_code() -> str:
    """As sent; numbers that the enum does not know are not given. A refused request and a named error are failures."""
    named = f"({picked('error_attribute')} != '') * (s.status.code != {OK})"
    return f"toInt8(greatest(s.status.code * (s.status.code <= 2), {ERROR} * greatest({failed_sql()}, {named})))"


def failed_http() -> str:
    """The HTTP status of a failed request as the error's type, as OpenTelemetry's HTTP conventions have it."""
    return f"substring({picked('http_status')}, 1, 3 * {failed_sql()})"


def resource_value(name: str) -> str:
    tries = [f"resource_vals[indexOf(resource_keys, {quoted(key)})]" for key in RESOURCE_KEYS[name]]
    return tries[0] if len(tries) == 1 else first_filled(*tries)


def member_is(field: str, name: str) -> str:
    """1 when the best of the members that may fill the field has this name."""
    code = f"member_codes[member_pos[indexOf(member_fields, {NUMBER[field]})]]"
    return f"({code} = {member_codes()[name]})"


def is_own_key(field: str) -> str:
    """1 when an attribute of its own fills the field."""
    return f"has(fields, {NUMBER[field]})"


def input_tokens() -> str:
    """All input. What was given leaves cached input out when the convention does, or when the numbers show it."""
    plain = column("input_tokens")
    codes = array(member_codes()[name] for name in BESIDE_MEMBERS)
    member = f"has({codes}, member_codes[member_pos[indexOf(member_fields, {NUMBER['input_tokens']})]])"
    read_code = f"codes[pos[indexOf(fields, {NUMBER['cache_read_tokens']})]]"
    by_key = " + ".join(
        f"({read_code} = {candidate_codes()[key]}) * {starts_with_any('provider', providers)}"
        for key, providers in BESIDE_KEYS.items()
    )
    own = f"({member_is('input_tokens', BESIDE_OWN_INPUT)}) * ({is_own_key('input_tokens')} = 0)"
    own_cached = " + ".join(
        member_is(field, name)
        for field, name in zip(("cache_read_tokens", "cache_write_tokens"), BESIDE_OWN_CACHED, strict=True)
    )
    own = f"{own} * ({own_cached} > 0) * {starts_with_any(column('provider'), BESIDE_OWN_PROVIDERS)}"
    shown = f"({plain} + greatest(output_tokens, 0) + {CACHED} = total_tokens) + ({CACHED} > {plain})"
    beside = f"({starts_with_any('scope_name', BESIDE_SCOPES)} + {member} + {by_key} + {own} + {shown} > 0)"
    return f"{plain} + {CACHED} * {beside} * ({plain} >= 0) + {beside_member('input_tokens', *BESIDE_INPUT)}"


def output_tokens() -> str:
    """All output: what a convention counts beside it is added."""
    return f"{column('output_tokens')} + {beside_member('output_tokens', *BESIDE_OUTPUT)}"


def beside_member(field: str, name: str, *others: tuple[str, str]) -> str:
    """The sum of the (field, member) of `others` when this member, and no attribute of its own, fills the field.

    0 when input, output and cached input make up the total without them.
    """
    parts = " + ".join(f"greatest({other}, 0) * {member_is(other, member)}" for other, member in others)
    without = f"{column('input_tokens')} + {column('output_tokens')} + {CACHED} != total_tokens"
    return f"({parts}) * {member_is(field, name)} * ({is_own_key(field)} = 0) * ({without})"


def provider() -> str:
    """In the words of the GenAI conventions; that of the model's name when a model call tells none."""
    words = [(word, meant) for meant, known in PROVIDER_WORDS.items() for word in known]
    told = column("provider")
    told = f"transform({told}, {array(w for w, _ in words)}, {array(m for _, m in words)}, {told})"
    tables = f"{array(PROVIDER_OF_MODEL)}, {array(PROVIDER_OF_MODEL.values())}, ''"
    model = "substring(concat(request_model, substring(response_model, 1, 1000 * (request_model = ''))), 1, {0})"
    guess = first_filled(*(f"transform({model.format(length)}, {tables})" for length in (4, 16)))
    return f"[{told}, {guess}][1 + ({told} = '') * (own_type IN ('llm', 'embedding', ''))]"


def finish_reasons() -> str:
    given = column("finish_reasons")
    in_reply = f"arrayDistinct(arrayFlatten(arrayMap(r -> extractAll(r, {quoted(REPLY_FINISH)}), replies)))"
    return f"arrayConcat({given}, arrayResize({in_reply}, length({in_reply}) * empty({given})))"


def time_to_first_token() -> str:
    numbers = ", ".join(column(name) for name in ("ttft_seconds", "ttft_milliseconds"))
    started = "toInt64(s.start_time_unix_nano)"
    at = f"parseDateTime64BestEffortOrZero({column('first_token_at')}, 9, 'UTC')"
    said = f"toUnixTimestamp64Nano({at})"
    names = array(FIRST_CHUNK_EVENTS)
    event = f"toInt64(arrayFirst((t, n) -> has({names}, n), s.events.time_unix_nano, s.events.name))"
    return f"greatest({numbers}, {said} - {started}, {event} - {started}, -1)"
