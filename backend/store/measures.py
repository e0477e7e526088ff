"""What can be measured and what it can be grouped by: each with its SQL over the rows of a family of metrics.

Families and their rows: `traces` (a root span), `calls` (a model call that counts in totals), `spans` (any span),
`scores` (a numeric or boolean score).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, LiteralString

Family = Literal["traces", "calls", "spans", "scores"]
Unit = Literal["count", "ns", "tokens", "usd", "share", "tokens_per_second", "score"]
FAMILIES: tuple[Family, ...] = ("traces", "calls", "spans", "scores")


@dataclass(frozen=True)
class Measure:
    """`sql` is an aggregate over the family's rows, NULL when nobody gave the numbers.

    `adds`: the values of parts sum up.
    """

    name: str
    family: Family
    label: str
    unit: Unit
    sql: LiteralString
    adds: bool = False


@dataclass(frozen=True)
class Dimension:
    """`sql` is over the columns of a span (of a score, for scores).

    `of_trace`: what one span says holds for its whole trace. `many`: thousands of values are usual.
    `several`: a row has any number of values, so parts don't sum up to the whole. `field`: in the filter language.
    """

    name: str
    label: str
    sql: LiteralString
    families: tuple[Family, ...]
    field: str = ""
    of_trace: bool = False
    many: bool = False
    several: bool = False


# One call gives three; the engine computes equal aggregates once.
_LATENCY: LiteralString = "quantiles(0.5, 0.95, 0.99)(lasted_ns)"
_FIRST: LiteralString = "quantilesIf(0.5, 0.95)(ttft_ns, ttft_ns >= 0)"
_ERROR_RATE: LiteralString = "if(count() = 0, NULL, countIf(failed) / count())"
_NO_FIRST: LiteralString = "if(countIf(ttft_ns >= 0) = 0, NULL, "
# Tokens that came after the first, by the time after the first; without a time to first token, all by all.
_SPEED: LiteralString = (
    "quantileOrNullIf(0.5)(output_tokens * 1e9 / (lasted_ns - greatest(ttft_ns, 0)), "
    "used AND output_tokens > 0 AND lasted_ns > greatest(ttft_ns, 0))"
)


def _latency(family: Family, prefix: str, of: str) -> list[Measure]:
    return [
        Measure(f"{prefix}latency_p50", family, f"{of}, median", "ns", "if(count() = 0, NULL, " + _LATENCY + "[1])"),
        Measure(f"{prefix}latency_p95", family, f"{of}, p95", "ns", "if(count() = 0, NULL, " + _LATENCY + "[2])"),
        Measure(f"{prefix}latency_p99", family, f"{of}, p99", "ns", "if(count() = 0, NULL, " + _LATENCY + "[3])"),
        Measure(f"{prefix}latency_avg", family, f"{of}, average", "ns", "avgOrNull(lasted_ns)"),
        Measure(f"{prefix}latency_max", family, f"{of}, longest", "ns", "maxOrNull(lasted_ns)"),
    ]


def _sum(name: str, label: str, column: LiteralString, unit: Unit = "tokens") -> Measure:
    return Measure(name, "calls", label, unit, "sumOrNullIf(" + column + ", used AND " + column + " >= 0)", adds=True)


MEASURES: tuple[Measure, ...] = (
    Measure("traces", "traces", "Traces", "count", "count()", adds=True),
    Measure("failed_traces", "traces", "Traces with errors", "count", "countIf(failed)", adds=True),
    Measure("trace_error_rate", "traces", "Error rate of traces", "share", _ERROR_RATE),
    *_latency("traces", "trace_", "Latency of traces"),
    Measure("calls", "calls", "Model calls", "count", "count()", adds=True),
    Measure("failed_calls", "calls", "Failed model calls", "count", "countIf(failed)", adds=True),
    Measure("call_error_rate", "calls", "Error rate of calls", "share", _ERROR_RATE),
    *_latency("calls", "call_", "Latency of calls"),
    Measure("ttft_p50", "calls", "Time to first token, median", "ns", _NO_FIRST + _FIRST + "[1])"),
    Measure("ttft_p95", "calls", "Time to first token, p95", "ns", _NO_FIRST + _FIRST + "[2])"),
    Measure("tokens_per_second", "calls", "Tokens per second, median", "tokens_per_second", _SPEED),
    _sum("input_tokens", "Input tokens", "input_tokens"),
    _sum("output_tokens", "Output tokens", "output_tokens"),
    _sum("cache_read_tokens", "Cached input tokens", "cache_read_tokens"),
    _sum("cache_write_tokens", "Tokens written to the cache", "cache_write_tokens"),
    _sum("reasoning_tokens", "Reasoning tokens", "reasoning_tokens"),
    _sum("tokens", "Tokens", "tokens"),
    _sum("cost", "Cost", "cost", "usd"),
    Measure("cost_per_call", "calls", "Cost of a call", "usd", "avgOrNullIf(cost, used AND cost >= 0)"),
    Measure("tokens_per_call", "calls", "Tokens of a call", "tokens", "avgOrNullIf(tokens, used AND tokens >= 0)"),
    Measure("unpriced_calls", "calls", "Calls without a price", "count", "countIf(used AND cost < 0)", adds=True),
    Measure("spans", "spans", "Spans", "count", "count()", adds=True),
    Measure("failed_spans", "spans", "Failed spans", "count", "countIf(failed)", adds=True),
    Measure("span_error_rate", "spans", "Error rate of spans", "share", _ERROR_RATE),
    *_latency("spans", "span_", "Latency of spans"),
    Measure("users", "spans", "Users", "count", "uniqExactIf(user_id, user_id != '')"),
    Measure("sessions", "spans", "Sessions", "count", "uniqExactIf(session_id, session_id != '')"),
    Measure("scores", "scores", "Scores", "count", "count()", adds=True),
    Measure("score_avg", "scores", "Average score", "score", "avgOrNull(value)"),
    Measure("score_p50", "scores", "Median score", "score", "quantileOrNull(0.5)(value)"),
)  # fmt: skip

_PROMPT_VERSION: LiteralString = (
    "if(prompt_name = '', '', concat(prompt_name, if(prompt_version = '', '', ' v'), prompt_version))"
)
_OF_ATTRIBUTES: LiteralString = "arrayFirst(v -> v != '', arrayMap(k -> attributes[k], {group_keys:Array(String)}))"
_OF_RESOURCE: LiteralString = "resource_attributes[{group_keys:Array(String)}[1]]"
_SPAN: tuple[Family, ...] = ("calls", "spans")
_ALL: tuple[Family, ...] = ("traces", "calls", "spans", "scores")
_SPANS_OF_ALL: tuple[Family, ...] = ("traces", "calls", "spans")

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("model", "Model", "if(response_model != '', response_model, request_model)", _SPAN, "model"),
    Dimension("request_model", "Model asked for", "request_model", _SPAN, "request_model"),
    Dimension("provider", "Provider", "provider", _SPAN, "provider"),
    Dimension("operation", "Operation", "operation", _SPAN, "operation"),
    Dimension("type", "Type of span", "type", _SPAN, "type"),
    Dimension("name", "Name", "name", _SPANS_OF_ALL, "name", many=True),
    Dimension("status", "Status", "multiIf(status_code = 2, 'error', status_code = 1, 'ok', 'unset')", _SPAN, "status"),
    Dimension("error", "Type of error", "error_type", _SPAN, "error"),
    Dimension("service", "Service", "service_name", _SPANS_OF_ALL, "service"),
    Dimension("scope", "Instrumentation", "scope_name", _SPANS_OF_ALL, "scope"),
    Dimension("tool", "Tool", "tool_name", ("spans",), "tool"),
    Dimension("agent", "Agent", "agent_name", _SPANS_OF_ALL, "agent"),
    Dimension("prompt", "Prompt", "prompt_name", _SPAN, "prompt"),
    Dimension(
        "prompt_version", "Prompt version", _PROMPT_VERSION,
        _SPAN, many=True,
    ),
    Dimension("user", "User", "user_id", _ALL, "user", of_trace=True, many=True),
    Dimension("session", "Session", "session_id", _ALL, "session", of_trace=True, many=True),
    Dimension("tag", "Tag", "tags", _ALL, "tag", of_trace=True, several=True),
    Dimension("trace_name", "Name of the trace", "trace_name", _ALL, of_trace=True, many=True),
    Dimension("environment", "Environment", "environment", _ALL, "environment", of_trace=True),
    Dimension("release", "Release", "release", _ALL, "release", of_trace=True),
    Dimension("trace", "Trace", "trace_id", _ALL, "trace", many=True),
    Dimension("score", "Name of the score", "name", ("scores",)),
    Dimension("source", "Source of the score", "source", ("scores",)),
)  # fmt: skip
# group_by=metadata.KEY and the like; the attributes that may hold the key are bound as group_keys.
KEYED: dict[str, Dimension] = {
    "metadata": Dimension("metadata", "Metadata", _OF_ATTRIBUTES, _SPANS_OF_ALL, "metadata", many=True),
    "attr": Dimension("attr", "Attribute", _OF_ATTRIBUTES, _SPANS_OF_ALL, "attr", many=True),
    "resource": Dimension("resource", "Resource attribute", _OF_RESOURCE, _SPANS_OF_ALL, "resource", many=True),
}  # fmt: skip
MEASURE: dict[str, Measure] = {one.name: one for one in MEASURES}
DIMENSION: dict[str, Dimension] = {one.name: one for one in DIMENSIONS}
