"""Models and prices as JSON: dollars per million tokens, as people know prices."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers as s

from backend.core.errors import InvalidInput
from backend.core.limits import MAX_DOLLARS_PER_MILLION, MAX_MODEL_CHARS
from backend.pricing.seen import KnownPrice, UsedModel

MILLION = 1_000_000


def _dollars(**more: Any) -> s.Field[Any, Any, Any, Any]:
    return s.FloatField(min_value=0, max_value=MAX_DOLLARS_PER_MILLION, **more)


class Tier(s.Serializer[Any]):
    """Dollars per million tokens."""

    from_input_tokens = s.IntegerField()
    input = s.FloatField()
    output = s.FloatField()
    cache_read = s.FloatField()
    cache_write = s.FloatField()
    audio_input = s.FloatField()
    audio_output = s.FloatField()
    reasoning = s.FloatField()


class Price(s.Serializer[Any]):
    provider = s.CharField()
    model = s.CharField()
    own = s.BooleanField(help_text="true: the project set it; false: it is of the price list.")
    source = s.CharField()  # pyright: ignore[reportAssignmentType] - no argument of that name is used
    effective_from = s.DateTimeField(allow_null=True, help_text="null: always.")
    effective_to = s.DateTimeField(allow_null=True, help_text="null: without end.")
    request = s.FloatField(help_text="Dollars per request.")
    tiers = Tier(many=True)


class PriceList(s.Serializer[Any]):
    results = Price(many=True)


class Model(s.Serializer[Any]):
    provider = s.CharField()
    model = s.CharField()
    calls = s.IntegerField(help_text="In the last 30 days.")
    first_seen = s.DateTimeField()
    last_seen = s.DateTimeField()
    price = Price(allow_null=True, help_text="The one that holds now; null: without a price.")


class ModelList(s.Serializer[Any]):
    results = Model(many=True)


class NewPrice(s.Serializer[Any]):
    """Dollars per million tokens. What is left out costs what input, or what output, costs."""

    provider = s.CharField(required=False, allow_blank=True, max_length=MAX_MODEL_CHARS, default="")
    model = s.CharField(max_length=MAX_MODEL_CHARS)
    input = _dollars()
    output = _dollars()
    cache_read = _dollars(required=False, allow_null=True)
    cache_write = _dollars(required=False, allow_null=True)
    audio_input = _dollars(required=False, allow_null=True)
    audio_output = _dollars(required=False, allow_null=True)
    reasoning = _dollars(required=False, allow_null=True)
    request = _dollars(required=False, allow_null=True, help_text="Dollars per request.")
    effective_from = s.DateTimeField(required=False, allow_null=True, help_text="null: always.")


def price(known: KnownPrice) -> dict[str, Any]:
    held = known.price
    return {
        "provider": held.provider,
        "model": held.model,
        "own": known.own,
        "source": held.source,
        "effective_from": _written(known.since),
        "effective_to": _written(known.until),
        "request": held.request,
        "tiers": [
            {"from_input_tokens": numbers.pop("tier_from"), **{name: _million(each) for name, each in numbers.items()}}
            for numbers in map(asdict, held.tiers)
        ],
    }


def model(used: UsedModel) -> dict[str, Any]:
    return {
        "provider": used.provider,
        "model": used.model,
        "calls": used.calls,
        "first_seen": _written(used.first_seen),
        "last_seen": _written(used.last_seen),
        "price": price(used.price) if used.price else None,
    }


def begin(text: str) -> datetime | None:
    """The moment a price begins, as `price` wrote it."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("Write the time as the price says it.", field="effective_from") from None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _million(per_token: float) -> float:
    """Without what binary fractions add at the 17th digit."""
    return float(f"{per_token * MILLION:.12g}")


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
