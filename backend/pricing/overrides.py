"""Prices that a project sets itself: they win over the price list, and count for the past as well."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from backend.audit import services as audit
from backend.core.errors import InvalidInput, NotFound
from backend.core.limits import MAX_DOLLARS_PER_MILLION, MAX_MODEL_CHARS
from backend.pricing.seen import KnownPrice
from backend.projects.models import Project
from backend.store import client, prices
from backend.store.prices import ALWAYS_FROM, ALWAYS_TO, Price, Tier
from backend.store.queries import models

SOURCE = "project"
MILLION = 1_000_000
# Fields of NewPrice that may be left out: they cost what input, or what output, costs.
LIKE_INPUT = ("cache_read", "cache_write", "audio_input")
LIKE_OUTPUT = ("audio_output", "reasoning")


@dataclass(frozen=True)
class NewPrice:
    """Dollars per million tokens, and per request. None: see LIKE_INPUT and LIKE_OUTPUT."""

    provider: str
    model: str
    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    audio_input: float | None = None
    audio_output: float | None = None
    reasoning: float | None = None
    request: float = 0.0
    effective_from: datetime | None = None  # None: always


def own_prices(project_id: UUID) -> list[KnownPrice]:
    """By provider, model and time."""
    return [KnownPrice(one.price, True) for one in models.held_prices(client.current(), project_id) if one.own]


@transaction.atomic
def set_price(*, project_id: UUID, actor: str, new: NewPrice) -> KnownPrice:
    """Set the price of a model from a moment on; one that begins at the same moment is replaced.

    Raises InvalidInput with the field.
    """
    check(new)
    project = Project.objects.select_for_update().get(pk=project_id)
    set_to = _price(new)
    others = [
        one for one in _of_model(project_id, new.provider, new.model) if one.effective_from != set_to.effective_from
    ]
    chained = _chained([*others, set_to])
    details = {"provider": new.provider, "input": new.input, "output": new.output, "from": _told(new.effective_from)}
    audit.record_in(project, actor, "price.set", new.model, details)
    prices.save(client.current(), chained, project_id)
    (kept,) = (one for one in chained if one.effective_from == set_to.effective_from)
    return KnownPrice(kept, True)


@transaction.atomic
def remove_price(
    *, project_id: UUID, actor: str, provider: str, model: str, effective_from: datetime | None = None
) -> None:
    """Take back a price that the project set; what holds without it counts again. Raises NotFound."""
    project = Project.objects.select_for_update().get(pk=project_id)
    begins = effective_from or ALWAYS_FROM
    every = _of_model(project_id, provider, model)
    removed = [one for one in every if one.effective_from == begins]
    if not removed:
        raise NotFound("This project has not set such a price.")
    audit.record_in(project, actor, "price.remove", model, {"provider": provider, "from": _told(effective_from)})
    others = _chained([one for one in every if one.effective_from != begins])
    prices.save(client.current(), [*others, replace(removed[0], tiers=())], project_id)


def check(new: NewPrice) -> None:
    """Raises InvalidInput with the field."""
    if not new.model.strip():
        raise InvalidInput("Name the model as spans name it.", field="model")
    for name in ("provider", "model"):
        if len(getattr(new, name)) > MAX_MODEL_CHARS:
            raise InvalidInput(f"At most {MAX_MODEL_CHARS} characters.", field=name)
    for name in ("input", "output", *LIKE_INPUT, *LIKE_OUTPUT, "request"):
        number: float | None = getattr(new, name)
        if number is not None and not (math.isfinite(number) and 0 <= number <= MAX_DOLLARS_PER_MILLION):
            raise InvalidInput(f"A price is a number from 0 to {MAX_DOLLARS_PER_MILLION:,}.", field=name)
    if new.effective_from is not None and not ALWAYS_FROM <= new.effective_from < ALWAYS_TO:
        raise InvalidInput("A price begins between 2000 and 2100.", field="effective_from")


def _of_model(project_id: UUID, provider: str, model: str) -> list[Price]:
    every = [one.price for one in own_prices(project_id)]
    return [one for one in every if (one.provider, one.model) == (provider, model)]


def _price(new: NewPrice) -> Price:
    def per_token(name: str, otherwise: float) -> float:
        number: float | None = getattr(new, name)
        return (otherwise if number is None else number) / MILLION

    tier = Tier(
        0,
        new.input / MILLION,
        new.output / MILLION,
        **{name: per_token(name, new.input) for name in LIKE_INPUT},
        **{name: per_token(name, new.output) for name in LIKE_OUTPUT},
    )
    # ClickHouse keeps seconds.
    begins = new.effective_from.astimezone(UTC).replace(microsecond=0) if new.effective_from else ALWAYS_FROM
    return Price(new.provider, new.model, (tier,), request=new.request, effective_from=begins, source=SOURCE)


def _chained(periods: list[Price]) -> list[Price]:
    """Each period ends where the next one begins."""
    ordered = sorted(periods, key=lambda one: one.effective_from)
    ends = [*(one.effective_from for one in ordered[1:]), ALWAYS_TO]
    return [replace(one, effective_to=end) for one, end in zip(ordered, ends, strict=True)] if ordered else []


def _told(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "always"
