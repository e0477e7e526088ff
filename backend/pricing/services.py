"""Prices for the models that were seen, and how they make the cost of a call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from backend.pricing import price_list
from backend.pricing.formula import Formula, formula
from backend.store import client, prices
from backend.store.queries import span_cost


def resolve_prices() -> int:
    """Look up the prices of models seen for the first time; how many (provider, model) pairs were looked up."""
    store = client.current()
    pairs = prices.unresolved(store, price_list.source())
    prices.save(store, [price for provider, model in pairs for price in price_list.look_up(provider, model)])
    return len(pairs)


def explain_cost(project_id: UUID, trace_id: str, span_id: str, start_ns: int) -> Formula | None:
    """How the cost that is shown for a span came about; None when the span is not there."""
    store = client.current()
    row = span_cost.span_cost(store, project_id, trace_id, span_id, start_ns)
    if row is None:
        return None
    made = formula(row)
    named = span_cost.price_source(store, project_id, row, start_ns) if made.source == "computed" else None
    if named is None:
        return made
    begins, ends = (datetime.fromtimestamp(int(named[key]), UTC) for key in ("effective_from", "effective_to"))
    return replace(
        made,
        price_list=str(named["source"]),
        effective_from=begins if begins > prices.ALWAYS_FROM else None,
        effective_to=ends if ends < prices.ALWAYS_TO else None,
    )
