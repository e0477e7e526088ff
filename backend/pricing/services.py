"""Prices for the models that were seen."""

from __future__ import annotations

from backend.pricing import price_list
from backend.store import client, prices


def resolve_prices() -> int:
    """Look up the prices of models seen for the first time; how many (provider, model) pairs were looked up."""
    store = client.current()
    pairs = prices.unresolved(store, price_list.source())
    prices.save(store, [price for provider, model in pairs for price in price_list.look_up(provider, model)])
    return len(pairs)
