"""The public price list (the package `genai-prices`) as our prices.

Prices there are dollars per million tokens; periods begin at a date. Prices by hour of the day are left out: no
column of a span could say why two equal calls cost differently.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import genai_prices
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, ModelPrice, StartDateConstraint, TieredPrices

from backend.store.prices import ALWAYS_FROM, ALWAYS_TO, Price, Tier

MILLION = Decimal(1_000_000)
MAIN_PROVIDERS = ("openai", "anthropic", "google")


def source() -> str:
    """Names the list and its release: a newer one asks again for what was not found."""
    return f"genai-prices {genai_prices.__version__}"


def _at(price: Decimal | TieredPrices | None, tokens: int) -> Decimal | None:
    """Dollars per million tokens of a request of `tokens` input tokens; a tier begins above its start."""
    if isinstance(price, TieredPrices):
        best = price.base
        for tier in sorted(price.tiers, key=lambda t: t.start):
            if tokens > tier.start:
                best = tier.price
        return best
    return price


def _starts(prices: ModelPrice) -> list[int]:
    """First input-token count of each tier, 0 first."""
    values: list[Any] = list(vars(prices).values())
    return [0, *sorted({tier.start + 1 for value in values if isinstance(value, TieredPrices) for tier in value.tiers})]


def _tier(prices: ModelPrice, tokens: int) -> Tier:
    def per_token(name: str, otherwise: Decimal) -> Decimal:
        found = _at(getattr(prices, name, None), tokens)
        return found / MILLION if found is not None else otherwise

    plain, answer = per_token("input_mtok", Decimal(0)), per_token("output_mtok", Decimal(0))
    return Tier(
        tier_from=tokens,
        input=float(plain),
        output=float(answer),
        # Without a price of their own, cached tokens cost what input costs.
        cache_read=float(per_token("cache_read_mtok", plain)),
        cache_write=float(per_token("cache_write_mtok", plain)),
        # Audio and reasoning likewise: what text costs.
        audio_input=float(per_token("input_audio_mtok", plain)),
        audio_output=float(per_token("output_audio_mtok", answer)),
        reasoning=float(per_token("output_reasoning_mtok", answer)),
    )


def _periods(prices: ModelPrice | list[ConditionalPrice]) -> list[tuple[datetime, ModelPrice]]:
    if isinstance(prices, ModelPrice):
        return [(ALWAYS_FROM, prices)]
    periods: list[tuple[datetime, ModelPrice]] = []
    for conditional in prices:
        if conditional.constraint is None:
            periods.append((ALWAYS_FROM, conditional.prices))
        elif isinstance(conditional.constraint, StartDateConstraint):
            day = conditional.constraint.start_date
            periods.append((datetime(day.year, day.month, day.day, tzinfo=UTC), conditional.prices))
    return sorted(periods, key=lambda period: period[0])


def look_up(provider: str, model: str) -> list[Price]:
    """Prices of a model, one a period; one price without tiers when the list does not know it."""
    found = _find(provider, model)
    if found is None:
        return [Price(provider, model, (), source=source())]
    periods = _periods(found)
    ends = [*(start for start, _ in periods[1:]), ALWAYS_TO]
    return [
        Price(
            provider,
            model,
            tuple(_tier(prices, tokens) for tokens in _starts(prices)),
            request=float((_at(getattr(prices, "requests_kcount", None), 0) or Decimal(0)) / 1000),
            effective_from=start,
            effective_to=end,
            source=source(),
        )
        for (start, prices), end in zip(periods, ends, strict=True)
    ]


def _find(provider: str, model: str) -> ModelPrice | list[ConditionalPrice] | None:
    snapshot = get_snapshot()
    # A provider's name that the list does not know must not hide a model whose name it knows; and a span that names no
    # provider means, for a model name of these three, one of these three.
    for provider_id in dict.fromkeys((provider or None, None, *(() if provider else MAIN_PROVIDERS))):
        try:
            return snapshot.find_provider_model(model, None, provider_id, None)[1].prices
        except LookupError:
            continue
    return None
