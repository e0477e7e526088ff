"""How the cost of one span was computed: the prices that were used, and where they come from."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

from backend.store.client import Row, Store
from backend.store.prices import COST
from backend.store.queries.spans import OF_SPAN, OF_TRACE

SPAN_COST: LiteralString = (
    "WITH"
    + COST
    + """
SELECT provider, used_model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens,
  audio_input_tokens, audio_output_tokens, reasoning_tokens, reported_cost,
  cost_input >= 0 AS computed, cost_input, cost_output, cost_total, rates, tier_rates, notEmpty(own_rates) AS own"""
    + OF_TRACE
    + OF_SPAN
    + " LIMIT 1"
)

# The row of the price list whose numbers the dictionary gave.
PRICE_SOURCE: LiteralString = """
SELECT source, toUnixTimestamp(effective_from) AS effective_from, toUnixTimestamp(effective_to) AS effective_to
FROM model_prices FINAL
WHERE project_id IN ({project_id:UUID}, toUUID('00000000-0000-0000-0000-000000000000'))
  AND (project_id = {project_id:UUID}) = {own:Bool} AND priced = 1
  AND provider = {provider:String} AND model = {model:String}
  AND effective_from <= fromUnixTimestamp64Nano({start_ns:Int64}) AND effective_to >= fromUnixTimestamp64Nano({start_ns:Int64})
  AND arrayFlatten(arrayMap((t, i, o, r, w, ai, ao, re) -> [toFloat64(t), i, o, r, w, request, ai, ao, re],
    tier_from, input, output, cache_read, cache_write, if(empty(audio_input), input, audio_input),
    if(empty(audio_output), output, audio_output), if(empty(reasoning), output, reasoning))) = {rates:Array(Float64)}
ORDER BY effective_from LIMIT 1"""


def span_cost(store: Store, project_id: UUID, trace_id: str, span_id: str, start_ns: int) -> Row | None:
    params = {"project_id": project_id, "trace_id": trace_id, "span_id": span_id}
    rows = store.read(SPAN_COST, {**params, "first_ns": start_ns, "last_ns": start_ns})
    return rows[0] if rows else None


def price_source(store: Store, project_id: UUID, cost: Row, start_ns: int) -> Row | None:
    """source, effective_from, effective_to (seconds) of the price that `span_cost` used."""
    rows = store.read(
        PRICE_SOURCE,
        {
            "project_id": project_id,
            "own": bool(cost["own"]),
            "provider": str(cost["provider"]),
            "model": str(cost["used_model"]),
            "start_ns": start_ns,
            "rates": list(cost["rates"]),
        },
    )
    return rows[0] if rows else None
