"""Recorded spans of every convention read as the same messages."""

from __future__ import annotations

import json

import pytest

from backend.conventions.messages import RawSpan, Rendered, render
from tests.conventions.recorded import load

QUESTION = "What is the weather in Paris and Tokyo? 🌦"
CITIES = [{"city": "Paris"}, {"city": "Tokyo"}]
# data file → the convention that must have read it
TOOL_LOOPS = {
    "otel_genai_tool_loop": "otel_genai",
    "otel_events_logs": "otel_events",
    "openinference_openai": "openinference",
    "openllmetry_prompts": "openllmetry",
}
TOOL_CALLS = {
    "otel_genai_log_event": "otel_genai",
    "otel_events_strands": "otel_events",
    "openllmetry_tool_calls": "openllmetry",
    "litellm_tool_calls": "otel_genai",
    "mlflow_chat": "mlflow",
}


def texts(messages: list[dict]) -> list[tuple[str, str]]:
    return [(one["role"], part["content"]) for one in messages for part in one["parts"] if part["type"] == "text"]


def parts(messages: list[dict], kind: str) -> list[dict]:
    return [part for one in messages for part in one["parts"] if part["type"] == kind]


@pytest.mark.parametrize(("name", "convention"), TOOL_LOOPS.items())
def test_a_whole_tool_loop_reads_the_same_in_every_convention(name: str, convention: str) -> None:
    found = render(load(name))
    assert found.convention == convention
    assert [one["role"] for one in found.input_messages] == ["system", "user", "assistant", "tool", "tool"]
    assert texts(found.input_messages) == [("system", "You are a weather bot."), ("user", QUESTION)]
    assert [call["arguments"] for call in parts(found.input_messages, "tool_call")] == CITIES
    responses = parts(found.input_messages, "tool_call_response")
    assert [one["response"] for one in responses] == ["18°C, light rain ☔", "27°C, sunny ☀️"]
    assert [one["id"] for one in responses] == [call["id"] for call in parts(found.input_messages, "tool_call")]
    [answer] = found.output_messages
    assert answer["role"] == "assistant"
    assert answer["finish_reason"] == "stop"
    assert "Tool said: 18°C" in answer["parts"][0]["content"]


@pytest.mark.parametrize(("name", "convention"), TOOL_CALLS.items())
def test_tool_calls_of_an_answer(name: str, convention: str) -> None:
    found = render(load(name))
    assert found.convention == convention
    [answer] = found.output_messages
    assert [(part["name"], part["arguments"]) for part in answer["parts"]] == [("get_weather", city) for city in CITIES]
    assert ("user", QUESTION) in texts(found.input_messages)


@pytest.mark.parametrize("name", ["otel_genai_tool_loop", "openinference_openai", "openllmetry_prompts", "mlflow_chat"])
def test_tool_definitions_have_one_shape(name: str) -> None:
    [tool] = render(load(name)).tool_definitions
    assert (tool["type"], tool["name"]) == ("function", "get_weather")
    assert tool["parameters"]["required"] == ["city"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("otel_genai_tool", {"city": "Paris"}),
        ("otel_events_strands_tool", {"city": "Paris"}),
        ("openllmetry_tool", {"city": "Paris"}),
        ("openinference_tool", "Paris"),
    ],
)
def test_a_tool_span_has_name_arguments_and_result(name: str, arguments: object) -> None:
    found = render(load(name))
    assert found.tool == {"name": "get_weather", "arguments": arguments, "result": "18°C, light rain ☔"}
    assert found.input_messages == []


def test_an_image_is_a_blob() -> None:
    found = render(load("openinference_image"))
    [image] = parts(found.input_messages, "blob")
    assert (image["mime_type"], image["modality"]) == ("image/png", "image")
    assert image["content"].startswith("iVBOR")


def test_reasoning_and_answer_are_one_turn() -> None:
    [answer] = render(load("openinference_responses")).output_messages
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "text"]


def test_an_embedding_shows_the_texts_and_how_long_its_vectors_are() -> None:
    found = render(load("openinference_embedding"))
    assert texts(found.input_messages) == [("user", "How tall is Mount Fuji?")]
    assert texts(found.output_messages) == [("assistant", "1 vector of 8 numbers")]


def test_a_retriever_shows_documents() -> None:
    first = render(load("openinference_retriever")).documents[0]
    assert first["content"] == "The Eiffel Tower is 330 metres tall and stands in Paris."
    assert first["score"] == pytest.approx(0.456591456)
    assert first["metadata"]["page"] == 1


