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


def given(number: int) -> int | None:
    return number if number >= 0 else None


def usage_of(call: Call) -> Usage:
    total = given(call.total_tokens)
    # An embedding has no output to count.
    if total is None and call.input_tokens >= 0 and (call.output_tokens >= 0 or call.type == "embedding"):
        total = call.input_tokens + max(call.output_tokens, 0)
    return Usage(
        given(call.input_tokens),
        given(call.output_tokens),
        given(call.cache_read_tokens),
        given(call.cache_write_tokens),
        given(call.reasoning_tokens),
        total,
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


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def total_usage(calls: list[Call]) -> Usage:
    each = [usage_of(call) for call in calls]
    return Usage(
        _sum(u.input_tokens for u in each),
        _sum(u.output_tokens for u in each),
        _sum(u.cache_read_tokens for u in each),
        _sum(u.cache_write_tokens for u in each),
        _sum(u.reasoning_tokens for u in each),
        _sum(u.total_tokens for u in each),
    )


def total_cost(calls: list[Call]) -> Cost:
    """The sum of what is priced; `unpriced` when nothing is, `mixed` when the parts have different sources."""
    each = [cost_of(call) for call in calls]
    known = [cost for cost in each if cost.total is not None]
    if not known:
        return Cost()
    sources: set[CostSource] = {cost.source for cost in each}
    split = all(cost.input is not None for cost in known)
    return Cost(
        total=sum(cost.total or 0.0 for cost in known),
        input=sum(cost.input or 0.0 for cost in known) if split else None,
        output=sum(cost.output or 0.0 for cost in known) if split else None,
        source=sources.pop() if len(sources) == 1 else "mixed",
    )
