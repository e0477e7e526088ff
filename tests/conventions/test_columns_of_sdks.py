"""The columns that SDKs with words of their own fill: usage inside JSON, quoted values, bare names."""

from __future__ import annotations

import json

import pytest

from tests.conventions.test_columns import stored  # noqa: F401 - a fixture

pytestmark = pytest.mark.store


def usage(row):
    return tuple(row[f"{name}_tokens"] for name in ("input", "output", "cache_read", "cache_write", "reasoning"))


def test_langfuse_input_leaves_cached_input_out(stored):  # noqa: F811
    details = {"input": 73, "output": 41, "total": 178, "input_cache_read": 64, "output_reasoning": 3}
    row = stored(
        {
            "langfuse.observation.type": "generation",
            "langfuse.observation.model.name": "gpt-4o",
            "langfuse.observation.usage_details": json.dumps(details),
            "langfuse.observation.cost_details": '{"input": 0.5, "total": 0.75}',
        }
    )
    assert usage(row) == (137, 41, 64, -1, 3)
    assert (row["type"], row["provider"], row["response_model"]) == ("llm", "openai", "gpt-4o")
    assert (row["total_tokens"], row["reported_cost"]) == (178, 0.75)


def test_an_openai_usage_object_counts_cached_input_within(stored):  # noqa: F811
    details = {"prompt_tokens": 137, "completion_tokens": 41, "prompt_tokens_details": {"cached_tokens": 64}}
    assert usage(stored({"langfuse.observation.usage_details": json.dumps(details)}))[:3] == (137, 41, 64)


def test_the_numbers_show_that_cached_input_is_beside(stored):  # noqa: F811
    details = {"input_tokens": 5, "output_tokens": 2, "cache_read_input_tokens": 900}
    assert stored({"mlflow.chat.tokenUsage": json.dumps(details)})["input_tokens"] == 905


def test_mlflow_values_are_json(stored):  # noqa: F811
    reply = {"id": "chatcmpl-1", "model": "gpt-4o-2024", "choices": [{"finish_reason": "stop"}]}
    row = stored(
        {
            "mlflow.spanType": '"CHAT_MODEL"',
            "model": '"gpt-4o"',
            "temperature": "0.5",
            "mlflow.chat.tokenUsage": '{"input_tokens": 3, "output_tokens": 4}',
            "mlflow.spanOutputs": json.dumps(reply),
        },
        scope="mlflow.tracing.provider",
    )
    assert (row["type"], row["request_model"], row["response_model"]) == ("llm", "gpt-4o", "gpt-4o-2024")
    assert (row["finish_reasons"], row["response_id"], row["temperature"]) == (["stop"], "chatcmpl-1", 0.5)


def test_bare_names_mean_nothing_elsewhere(stored):  # noqa: F811
    assert stored({"model": "Corolla", "temperature": 21})["request_model"] == ""


def test_python_printed_usage_is_read(stored):  # noqa: F811
    row = stored({"gen_ai.usage.input_token_details": "{'audio': 0, 'cache_read': 64}", "langsmith.span.kind": "llm"})
    assert (row["cache_read_tokens"], row["type"]) == (64, "llm")


def test_the_ai_sdk_with_anthropic_reports_cached_input_beside(stored):  # noqa: F811
    row = stored(
        {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.model.provider": "anthropic.messages",
            "ai.model.id": "claude-sonnet-4",
            "ai.usage.inputTokens": 100,
            "ai.usage.cachedInputTokens": 60,
        }
    )
    assert (row["type"], row["provider"], row["input_tokens"]) == ("llm", "anthropic", 160)
