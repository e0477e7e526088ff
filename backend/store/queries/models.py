"""Which models a project used, how often, and the prices that hold for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store
from backend.store.prices import Price, Tier

MODELS: LiteralString = """
SELECT provider, model, toUnixTimestamp(min(first_seen)) AS first_s, toUnixTimestamp(max(last_seen)) AS last_s
FROM models_seen WHERE project_id = {project_id:UUID}
GROUP BY provider, model ORDER BY last_s DESC, provider, model LIMIT {limit:UInt32}"""

CALLS: LiteralString = """
SELECT provider, if(response_model != '', response_model, request_model) AS model, count() AS calls
FROM spans FINAL
WHERE project_id = {project_id:UUID} AND start_time >= fromUnixTimestamp64Nano({from_ns:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({from_ns:Int64}))
  AND type IN ('llm', 'embedding', 'reranker') AND model != ''
GROUP BY provider, model"""

# Those of the list for models that were seen; those of the project for any.
PRICES: LiteralString = """
SELECT provider, model, toUnixTimestamp(effective_from) AS from_s, toUnixTimestamp(effective_to) AS to_s, tier_from, input, output,
  cache_read, cache_write, if(empty(audio_input), input, audio_input) AS heard, if(empty(audio_output), output, audio_output) AS spoken,
  if(empty(reasoning), output, reasoning) AS thought, request, source, project_id = {project_id:UUID} AS own
FROM model_prices FINAL
WHERE priced = 1 AND (project_id = {project_id:UUID} OR project_id = toUUID('00000000-0000-0000-0000-000000000000')
  AND (provider, model) IN (SELECT provider, model FROM models_seen WHERE project_id = {project_id:UUID}))
ORDER BY provider, model, effective_from"""

MOST_MODELS = 1_000  # as many as are looked up in the price list at once


@dataclass(frozen=True)
class SeenModel:
    provider: str
    model: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class HeldPrice:
    """A price as it is stored. `own`: the project's, not the list's."""

    price: Price
    own: bool


def seen_models(store: Store, project_id: UUID) -> list[SeenModel]:
    """The one used last first, at most MOST_MODELS."""
    rows = store.read(MODELS, {"project_id": project_id, "limit": MOST_MODELS})
    return [SeenModel(str(r["provider"]), str(r["model"]), _moment(r["first_s"]), _moment(r["last_s"])) for r in rows]


def calls_by_model(store: Store, project_id: UUID, from_ns: int) -> Mapping[tuple[str, str], int]:
    """(provider, model) -> spans that called it since then."""
    rows = store.read(CALLS, {"project_id": project_id, "from_ns": from_ns})
    return {(str(row["provider"]), str(row["model"])): int(row["calls"]) for row in rows}


def held_prices(store: Store, project_id: UUID, profile: Profile = Profile.UI) -> list[HeldPrice]:
    return [HeldPrice(_price(row), bool(row["own"])) for row in store.read(PRICES, {"project_id": project_id}, profile)]


def _price(row: Row) -> Price:
    names = ("tier_from", "input", "output", "cache_read", "cache_write", "heard", "spoken", "thought")
    return Price(
        str(row["provider"]),
        str(row["model"]),
        tuple(Tier(*numbers) for numbers in zip(*(row[name] for name in names), strict=True)),
        request=float(row["request"]),
        effective_from=_moment(row["from_s"]),
        effective_to=_moment(row["to_s"]),
        source=str(row["source"]),
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
