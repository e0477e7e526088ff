"""Models compared like for like: in strata that all of them serve, weighted by the strata's share of their calls."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal
from uuid import UUID

from backend.core.errors import InvalidInput
from backend.metrics import facts, intervals
from backend.metrics.intervals import Estimate, Part
from backend.metrics.scans import shared
from backend.metrics.services import find_group, interval_ns, wanted_key
from backend.metrics.shares import z_of
from backend.store import client
from backend.store.client import Row, Store
from backend.store.filters import compile_filter
from backend.store.measures import Unit
from backend.store.queries import comparison as queries
from backend.store.queries.comparison import STEPS
from backend.store.queries.metrics import Wanted

# A stratum counts for a model from so many calls on: of fewer, nobody can tell how much they vary.
LEAST_CALLS = 5
MOST_MODELS = 6
# Scores shown: the names with most of them.
SCORES_SHOWN = 5
Better = Literal["up", "down", ""]
Estimator = Callable[[Sequence[Part], Sequence[float], float], Estimate]


@dataclass(frozen=True)
class CompareQuestion:
    """`by`: what makes calls alike (a grouping of calls); "" compares all calls as they are. `models`: () chooses."""

    project_id: UUID
    start_ns: int
    end_ns: int
    by: str = ""
    models: tuple[str, ...] = ()
    filter: str = ""


@dataclass(frozen=True)
class Compared:
    """One measure: an estimate a model (None: nobody gave the numbers), and the models that clearly differ from the
    first one, with the sign of the difference."""

    name: str
    label: str
    unit: Unit
    better: Better
    estimates: dict[str, Estimate | None]
    clear: dict[str, int]


@dataclass(frozen=True)
class Comparison:
    """`models`: the compared ones, with their calls in the window; `seen`: all with their calls. `strata`: the common
    ones, with their weight; `left_out`: calls of the compared models in other strata."""

    by: str
    seen: dict[str, int]
    models: dict[str, int]
    strata: dict[str, float]
    left_out: int
    measures: list[Compared]


@dataclass(frozen=True)
class _Measure:
    name: str
    label: str
    unit: Unit
    better: Better
    part: Callable[[Row], Part]
    estimate: Estimator


def _mean_of(prefix: str) -> Callable[[Row], Part]:
    return lambda row: Part(int(row[f"{prefix}_n"]), float(row[f"{prefix}_mean"] or 0), _var(row[f"{prefix}_var"]))


def _var(value: float | None) -> float:
    return 0.0 if value is None or math.isnan(value) else float(value)  # of fewer than two


def _levels_of(prefix: str) -> Callable[[Row], Part]:
    def part(row: Row) -> Part:
        levels, counts = row[f"{prefix}_levels"]
        return Part(sum(counts), levels=dict(zip(levels, counts, strict=True)))

    return part


def _failed(row: Row) -> Part:
    return Part(int(row["calls"]), int(row["failed"]) / int(row["calls"]))


def _quantile(wanted: float) -> Estimator:
    return partial(intervals.quantile, wanted=wanted, steps=STEPS)


MEASURES: tuple[_Measure, ...] = (
    _Measure("cost_per_call", "Cost of a call", "usd", "down", _mean_of("cost"), intervals.mean),
    _Measure("latency_p50", "Latency, median", "ns", "down", _levels_of("latency"), _quantile(0.5)),
    _Measure("latency_p95", "Latency, p95", "ns", "down", _levels_of("latency"), _quantile(0.95)),
    _Measure("ttft_p50", "Time to first token, median", "ns", "down", _levels_of("ttft"), _quantile(0.5)),
    _Measure(
        "tokens_per_second", "Tokens per second, median", "tokens_per_second", "up", _levels_of("speed"), _quantile(0.5)
    ),
    _Measure("error_rate", "Error rate", "share", "down", _failed, intervals.share),
    _Measure("input_tokens", "Input tokens of a call", "tokens", "", _mean_of("input"), intervals.mean),
    _Measure("output_tokens", "Output tokens of a call", "tokens", "", _mean_of("output"), intervals.mean),
)


def compare(question: CompareQuestion) -> Comparison:
    """Raises InvalidInput with the wrong parameter: by, models, filter, from."""
    wanted = _wanted(question)
    store, project = client.current(), question.project_id
    key = (project, "models", wanted_key(wanted))
    rows, scored = shared(key, lambda: _cells(store, project, facts.used_for(project, wanted)))
    seen: dict[str, int] = defaultdict(int)
    calls: dict[str, dict[str, Part]] = defaultdict(dict)
    for row in rows:
        seen[str(row["model"])] += int(row["calls"])
        calls[str(row["model"])][str(row["stratum"])] = Part(int(row["calls"]))
    ordered = dict(sorted(seen.items(), key=lambda one: (-one[1], one[0])))
    models = _chosen(question, ordered, calls)
    strata = common([calls[model] for model in models])
    left_out = sum(part.n for model in models for name, part in calls[model].items() if name not in strata)
    measures = [_compared(one, models, rows) for one in MEASURES]
    measures += [_compared(one, models, part) for one, part in _scores(scored, models)]
    # All comparisons of the page are made at once.
    tests = sum(sum(e is not None for e in one.estimates.values()) - 1 for one, _ in measures if one.estimates)
    z = z_of(max(tests, 1))
    found = [replace(one, clear=_clear(again(z))) for one, again in measures]
    return Comparison(question.by, ordered, {m: ordered[m] for m in models}, strata, left_out, found)


_Again = Callable[[float], dict[str, Estimate | None]]


def _compared(one: _Measure, models: list[str], rows: list[Row]) -> tuple[Compared, _Again]:
    """The measure at 95 %, and how to estimate it at another level."""
    parts: dict[str, dict[str, Part]] = {model: {} for model in models}
    for row in rows:
        if str(row["model"]) in parts:
            part = one.part(row)
            if part.n:
                parts[str(row["model"])][str(row["stratum"])] = part
    having = [model for model in models if any(part.n >= LEAST_CALLS for part in parts[model].values())]
    weights = common([parts[model] for model in having])

    def estimates(z: float) -> dict[str, Estimate | None]:
        made: dict[str, Estimate | None] = dict.fromkeys(models)
        for model in having if weights else []:
            made[model] = one.estimate([parts[model][name] for name in weights], list(weights.values()), z)
        return made

    return Compared(one.name, one.label, one.unit, one.better, estimates(z_of()), {}), estimates


def common(models: Sequence[dict[str, Part]]) -> dict[str, float]:
    """The strata that every model has calls in, with their share of all calls there."""
    if not models:
        return {}
    names = [name for name in models[0] if all(name in one and one[name].n >= LEAST_CALLS for one in models)]
    sizes = {name: sum(one[name].n for one in models) for name in names}
    whole = sum(sizes.values())
    return {name: size / whole for name, size in sorted(sizes.items(), key=lambda one: (-one[1], one[0]))}


def _clear(strict: dict[str, Estimate | None]) -> dict[str, int]:
    first = next(iter(strict), "")
    base = strict.get(first)
    if base is None:
        return {}
    return {
        model: 1 if estimate.value > base.value else -1
        for model, estimate in strict.items()
        if estimate is not None and model != first and intervals.differs(estimate, base)
    }


def _chosen(question: CompareQuestion, seen: dict[str, int], calls: dict[str, dict[str, Part]]) -> list[str]:
    """The asked ones; else those with most calls that share a stratum with all before them."""
    if len(question.models) > MOST_MODELS:
        raise InvalidInput(f"At most {MOST_MODELS} models are compared at once.", field="models")
    if question.models:
        return [model for model in dict.fromkeys(question.models) if model in seen]
    best: list[str] = []
    for first in list(seen)[:MOST_MODELS]:
        found = [first] if common([calls[first]]) else []
        for model in seen:
            if found and model != first and len(found) < 4 and common([calls[one] for one in [*found, model]]):
                found.append(model)
        if len(found) > len(best):
            best = found
    return sorted(best, key=lambda model: -seen[model])


def _scores(rows: list[Row], models: list[str]) -> list[tuple[_Measure, list[Row]]]:
    by_name: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row["model"] in models:
            by_name[str(row["name"])].append(row)
    names = sorted(by_name, key=lambda name: -sum(int(row["n"]) for row in by_name[name]))[:SCORES_SHOWN]

    def part(row: Row) -> Part:
        return Part(int(row["n"]), float(row["mean"]), _var(row["var"]))

    return [
        (_Measure(f"score.{name}", f"Score {name}", "score", "up", part, intervals.mean), by_name[name])
        for name in names
    ]


def _cells(store: Store, project: UUID, wanted: Wanted) -> tuple[list[Row], list[Row]]:
    return queries.cells(store, project, wanted), queries.score_cells(store, project, wanted)


def _wanted(question: CompareQuestion) -> Wanted:
    if question.start_ns >= question.end_ns:
        raise InvalidInput("The time range ends before it begins.", field="from")
    try:
        group, key = find_group(question.by, "calls")
    except InvalidInput as error:
        raise InvalidInput(error.message, field="by") from None
    if group is not None and (group.several or group.name in ("model", "request_model", "trace")):
        raise InvalidInput(f"Models cannot be made alike by {question.by}.", field="by")
    text = question.filter.strip()
    return Wanted(
        family="calls",
        measures=(),
        group=group,
        group_key=key,
        matching=compile_filter(text) if text else None,
        from_ns=max(question.start_ns, 0),
        to_ns=question.end_ns,
        origin_ns=0,
        step_ns=interval_ns("none", 1),
    )
