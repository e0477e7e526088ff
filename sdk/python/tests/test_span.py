"""`span` and its setters: OpenTelemetry's names, whatever is handed in."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

import spanhouse


def test_what_can_be_said_of_a_model_call(sent):
    with spanhouse.span("chat", type="llm") as s:
        s.set_model(
            "gpt-4o-mini", provider="openai", response_model="gpt-4o-mini-2024", temperature=0.2, finish_reasons="stop"
        )
        s.set_input([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}])
        s.set_output("Hello")
        s.set_usage(input_tokens=10, output_tokens=2, cache_read_tokens=4, cost=0.01)
        s.set_prompt("greeting", 3)
        s.set_metadata({"tier": "gold"}, retries=2, plan={"a": 1})
        assert (len(s.trace_id), len(s.span_id)) == (32, 16)
    (span,) = sent()
    assert span.span_id == s.span_id
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.provider.name": "openai",
        "gen_ai.response.model": "gpt-4o-mini-2024",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.input.messages": json.dumps(
            [
                {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
                {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
            ]
        ),
        "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}]',
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 2,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.cost": 0.01,
        "gen_ai.prompt.name": "greeting",
        "gen_ai.prompt.version": "3",
        "tier": "gold",
        "retries": 2,
        "plan": '{"a": 1}',
    }


@pytest.mark.parametrize(
    ("word", "attributes"),
    [
        ("agent", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "x"}),
        ("tool", {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "x"}),
        ("retriever", {"gen_ai.operation.name": "retrieval"}),
        ("embedding", {"gen_ai.operation.name": "embeddings"}),
        ("chain", {"gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "x"}),
        ("guardrail", {"openinference.span.kind": "GUARDRAIL"}),
        ("Something", {"openinference.span.kind": "SOMETHING"}),
        (None, {}),
    ],
)
def test_the_type_is_said_in_common_words(sent, word, attributes):
    with spanhouse.span("x", type=word):
        pass
    assert sent()[0].attributes == attributes


def test_usage_of_providers_replies(sent):
    openai = SimpleNamespace(
        prompt_tokens=100,
        completion_tokens=20,
        total_tokens=120,
        prompt_tokens_details=SimpleNamespace(cached_tokens=40),
        completion_tokens_details=SimpleNamespace(reasoning_tokens=5),
    )
    anthropic = {
        "input_tokens": 10,
        "output_tokens": 3,
        "cache_read_input_tokens": 80,
        "cache_creation_input_tokens": 10,
    }
    for usage in (openai, anthropic):
        with spanhouse.span("call", type="llm") as s:
            s.set_usage(usage)
    one, two = (span.attributes for span in sent())
    kept = {key.removeprefix("gen_ai.usage."): value for key, value in one.items() if "usage" in key}
    assert kept == {
        "input_tokens": 100,
        "output_tokens": 20,
        "cache_read.input_tokens": 40,
        "reasoning.output_tokens": 5,
        "total_tokens": 120,
    }
    assert (two["gen_ai.usage.input_tokens"], two["gen_ai.usage.cache_read.input_tokens"]) == (100, 80)


def test_tool_calls_become_messages(sent):
    call = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "sunny"},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]},
    ]
    with spanhouse.span("x", type="llm", input=messages):
        pass
    found = [message["parts"] for message in json.loads(sent()[0].attributes["gen_ai.input.messages"])]
    assert found == [
        [{"type": "tool_call", "id": "1", "name": "weather", "arguments": "{}"}],
        [{"type": "tool_call_response", "id": "1", "response": "sunny"}],
        [{"type": "uri", "modality": "image", "uri": "https://example.com/a.png"}],
    ]


def test_async_with_and_the_current_span(sent):
    async def scene():
        async with spanhouse.span("outer", type="agent"):
            spanhouse.current_span().set_output("done").first_token()
            await asyncio.sleep(0)

    asyncio.run(scene())
    (span,) = sent()
    assert json.loads(span.attributes["gen_ai.output.messages"])[0]["parts"][0]["content"] == "done"
    assert span.attributes["gen_ai.response.time_to_first_chunk"] > 0


def test_an_error_that_leaves_the_block(sent):
    with pytest.raises(ZeroDivisionError), spanhouse.span("x"):
        _ = 1 / 0
    with spanhouse.span("y") as s:
        s.set_error("the answer was empty")
    one, two = sent()
    assert (one.status, one.message) == (2, "ZeroDivisionError: division by zero")
    assert (two.status, two.message, two.events) == (2, "the answer was empty", [])


def test_the_global_provider_is_left_alone(client):
    from opentelemetry import trace

    assert trace.get_tracer_provider() is not client.tracer_provider
    with spanhouse.span("ours") as s:
        assert format(trace.get_current_span().get_span_context().span_id, "016x") == s.span_id


def test_the_global_provider_is_ours_when_asked_for(collector, tmp_path):
    code = f"""
import spanhouse
from opentelemetry import trace
spanhouse.init("{collector.address}", set_global=True, auto_instrument=False, spool_dir="{tmp_path}")
with trace.get_tracer("somebody").start_as_current_span("theirs"):
    pass
"""
    path = os.pathsep.join(sys.path)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env={**os.environ, "PYTHONPATH": path})
    assert [span.name for span in collector.spans()] == ["theirs"]


def test_a_trace_that_is_not_kept_is_not_scored(start, collector):
    start(sample_rate=0)
    with spanhouse.span("x") as s:
        s.set_input("y")
        assert (s.is_sampled, spanhouse.score("n", 1)) == (False, "")
    assert spanhouse.flush().made == 0


def test_the_resource(start, collector):
    start(project="shop", environment="staging", release="1.2")
    with spanhouse.span("x"):
        pass
    spanhouse.flush()
    resource = collector.span("x").resource
    assert {key: resource[key] for key in ("service.name", "deployment.environment.name", "service.version")} == {
        "service.name": "shop",
        "deployment.environment.name": "staging",
        "service.version": "1.2",
    }


def test_sampling_is_by_trace(start, collector):
    start(sample_rate=0.5)
    for _ in range(200):
        with spanhouse.span("root"), spanhouse.span("child"):
            pass
    report = spanhouse.flush()
    traces = {}
    for span in collector.spans():
        traces.setdefault(span.trace_id, []).append(span.name)
    assert 50 < len(traces) < 150
    assert {tuple(sorted(names)) for names in traces.values()} == {("child", "root")}
    assert report.made == report.sent == 2 * len(traces)
