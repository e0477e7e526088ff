"""Each row of the table that tells how a convention counts cached input holds on the real engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.conventions.usage_rules import RULES, UsageRule
from tests.conventions.test_columns import stored  # noqa: F401 - a fixture

pytestmark = pytest.mark.store
INPUT, CACHED, OUTPUT = 500, 64, 7


def attributes_of(rule: UsageRule) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    found: dict[str, Any] = dict(rule.given)
    for where, number in ((rule.input, INPUT), (rule.cached, CACHED)):
        key, _, path = where.partition(" → ")
        if not path:
            found[key] = number
            continue
        inside, names = objects.setdefault(key, {}), path.split(".")
        for name in names[:-1]:
            inside = inside.setdefault(name, {})
        inside[names[-1]] = number
    return found | {key: json.dumps(value) for key, value in objects.items()}


@pytest.mark.parametrize("rule", RULES, ids=[rule.convention for rule in RULES])
def test_cached_input_is_counted_once(stored, rule: UsageRule) -> None:  # noqa: F811
    row = stored(attributes_of(rule), scope=rule.scope or "tests")
    wanted = INPUT + CACHED if rule.beside else INPUT
    assert (row["input_tokens"], row["cache_read_tokens"]) == (wanted, CACHED)


def test_a_total_shows_what_cached_input_is(stored) -> None:  # noqa: F811
    sums = {"gen_ai.usage.output_tokens": OUTPUT, "gen_ai.usage.cache_read.input_tokens": CACHED}
    within = {**sums, "gen_ai.usage.input_tokens": INPUT, "gen_ai.usage.total_tokens": INPUT + OUTPUT}
    assert stored(within)["input_tokens"] == INPUT


def test_a_total_that_adds_cached_input_shows_that_it_stands_beside(stored) -> None:  # noqa: F811
    sums = {"gen_ai.usage.output_tokens": OUTPUT, "gen_ai.usage.cache_read.input_tokens": CACHED}
    beside = {**sums, "gen_ai.usage.input_tokens": INPUT, "gen_ai.usage.total_tokens": INPUT + OUTPUT + CACHED}
    assert stored(beside)["input_tokens"] == INPUT + CACHED


def test_an_agent_framework_may_mean_otherwise_with_the_same_names(stored) -> None:  # noqa: F811
    usage = {"input_tokens": INPUT, "output_tokens": OUTPUT, "cache_read_input_tokens": CACHED}
    given = {"mlflow.message.format": '"pydantic_ai"', "mlflow.llm.model": '"claude-sonnet-4-5"'}
    row = stored({**given, "mlflow.spanType": '"LLM"', "mlflow.chat.tokenUsage": json.dumps(usage)})
    assert (row["input_tokens"], row["cache_read_tokens"]) == (INPUT, CACHED)
