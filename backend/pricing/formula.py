"""The cost of one call written out: tokens times prices, what they come to, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

MERGED = ("audio input", "audio output", "reasoning")  # shown in a line of their own when their price is their own
A_TIER = 9  # numbers in `rates` (docs/decisions/0007)
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
    all_output: int = 0
    # What is taken off all input and all output, because it has a price of its own.
    apart: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    apart_output: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
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
    tier_from, *_ = prices = row["tier_rates"]
    before, request, after = _terms(row, prices)
    *text, heard = before
    cost_input = sum(term.dollars for term in (*text, request, heard))
    cost_output = sum(term.dollars for term in after)
    (plain, *apart), (answer, *apart_output) = _shown(before), _shown(after)
    return Formula(
        "computed",
        total=cost_input + cost_output,
        input=cost_input,
        output=cost_output,
        model=model,
        provider=provider,
        all_input=max(row["input_tokens"], 0),
        all_output=max(row["output_tokens"], 0),
        apart=[(term.label, term.tokens) for term in apart if term.tokens],
        apart_output=[(term.label, term.tokens) for term in apart_output if term.tokens],
        terms=[plain, *apart, *([request] if request.price else []), answer, *apart_output],
        tier_from=int(tier_from),
        tiers=len(row["rates"]) // A_TIER,
        own=bool(row["own"]),
    )


def _terms(row: Mapping[str, Any], prices: Sequence[float]) -> tuple[list[Term], Term, list[Term]]:
    """Those of the input, the request, those of the output. The SQL adds up in the order of the rates: audio last."""
    _, price_in, price_out, price_read, price_write, price_request, price_heard, price_spoken, price_thought = prices
    output = max(row["output_tokens"], 0)
    read, write = max(row["cache_read_tokens"], 0), max(row["cache_write_tokens"], 0)
    fresh = max(max(row["input_tokens"], 0) - read - write, 0)
    heard, spoken = min(max(row["audio_input_tokens"], 0), fresh), min(max(row["audio_output_tokens"], 0), output)
    thought = min(max(row["reasoning_tokens"], 0), output - spoken)
    before = [
        Term("input", fresh - heard, price_in),
        Term("read from cache", read, price_read),
        Term("written to cache", write, price_write),
        Term("audio input", heard, price_heard),
    ]
    after = [
        Term("output", output - spoken - thought, price_out),
        Term("audio output", spoken, price_spoken),
        Term("reasoning", thought, price_thought),
    ]
    return before, Term("request", None, price_request), after


def _shown(terms: Sequence[Term]) -> list[Term]:
    """The first, with the audio or the reasoning that costs the same; the others that have tokens."""
    first, *others = terms
    same = [term for term in others if term.label in MERGED and term.price == first.price]
    tokens = sum(term.tokens or 0 for term in (first, *same))
    return [replace(first, tokens=tokens), *(term for term in others if term.tokens and term not in same)]
