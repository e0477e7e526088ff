"""Parameters, schemas and verdicts, of recorded libraries and of invented spans."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.conventions.parameters import parameters, response_schema, verdict
from tests.conventions.recorded import attributes_of
from tests.support.corpus import recorded

SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}


def recorded_parameters(library: str) -> list[dict[str, str]]:
    return [
        parameters(attributes_of(span.attributes), scope.scope.name)
        for one in recorded(library).values()
        if one.signal == "traces"
        for resource in one.message.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


@pytest.mark.parametrize(
    ("library", "wanted"),
    [
        ("otel-openai-genai-latest", {"temperature": "0.2", "max_tokens": "200"}),
        ("openinference-openai", {"temperature": "0.2", "max_tokens": "200"}),
        ("mlflow-openai", {"temperature": "0.2", "max_tokens": "200"}),
        ("langfuse-v4", {"temperature": "0.5", "max_tokens": "77"}),
        ("litellm-otel", {"max_tokens": "100"}),
        ("langsmith-otel-only", {"temperature": "0.3"}),
        ("js-ai-sdk-v7-modern", {"temperature": "0.2"}),
        ("otel-genai-anthropic", {"max_tokens": "300", "stop": '["STOP"]'}),
        ("traceloop-openai-0.40", {"frequency_penalty": "0.1", "presence_penalty": "0.2"}),
    ],
)
def test_the_parameters_of_every_library(library: str, wanted: dict[str, str]) -> None:
    assert any(wanted.items() <= found.items() for found in recorded_parameters(library))


def test_the_common_ones_come_first_under_one_name() -> None:
    found = parameters({"gen_ai.request.choice.count": "2", "ai.settings.maxOutputTokens": "9", "llm.temperature": "1"})
    assert list(found.items()) == [("temperature", "1"), ("max_tokens", "9"), ("n", "2")]


def test_what_is_no_parameter_is_not_one() -> None:
    attributes = {"gen_ai.request.model": "m", "llm.request.type": "chat", "temperature": "1"}
    attributes["llm.invocation_parameters"] = json.dumps({"messages": [1], "model": "m", "seed": 3, "stop": None})
    assert parameters(attributes) == {"seed": "3"}


@pytest.mark.parametrize(
    "asked",
    [
        SCHEMA,
        {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}},
        {"format": {"type": "json_schema", "schema_": SCHEMA}},
    ],
)
def test_a_schema_is_found_in_every_wrapping(asked: dict) -> None:
    assert response_schema({"response_format": json.dumps(asked)}) == SCHEMA
    assert response_schema({"llm.invocation_parameters": json.dumps({"response_format": asked})}) == SCHEMA


def test_no_schema_was_asked_for() -> None:
    assert response_schema({"response_format": "json_object", "llm.invocation_parameters": "[1"}) is None


def test_a_verdict_is_in_the_attributes_or_in_the_output() -> None:
    found = verdict({"gen_ai.evaluation.score.value": "0.9", "x": "y"}, '{"passed": false, "text": "long"}')
    assert found == {"score.value": "0.9", "passed": "false"}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["llm.invocation_parameters", "response_format", "eval.x", "q"]), st.text()))
def test_nothing_that_a_span_says_makes_it_raise(attributes: dict[str, str]) -> None:
    parameters(attributes, "mlflow")
    response_schema(attributes)
    verdict(attributes, attributes.get("q", ""))
