"""The fields of the filter bar: each name, the columns of `spans` it looks at, and how its values are read."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Literal, LiteralString

from backend.store.prices import COST

# text ignores case; id is compared as it is; number and duration leave out what was not given;
# word is one of a few known words; state is a condition with a name; list is an array of texts; search looks inside
# long text; map is one key of a map, metadata one key wherever a convention puts it; score is one name of a score.
Kind = Literal["text", "id", "number", "duration", "word", "state", "list", "search", "map", "metadata", "score"]


@dataclass(frozen=True)
class Field:
    """`columns`: any of them may match. `given`: SQL that is true when the sender gave a value.

    `of_trace`: a value on one span holds for every span of its trace.
    """

    name: str
    kind: Kind
    columns: tuple[LiteralString, ...]
    doc: str
    words: dict[str, LiteralString] | None = None  # for `word`: what may be written → SQL literal
    given: LiteralString | None = None
    aliases: tuple[str, ...] = ()
    of_trace: bool = False


TYPES: tuple[LiteralString, ...] = (
    "llm",
    "embedding",
    "agent",
    "chain",
    "tool",
    "retriever",
    "reranker",
    "guardrail",
    "evaluator",
    "prompt",
    "span",
)
STATUS: dict[str, LiteralString] = {"ok": "1", "error": "2", "unset": "0"}
# Not every sender adds up; -1 says that none of the three was given.
ALL_TOKENS: LiteralString = (
    "multiIf(total_tokens >= 0, total_tokens, input_tokens >= 0 OR output_tokens >= 0, "
    "greatest(input_tokens, 0) + greatest(output_tokens, 0), -1)"
)
# The last of the values that COST defines. Their names are given here once more, to the same expressions.
COST_TOTAL: LiteralString = "tupleElement(tuple(" + COST + "), -1)"
MAY_COST: LiteralString = "(reported_cost >= 0 OR input_tokens >= 0 OR output_tokens >= 0)"
STATES: dict[str, LiteralString] = {"root": "parent_span_id = ''", "error": "status_code = 2"}

# Numbers of the whole trace; filter_totals.py holds their SQL.
TOTALS: tuple[Field, ...] = (
    Field("trace.cost", "number", (), "cost of the whole trace in US dollars", of_trace=True),
    Field("trace.tokens", "number", (), "tokens of the whole trace", of_trace=True),
    Field("trace.latency", "duration", (), "duration of the whole trace, as 2s or 150ms", of_trace=True),
    Field("trace.spans", "number", (), "spans of the trace", of_trace=True),
    Field("trace.errors", "number", (), "failed spans of the trace", of_trace=True),
)
FIELDS: tuple[Field, ...] = (
    Field("type", "word", ("type",), "what the span is", words={name: "'" + name + "'" for name in TYPES}),
    Field("name", "text", ("name", "trace_name"), "name of the span, or the trace's own name"),
    Field("is", "state", (), "root or error", words=STATES, given="1"),
    Field("status", "word", ("status_code",), "ok, error or unset", words=STATUS, given="status_code != 0"),
    Field("error", "text", ("error_type",), "type of the error", aliases=("error_type",)),
    Field("model", "text", ("request_model", "response_model"), "model asked for, or model that answered"),
    Field("request_model", "text", ("request_model",), "model asked for"),
    Field("response_model", "text", ("response_model",), "model that answered"),
    Field("provider", "text", ("provider",), "who runs the model"),
    Field("operation", "text", ("operation",), "kind of call: chat, embeddings, …"),
    Field("user", "id", ("user_id",), "user id", aliases=("user_id",), of_trace=True),
    Field("session", "id", ("session_id",), "session id", aliases=("session_id",), of_trace=True),
    Field("trace", "id", ("trace_id",), "trace id", aliases=("trace_id",)),
    Field("span", "id", ("span_id",), "span id", aliases=("span_id",)),
    Field("trace_name", "text", ("trace_name",), "name of the trace", of_trace=True),
    Field("tag", "list", ("tags",), "tag", given="notEmpty(tags)", aliases=("tags",), of_trace=True),
    Field("service", "text", ("service_name",), "service that sent the span", aliases=("service_name",)),
    Field("environment", "text", ("environment",), "deployment environment", aliases=("env",), of_trace=True),
    Field("release", "text", ("release",), "version of the application", aliases=("version",), of_trace=True),
    Field("scope", "text", ("scope_name",), "instrumentation library", aliases=("scope_name",)),
    Field("tool", "text", ("tool_name",), "name of the tool", aliases=("tool_name",)),
    Field("agent", "text", ("agent_name",), "name of the agent", aliases=("agent_name",)),
    Field("prompt", "text", ("prompt_name",), "name of the prompt", aliases=("prompt_name",)),
    Field(
        "latency", "duration", ("duration_ns",), "duration, as 2s or 150ms", given="pending = 0", aliases=("duration",)
    ),
    Field(
        "ttft",
        "duration",
        ("time_to_first_token_ns",),
        "time to the first token, as 2s or 150ms",
        given="time_to_first_token_ns >= 0",
        aliases=("time_to_first_token",),
    ),
    Field("tokens", "number", (ALL_TOKENS,), "tokens in all", given=ALL_TOKENS + " >= 0", aliases=("total_tokens",)),
    Field("input_tokens", "number", ("input_tokens",), "tokens in, cached ones too", given="input_tokens >= 0"),
    Field("output_tokens", "number", ("output_tokens",), "tokens out", given="output_tokens >= 0"),
    Field(
        "cost",
        "number",
        (COST_TOTAL,),
        "cost of the span in US dollars",
        given=MAY_COST + " AND " + COST_TOTAL + " >= 0",
    ),
    Field("input", "search", ("input",), "words in the input", given="input_preview != ''"),
    Field("output", "search", ("output",), "words in the output", given="output_preview != ''"),
    *TOTALS,
)
# metadata.KEY, attr.KEY, resource.KEY and score.NAME.
MAPS: dict[str, Field] = {
    "attr": Field("attr", "map", ("attributes",), "attribute of the span: attr.KEY"),
    "metadata": Field("metadata", "metadata", ("attributes",), "metadata of the span or its trace: metadata.KEY"),
    "resource": Field("resource", "map", ("resource_attributes",), "resource attribute: resource.KEY"),
    "score": Field("score", "score", (), "score of the trace or the span: score.NAME"),
}
BY_NAME: dict[str, Field] = {name: field for field in FIELDS for name in (field.name, *field.aliases)}


def find(name: str) -> tuple[Field, str] | None:
    """The field of this name and, for maps, the key; None when there is no such field."""
    prefix, dot, key = name.partition(".")
    if dot and key and prefix.lower() in MAPS:
        return MAPS[prefix.lower()], key
    field = BY_NAME.get(name.lower())
    return None if field is None else (field, "")


def suggestion(word: str, known: list[str]) -> str:
    """ " Did you mean x?", or the whole list when it is short, or nothing."""
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {close[0]}?"
    return f" It is one of {', '.join(known)}." if len(known) <= len(TYPES) else ""
