"""What a call cost, as SQL over `spans` and the dictionary of prices; and the prices themselves.

A cost the sender reported wins. Else tokens times price: cached input, audio and reasoning at their own prices, the tier
chosen by all input.
-1 stands for 'not priced'; it is never shown as 0.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Store

ALL_PROJECTS = UUID(int=0)
ALWAYS_FROM = datetime(2000, 1, 1, tzinfo=UTC)
ALWAYS_TO = datetime(2100, 1, 1, tzinfo=UTC)

# For use after WITH, in a query whose rows are spans of one project. Gives cost_total, cost_input, cost_output, and what they
# came from: used_model, own_rates, rates, tier_rates. A name is put in wherever it is used, look-ups and all; what a lambda is
# given is computed once. Hence arrayMap over one value (docs/decisions/0015).
COST: LiteralString = """
  if(response_model != '', response_model, request_model) AS used_model,
  dictGet('prices', 'rates', (project_id, toString(provider), toString(used_model)), toDateTime(start_time)) AS own_rates,
  dictGet('prices', 'rates', (toUUID('00000000-0000-0000-0000-000000000000'), toString(provider), toString(used_model)),
    toDateTime(start_time)) AS list_rates,
  arrayFirst(r -> notEmpty(r), [own_rates, list_rates]) AS rates,
  arrayMap(r -> if(length(r) < 10, r, arraySlice(r, greatest(
    arrayLastIndex((p, n) -> n % 9 = 1 AND p <= greatest(input_tokens, 0), r, arrayEnumerate(r)), 1), 9)), [rates])[1] AS tier_rates,
  greatest(cache_read_tokens, 0) AS read_tokens,
  greatest(cache_write_tokens, 0) AS write_tokens,
  greatest(greatest(input_tokens, 0) - read_tokens - write_tokens, 0) AS fresh_tokens,
  least(greatest(audio_input_tokens, 0), fresh_tokens) AS heard_tokens,
  least(greatest(audio_output_tokens, 0), greatest(output_tokens, 0)) AS spoken_tokens,
  least(greatest(reasoning_tokens, 0), greatest(output_tokens, 0) - spoken_tokens) AS thought_tokens,
  arrayMap(p -> multiIf(
    reported_cost >= 0, (-1., -1., reported_cost),
    empty(p) OR (input_tokens < 0 AND output_tokens < 0), (-1., -1., -1.),
    ((fresh_tokens - heard_tokens) * p[2] + read_tokens * p[4] + write_tokens * p[5] + p[6] + heard_tokens * p[7] AS for_input,
     (greatest(output_tokens, 0) - spoken_tokens - thought_tokens) * p[3] + spoken_tokens * p[8] + thought_tokens * p[9] AS for_output,
     for_input + for_output)), [tier_rates])[1] AS dollars,
  dollars.1 AS cost_input, dollars.2 AS cost_output, dollars.3 AS cost_total"""

UNRESOLVED: LiteralString = """
SELECT seen.provider AS provider, seen.model AS model
FROM (SELECT DISTINCT provider, model FROM models_seen) AS seen
LEFT ANTI JOIN (
  SELECT provider, model FROM model_prices FINAL WHERE project_id = toUUID('00000000-0000-0000-0000-000000000000') AND source = {source:String}
    AND (priced = 0 OR notEmpty(audio_input))
) AS known ON seen.provider = known.provider AND seen.model = known.model
ORDER BY provider, model LIMIT 1000"""

COLUMNS = (
    "project_id",
    "provider",
    "model",
    "effective_from",
    "effective_to",
    "tier_from",
    "input",
    "output",
    "cache_read",
    "cache_write",
    "audio_input",
    "audio_output",
    "reasoning",
    "request",
    "priced",
    "source",
    "version",
)


@dataclass(frozen=True)
class Tier:
    """US dollars per token for requests of at least `tier_from` input tokens. None: as input or output of text."""

    tier_from: int
    input: float
    output: float
    cache_read: float
    cache_write: float
    audio_input: float | None = None
    audio_output: float | None = None
    reasoning: float | None = None


@dataclass(frozen=True)
class Price:
    """The price of one model in one period. No tiers: looked for and not found."""

    provider: str
    model: str
    tiers: tuple[Tier, ...]
    request: float = 0.0
    effective_from: datetime = ALWAYS_FROM
    effective_to: datetime = ALWAYS_TO
    source: str = ""


def unresolved(store: Store, source: str) -> list[tuple[str, str]]:
    """(provider, model) pairs that were seen and not yet looked up in `source`, at most 1,000."""
    rows = store.read(UNRESOLVED, {"source": source}, Profile.API)
    return [(str(row["provider"]), str(row["model"])) for row in rows]


def save(store: Store, prices: Sequence[Price], project_id: UUID = ALL_PROJECTS) -> None:
    """Store prices and make them count at once, for the past as well."""
    now = time.time_ns()
    store.insert(
        "model_prices",
        COLUMNS,
        [
            (
                project_id,
                p.provider,
                p.model,
                p.effective_from,
                p.effective_to,
                [t.tier_from for t in p.tiers],
                [t.input for t in p.tiers],
                [t.output for t in p.tiers],
                [t.cache_read for t in p.tiers],
                [t.cache_write for t in p.tiers],
                [t.input if t.audio_input is None else t.audio_input for t in p.tiers],
                [t.output if t.audio_output is None else t.audio_output for t in p.tiers],
                [t.output if t.reasoning is None else t.reasoning for t in p.tiers],
                p.request,
                int(bool(p.tiers)),
                p.source,
                now,
            )
            for p in prices
        ],
    )
    # A project's price may be taken back: that is a price without tiers, too.
    if project_id != ALL_PROJECTS or any(p.tiers for p in prices):
        store.command("SYSTEM RELOAD DICTIONARY prices")
