"""The cost of one call written out: tokens times prices, what they come to, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

# Why there is no number.
Missing = Literal["", "model", "tokens", "price"]


@dataclass(frozen=True)
class Term:
    """`tokens` at `price` dollars each; a price per request has no tokens."""

    label: str
    tokens: int | None
    price: float

    @property
    def dollars(self) -> float:
        return self.price if self.tokens is None else self.tokens * self.price


@dataclass(frozen=True)
class Formula:
    """`source`: reported by the sender, computed from prices, or unpriced. `own`: the project's own price."""

    source: Literal["reported", "computed", "unpriced"]
    total: float | None = None
    input: float | None = None
    output: float | None = None
    model: str = ""
    provider: str = ""
    missing: Missing = ""
    all_input: int = 0
    cached: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    terms: list[Term] = field(default_factory=list[Term])
    tier_from: int = 0
    tiers: int = 1
    own: bool = False
    price_list: str = ""
    effective_from: datetime | None = None
    effective_to: datetime | None = None


def formula(row: Mapping[str, Any]) -> Formula:
    """Of a row of `span_cost`. Adds up in the order of the SQL, so that the sum is the same to the last digit."""
    model, provider = str(row["used_model"]), str(row["provider"])
    if row["reported_cost"] >= 0:
        return Formula("reported", total=float(row["reported_cost"]), model=model, provider=provider)
    if not row["computed"]:
        has_tokens = row["input_tokens"] >= 0 or row["output_tokens"] >= 0
        missing: Missing = "model" if not model else "price" if has_tokens else "tokens"
        return Formula("unpriced", model=model, provider=provider, missing=missing)
    rates: Sequence[float] = row["rates"]
    at = int(row["tier"]) - 1
    tier_from, price_in, price_out, price_read, price_write, price_request = rates[at : at + 6]
    all_input, output = max(row["input_tokens"], 0), max(row["output_tokens"], 0)
    read, write = max(row["cache_read_tokens"], 0), max(row["cache_write_tokens"], 0)
    plain = Term("input", max(all_input - read - write, 0), price_in)
    from_cache, to_cache = Term("read from cache", read, price_read), Term("written to cache", write, price_write)
    request, answer = Term("request", None, price_request), Term("output", output, price_out)
    cost_input = plain.dollars + from_cache.dollars + to_cache.dollars + request.dollars
    return Formula(
        "computed",
        total=cost_input + answer.dollars,
        input=cost_input,
        output=answer.dollars,
        model=model,
        provider=provider,
        all_input=all_input,
        cached=[(term.label, term.tokens) for term in (from_cache, to_cache) if term.tokens],
        terms=[
            plain,
            *(term for term in (from_cache, to_cache) if term.tokens),
            *([request] if price_request else []),
            answer,
        ],
        tier_from=int(tier_from),
        tiers=len(rates) // 6,
        own=bool(row["own"]),
    )
