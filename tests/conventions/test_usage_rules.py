"""Each row of the table that tells how a convention counts cached input holds on the real engine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.conventions.usage_rules import AUDIO_RULES, RULES, AudioRule, UsageRule
from tests.conventions.test_columns import stored  # noqa: F401 - a fixture

pytestmark = pytest.mark.store
INPUT, CACHED, OUTPUT = 500, 64, 7


def attributes_of(*numbers: tuple[str, int], given: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    found: dict[str, Any] = dict(given)
    for where, number in numbers:
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
    sent = attributes_of((rule.input, INPUT), (rule.cached, CACHED), given=rule.given)
    row = stored(sent, scope=rule.scope or "tests")
    wanted = INPUT + CACHED if rule.beside else INPUT
    assert (row["input_tokens"], row["cache_read_tokens"]) == (wanted, CACHED)


@pytest.mark.parametrize("rule", AUDIO_RULES, ids=[rule.convention for rule in AUDIO_RULES])
def test_audio_is_told_apart_and_counted_once(stored, rule: AudioRule) -> None:  # noqa: F811
    given = ((rule.input, INPUT), (rule.audio_input, 30), (rule.output, OUTPUT), (rule.audio_output, 4))
    row = stored(attributes_of(*given))
    assert (row["audio_input_tokens"], row["audio_output_tokens"]) == (30, 4)
    wanted = (INPUT + 30, OUTPUT + 4) if rule.beside else (INPUT, OUTPUT)
    assert (row["input_tokens"], row["output_tokens"]) == wanted


GOOGLE = {
    "promptTokenCount": INPUT, "candidatesTokenCount": OUTPUT,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 470}, {"modality": "AUDIO", "tokenCount": 30}],
    "candidatesTokensDetails": [{"modality": "AUDIO", "tokenCount": 4}, {"modality": "TEXT", "tokenCount": 3}],
}  # fmt: skip


def test_a_list_by_modality_tells_audio(stored) -> None:  # noqa: F811
    row = stored({"genkit:metadata:usage": json.dumps(GOOGLE)})
    assert (row["audio_input_tokens"], row["audio_output_tokens"]) == (30, 4)


def test_only_text_is_no_audio_and_cached_audio_is_not_fresh_audio(stored) -> None:  # noqa: F811
    details = {"cached_tokens_details": {"audio_tokens": 9}, "text_tokens": 470}
    usage = {
        "input_tokens": INPUT,
        "input_token_details": details,
        "promptTokensDetails": GOOGLE["promptTokensDetails"][:1],
    }
    row = stored({"llm.openai.usage": json.dumps(usage)})
    assert (row["input_tokens"], row["audio_input_tokens"], row["audio_output_tokens"]) == (INPUT, -1, -1)


def test_langfuse_counts_reasoning_beside_the_output(stored) -> None:  # noqa: F811
    row = stored({"langfuse.observation.usage_details": json.dumps({"output": OUTPUT, "output_reasoning": 40})})
    assert (row["output_tokens"], row["reasoning_tokens"]) == (OUTPUT + 40, 40)


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
