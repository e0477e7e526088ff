"""Totals of a trace without counting a call twice.

A span counts when it is a model call (llm, embedding, reranker) with usage and no child of it is one too: an agent
or a wrapper repeats what the calls below it report. A trace without such spans counts the deepest spans with usage.
Of several spans with one response id only the first counts: two instrumentations saw the same call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from backend.traces.view import Cost, CostSource, Usage

CALLS = frozenset({"llm", "embedding", "reranker"})


@dataclass(slots=True)
class Call:
    """What the totals need of a span. Numbers as stored: -1 says 'not given'."""

    span_id: str
    parent_span_id: str
    type: str
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    reasoning_tokens: int
    total_tokens: int
    cost_total: float
    cost_input: float
    cost_output: float
    reported: bool
    response_id: str = ""
    audio_input_tokens: int = -1
    audio_output_tokens: int = -1


def given(number: int) -> int | None:
    return number if number >= 0 else None


def tokens_of(call: Call) -> int:
    """All tokens of a call, -1 when they were not given. An embedding has no output to count."""
    if call.total_tokens >= 0:
        return call.total_tokens
    if call.input_tokens >= 0 and (call.output_tokens >= 0 or call.type == "embedding"):
        return call.input_tokens + max(call.output_tokens, 0)
    return -1


def usage_of(call: Call) -> Usage:
    return Usage(
        given(call.input_tokens),
        given(call.output_tokens),
        given(call.cache_read_tokens),
        given(call.cache_write_tokens),
        given(call.reasoning_tokens),
        given(call.audio_input_tokens),
        given(call.audio_output_tokens),
        given(tokens_of(call)),
    )


def cost_of(call: Call) -> Cost:
    if call.cost_total < 0:
        return Cost()
    if call.reported:
        return Cost(total=call.cost_total, source="reported")
    return Cost(total=call.cost_total, input=call.cost_input, output=call.cost_output, source="computed")


def counted(calls: Iterable[Call]) -> list[Call]:
    """The spans whose usage makes up the total."""
    every = list(calls)
    models = [call for call in every if call.type in CALLS] or every
    parents = {call.parent_span_id for call in models}
    deepest = [call for call in models if call.span_id not in parents]
    # A call without a response id is itself only: span ids are unique.
    once: dict[str, Call] = {}
    for call in deepest:
        once.setdefault(call.response_id or call.span_id, call)
    return list(once.values())


def _sum(values: Iterable[int]) -> int | None:
    known = [value for value in values if value >= 0]
    return sum(known) if known else None


def total_usage(calls: list[Call]) -> Usage:
    return Usage(
        _sum(c.input_tokens for c in calls),
        _sum(c.output_tokens for c in calls),
        _sum(c.cache_read_tokens for c in calls),
        _sum(c.cache_write_tokens for c in calls),
        _sum(c.reasoning_tokens for c in calls),
        _sum(c.audio_input_tokens for c in calls),
        _sum(c.audio_output_tokens for c in calls),
        _sum(map(tokens_of, calls)),
    )


def total_cost(calls: list[Call]) -> Cost:
    """The sum of what is priced; `unpriced` when nothing is, `mixed` when the parts have different sources."""
    known = [call for call in calls if call.cost_total >= 0]
    if not known:
        return Cost()
    reported = sum(call.reported for call in known)
    source: CostSource = "mixed"
    if len(known) == len(calls) and reported in (0, len(known)):
        source = "reported" if reported else "computed"
    return Cost(
        total=sum(call.cost_total for call in known),
        input=None if reported else sum(call.cost_input for call in known),
        output=None if reported else sum(call.cost_output for call in known),
        source=source,
    )
