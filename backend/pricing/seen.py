"""The models that a project used, with the price that holds for each now."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from backend.store import client, prices
from backend.store.prices import Price
from backend.store.queries import models
from backend.store.queries.models import HeldPrice

# Calls are counted this far back.
COUNTED_DAYS = 30
DAY_NS = 86_400_000_000_000


@dataclass(frozen=True)
class KnownPrice:
    """Dollars per token. `own`: set by the project. The times are None when it holds always."""

    price: Price
    own: bool

    @property
    def since(self) -> datetime | None:
        return self.price.effective_from if self.price.effective_from > prices.ALWAYS_FROM else None

    @property
    def until(self) -> datetime | None:
        return self.price.effective_to if self.price.effective_to < prices.ALWAYS_TO else None


@dataclass(frozen=True)
class UsedModel:
    """`calls`: in the last COUNTED_DAYS days."""

    provider: str
    model: str
    calls: int
    first_seen: datetime
    last_seen: datetime
    price: KnownPrice | None


def used_models(project_id: UUID) -> list[UsedModel]:
    """Those without a price first, then the most called."""
    store = client.current()
    counts = models.calls_by_model(store, project_id, time.time_ns() - COUNTED_DAYS * DAY_NS)
    held = models.held_prices(store, project_id)
    now = datetime.now(UTC)
    found = [
        UsedModel(
            one.provider,
            one.model,
            counts.get((one.provider, one.model), 0),
            one.first_seen,
            one.last_seen,
            price_now(held, one.provider, one.model, now),
        )
        for one in models.seen_models(store, project_id)
    ]
    return sorted(found, key=lambda one: (one.price is not None, -one.calls, one.provider, one.model))


def price_now(held: Iterable[HeldPrice], provider: str, model: str, now: datetime) -> KnownPrice | None:
    """The project's own price, else that of the list, at that moment."""
    at = [
        one
        for one in held
        if (one.price.provider, one.price.model) == (provider, model)
        and one.price.effective_from <= now < one.price.effective_to
    ]
    at.sort(key=lambda one: not one.own)
    return KnownPrice(at[0].price, at[0].own) if at else None
