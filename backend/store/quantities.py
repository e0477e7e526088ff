"""Numbers that every row of a family has, whose spread can be shown: how long, how dear, how large each one was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from backend.store.measures import Family, Unit


@dataclass(frozen=True)
class Quantity:
    """`sql` is over one row of the family, `given` tells whether it has the number.

    `field`: of the filter language, for the same number of a span; "" when no field says it.
    `summed`: the number of a trace is the sum of its calls.
    """

    name: str
    family: Family
    label: str
    unit: Unit
    sql: LiteralString
    given: LiteralString = "1"
    field: str = ""
    summed: bool = False


def _of_call(name: str, label: str, column: LiteralString, field: str, unit: Unit = "tokens") -> Quantity:
    return Quantity(name, "calls", label, unit, column, "used AND " + column + " >= 0", field)


# What a trace spent, by the calls that count in its total.
SPENT: LiteralString = (
    "SELECT trace_id, sumOrNullIf(cost, used AND cost >= 0) AS spent_cost, "
    "sumOrNullIf(tokens, used AND tokens >= 0) AS spent_tokens FROM ("
)
QUANTITIES: tuple[Quantity, ...] = (
    Quantity("trace_latency", "traces", "Latency of traces", "ns", "lasted_ns", field="latency"),
    Quantity("trace_cost", "traces", "Cost of traces", "usd", "spent_cost", "spent_cost IS NOT NULL", summed=True),
    Quantity(
        "trace_tokens", "traces", "Tokens of traces", "tokens", "spent_tokens", "spent_tokens IS NOT NULL", summed=True
    ),
    Quantity("call_latency", "calls", "Latency of calls", "ns", "lasted_ns", field="latency"),
    Quantity("ttft", "calls", "Time to first token", "ns", "ttft_ns", "ttft_ns >= 0", "ttft"),
    _of_call("call_cost", "Cost of calls", "cost", "cost", "usd"),
    _of_call("call_tokens", "Tokens of calls", "tokens", "tokens"),
    _of_call("call_input_tokens", "Input tokens of calls", "input_tokens", "input_tokens"),
    _of_call("call_output_tokens", "Output tokens of calls", "output_tokens", "output_tokens"),
    Quantity("span_latency", "spans", "Latency of spans", "ns", "lasted_ns", field="latency"),
)
QUANTITY: dict[str, Quantity] = {one.name: one for one in QUANTITIES}
