"""What the form of a price shows at first: the price that holds, or the one that is being changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.pricing.seen import KnownPrice, UsedModel

NUMBERS = ("input", "output", "cache_read", "cache_write", "audio_input", "audio_output", "reasoning")


def first_values(asked: Mapping[str, str], models: Iterable[UsedModel], own: Iterable[KnownPrice]) -> dict[str, Any]:
    """Of `provider`, `model` and `from` (seconds, when a price of the project is to be changed)."""
    provider, model, begins = asked.get("provider", ""), asked.get("model", ""), asked.get("from", "")
    named: dict[str, Any] = {"provider": provider, "model": model}
    known = next((one.price for one in models if (one.provider, one.model) == (provider, model)), None)
    for one in own:
        same = (one.price.provider, one.price.model) == (provider, model)
        if same and begins == (f"{one.since.timestamp():.0f}" if one.since else ""):
            known = one
            named["effective_from"] = one.since.date() if one.since else None
            break
    return named | numbers_of(known) if known else named


def numbers_of(known: KnownPrice) -> dict[str, str]:
    """Dollars per million tokens. What costs the same as text is left empty: that is what empty means."""
    tier = known.price.tiers[0]
    plain = {name: tier.output if name in ("audio_output", "reasoning") else tier.input for name in NUMBERS}
    found: dict[str, str] = {}
    for name in NUMBERS:
        number = getattr(tier, name)
        if name in ("input", "output") or number != plain[name]:
            found[name] = f"{number * 1_000_000:.12g}"
    if known.price.request:
        found["request"] = f"{known.price.request:.12g}"
    return found