def test_a_completion_without_roles_is_a_pair_of_messages() -> None:
    found = render(load("openinference_completion"))
    assert texts(found.input_messages) == [("user", "branch 0 [[slow]]")]
    assert texts(found.output_messages)[0][1].startswith("ANSWER[")


@pytest.mark.parametrize(
    "name", ["langsmith_langchain", "langfuse_generation", "logfire_agent", "google_adk_log_event"]
)
def test_conventions_that_keep_provider_json(name: str) -> None:
    found = render(load(name))
    assert found.convention == ("otel_genai" if name == "google_adk_log_event" else name.rpartition("_")[0])
    assert found.input_messages[0]["role"] in ("system", "user")
    assert found.output_messages[-1]["role"] == "assistant"
    assert found.output_messages[-1]["parts"]


def test_an_exception_is_the_error() -> None:
    error = render(load("error_openinference")).error
    assert error is not None
    assert error.type == "openai.BadRequestError"
    assert error.message.startswith("Error code: 400")
    assert error.stacktrace.startswith("Traceback")


def test_error_attributes_and_status_stand_in_for_an_exception() -> None:
    error = render(RawSpan(attributes={"error.type": "429"}, status_message="slow down", status_code=2)).error
    assert error is not None
    assert (error.type, error.message) == ("429", "slow down")
    assert render(RawSpan(status_code=1)).error is None


def test_system_instructions_come_first_and_only_once() -> None:
    instructions = '[{"type": "text", "content": "Be brief."}]'
    said = '[{"role": "user", "parts": [{"type": "text", "content": "Hi"}]}]'
    attributes = {"gen_ai.system_instructions": instructions, "gen_ai.input.messages": said}
    assert texts(render(RawSpan(type="llm", attributes=attributes)).input_messages) == [
        ("system", "Be brief."),
        ("user", "Hi"),
    ]


def test_explicit_messages_win_over_inferred_ones() -> None:
    explicit = '[{"role": "user", "parts": [{"type": "text", "content": "explicit"}]}]'
    attributes = {"gen_ai.input.messages": explicit, "llm.input_messages.0.message.content": "other"}
    found = render(RawSpan(type="llm", attributes=attributes, output="plain answer", output_key="custom.answer"))
    assert texts(found.input_messages) == [("user", "explicit")]
    assert texts(found.output_messages) == [("assistant", "plain answer")]
    assert found.convention == "otel_genai"


def test_text_of_a_span_that_is_no_call_is_no_message() -> None:
    assert render(RawSpan(type="chain", input="some text", output="more")) == Rendered()


def test_the_vercel_sdk() -> None:
    attributes = {
        "ai.prompt.messages": '[{"role":"system","content":"Be kind"},'
        '{"role":"user","content":[{"type":"text","text":"Hi"}]}]',
        "ai.response.text": "Hello",
        "ai.response.reasoning": "A greeting.",
        "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"wave","input":"{\\"hand\\":\\"left\\"}"}]',
        "ai.response.finishReason": "tool-calls",
        "ai.prompt.tools": '["{\\"type\\":\\"function\\",\\"name\\":\\"wave\\",\\"inputSchema\\":{}}"]',
    }
    found = render(RawSpan(type="llm", attributes=attributes))
    assert texts(found.input_messages) == [("system", "Be kind"), ("user", "Hi")]
    assert [part["type"] for part in found.output_messages[0]["parts"]] == ["reasoning", "text", "tool_call"]
    assert found.output_messages[0]["parts"][2]["arguments"] == {"hand": "left"}
    assert found.tool_definitions == [{"type": "function", "name": "wave", "parameters": {}}]


def test_a_streamed_answer_of_mlflow_is_put_together_from_its_chunks() -> None:
    def chunk(number: int, delta: dict[str, object], reason: str | None = None) -> tuple[str, int, dict[str, str]]:
        value = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        return (f"mlflow.chunk.item.{number}", number, {"mlflow.chunk.value": json.dumps(value)})

    def piece(arguments: str, **more: str) -> dict[str, object]:
        return {"tool_calls": [{"index": 0, **more, "function": {"arguments": arguments, "name": more.get("name")}}]}

    events = [chunk(0, {"role": "assistant"}), chunk(1, piece("", id="c1", name="get_weather"))]
    events += [chunk(2, piece('{"city"')), chunk(3, piece(': "Ulm"}')), chunk(4, {}, "tool_calls"), ("other", 5, {})]
    summary = {"choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": ""}}]}
    found = render(RawSpan(type="llm", attributes={"mlflow.spanOutputs": json.dumps(summary)}, events=events))
    (answer,) = found.output_messages
    call = {"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"city": "Ulm"}}
    assert (answer["parts"], answer["finish_reason"], found.streamed) == ([call], "tool_calls", True)
