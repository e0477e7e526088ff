"""JSON of each provider, read by its fields alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.conventions.messages import RawSpan, render
from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.parts import read_part
from backend.conventions.messages.shapes import read_request, read_response, read_tools

CALL = {"type": "tool_call", "id": "c1", "name": "get_weather", "arguments": {"city": "Paris"}}
ARGUMENTS = '{"city": "Paris"}'
# provider → an answer of a model with text, then a call
ANSWERS: dict[str, Any] = {
    "openai chat": {
        "choices": [
            {
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": "Looking",
                    "tool_calls": [
                        {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": ARGUMENTS}}
                    ],
                },
            }
        ]
    },
    "openai responses": {
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}]},
            {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "get_weather", "arguments": ARGUMENTS},
        ]
    },
    "anthropic": {
        "type": "message",
        "role": "assistant",
        "stop_reason": "tool_use",
        "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "x"},
            {"type": "text", "text": "Looking"},
            {"type": "tool_use", "id": "c1", "name": "get_weather", "input": {"city": "Paris"}},
        ],
    },
    "gemini": {
        "candidates": [
            {
                "finishReason": "STOP",
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": "Hm", "thought": True},
                        {"functionCall": {"id": "c1", "name": "get_weather", "args": {"city": "Paris"}}},
                    ],
                },
            }
        ]
    },
    "bedrock": {
        "output": {
            "message": {
                "role": "assistant",
                "content": [
                    {"text": "Looking"},
                    {"toolUse": {"toolUseId": "c1", "name": "get_weather", "input": {"city": "Paris"}}},
                ],
            }
        },
        "stopReason": "tool_use",
    },
    "langchain generations": {
        "generations": [
            [
                {
                    "text": "",
                    "generation_info": {"finish_reason": "tool_calls"},
                    "message": {
                        "lc": 1,
                        "type": "constructor",
                        "id": ["langchain", "schema", "messages", "AIMessage"],
                        "kwargs": {
                            "content": "",
                            "tool_calls": [
                                {"id": "c1", "name": "get_weather", "args": {"city": "Paris"}, "type": "tool_call"}
                            ],
                        },
                    },
                }
            ]
        ]
    },
    "langchain state": {
        "messages": [
            {
                "type": "ai",
                "data": {"content": "", "tool_calls": [{"id": "c1", "name": "get_weather", "args": {"city": "Paris"}}]},
            }
        ]
    },
    "vercel": [
        {
            "role": "assistant",
            "content": [
                {"type": "tool-call", "toolCallId": "c1", "toolName": "get_weather", "input": {"city": "Paris"}}
            ],
        }
    ],
    "ollama": {
        "message": {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c1", "function": {"name": "get_weather", "arguments": {"city": "Paris"}}}],
        }
    },
}
# provider → the result of that call, as it is sent back
RESULTS: dict[str, Any] = {
    "openai chat": {"role": "tool", "tool_call_id": "c1", "content": "18°C"},
    "openai responses": {"type": "function_call_output", "call_id": "c1", "output": "18°C"},
    "anthropic": {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "18°C"}]}],
    },
    "gemini": {
        "role": "user",
        "parts": [{"functionResponse": {"id": "c1", "name": "get_weather", "response": {"result": "18°C"}}}],
    },
    "bedrock": {
        "role": "user",
        "content": [{"toolResult": {"toolUseId": "c1", "status": "success", "content": [{"text": "18°C"}]}}],
    },
    "langchain": {"type": "tool", "content": "18°C", "tool_call_id": "c1"},
    "vercel": {
        "role": "tool",
        "content": [
            {"type": "tool-result", "toolCallId": "c1", "toolName": "w", "output": {"type": "text", "value": "18°C"}}
        ],
    },
}


@pytest.mark.parametrize("provider", ANSWERS)
def test_an_answer_with_a_tool_call(provider: str) -> None:
    [answer] = read_response(ANSWERS[provider]) or []
    assert answer["role"] == "assistant"
    assert answer["parts"][-1] == CALL


@pytest.mark.parametrize("provider", RESULTS)
def test_the_result_of_a_call(provider: str) -> None:
    [said] = read_request([RESULTS[provider]]) or []
    [part] = said["parts"]
    assert (part["type"], part["id"], part["response"]) == ("tool_call_response", "c1", "18°C")


def test_finish_reasons_are_kept_as_sent() -> None:
    reasons = {name: (read_response(answer) or [{}])[0].get("finish_reason") for name, answer in ANSWERS.items()}
    assert reasons["openai chat"] == reasons["langchain generations"] == "tool_calls"
    assert reasons["anthropic"] == reasons["bedrock"] == "tool_use"
    assert reasons["gemini"] == "STOP"


@pytest.mark.parametrize(
    "request_body",
    [
        {"model": "m", "messages": [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Hi"}]},
        {
            "model": "m",
            "system": "Be brief",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        },
        {"model": "m", "instructions": "Be brief", "input": "Hi"},
        {
            "model": "m",
            "config": {"system_instruction": "Be brief"},
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
        },
        {
            "systemInstruction": {"parts": [{"text": "Be brief"}]},
            "contents": [{"parts": [{"text": "Hi"}], "role": "user"}],
        },
        [[{"type": "system", "content": "Be brief"}, {"type": "human", "content": "Hi"}]],
        {"messages": [["system", "Be brief"], ["human", "Hi"]]},
        [
            {"role": "system", "blocks": [{"block_type": "text", "text": "Be brief"}]},
            {"role": "MessageRole.USER", "content": "Hi"},
        ],
    ],
)
def test_a_request_of_any_provider(request_body: object) -> None:
    found = read_request(request_body)
    assert found == [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief"}]},
        {"role": "user", "parts": [{"type": "text", "content": "Hi"}]},
    ]


@pytest.mark.parametrize(
    "value",
    [{"role": "admin", "content": "x"}, {"content": "x"}, {"input": 3}, [1, 2], ["a"], {}, [], None, 5, {"query": "x"}],
)
def test_other_json_is_no_conversation(value: object) -> None:
    assert read_request(value) is None
    assert read_response(value) is None


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "AA=="},
        ),
        (
            {"type": "input_image", "image_url": "https://x/y.png"},
            {"type": "uri", "modality": "image", "uri": "https://x/y.png"},
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "AA"}},
            {"type": "blob", "mime_type": "image/gif", "modality": "image", "content": "AA"},
        ),
        (
            {"inlineData": {"mimeType": "audio/wav", "data": "AA"}},
            {"type": "blob", "mime_type": "audio/wav", "modality": "audio", "content": "AA"},
        ),
        (
            {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://b/v"}},
            {"type": "uri", "mime_type": "video/mp4", "modality": "video", "uri": "gs://b/v"},
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "mp3"}},
            {"type": "blob", "mime_type": "audio/mp3", "modality": "audio", "content": "AA"},
        ),
        ({"type": "file", "file": {"file_id": "file-1"}}, {"type": "file", "modality": "file", "file_id": "file-1"}),
        (
            {"image": {"format": "png", "source": {"bytes": "AA"}}},
            {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "AA"},
        ),
        (
            {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "AA"},
            {"type": "blob", "mime_type": "image/png", "modality": "image", "content": "AA"},
        ),
        (
            {"type": "uri", "modality": "image", "uri": "https://x"},
            {"type": "uri", "modality": "image", "uri": "https://x"},
        ),
        ({"type": "brand_new", "x": 1}, {"type": "text", "content": '{"type": "brand_new", "x": 1}'}),
    ],
)
def test_media_parts(part: dict, expected: dict) -> None:
    assert read_part(part) == expected


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "t", "description": "d", "parameters": {"a": 1}}},
        {"type": "function", "name": "t", "description": "d", "parameters": {"a": 1}},
        {"name": "t", "description": "d", "input_schema": {"a": 1}},
        {"functionDeclarations": [{"name": "t", "description": "d", "parameters": {"a": 1}}]},
        {"toolSpec": {"name": "t", "description": "d", "inputSchema": {"a": 1}}},
        '{"name": "t", "description": "d", "parameters": "{\\"a\\": 1}"}',
    ],
)
def test_tool_definitions(tool: object) -> None:
    assert read_tools([tool]) == [{"type": "function", "name": "t", "description": "d", "parameters": {"a": 1}}]


@pytest.mark.parametrize(
    "documents",
    [
        [{"page_content": "x", "metadata": {"a": 1}, "id": "d1"}],
        [{"lc": 1, "id": ["Document"], "kwargs": {"page_content": "x", "metadata": {"a": 1}, "id": "d1"}}],
        {"nodes": [{"node": {"text": "x", "metadata": {"a": 1}, "id_": "d1"}}]},
    ],
)
def test_documents(documents: object) -> None:
    assert read_documents(documents) == [{"id": "d1", "content": "x", "score": None, "metadata": {"a": 1}}]


@pytest.mark.parametrize(
    "given",
    ['{"model": "m", "input": ["a", "b"]}', '["a", "b"]', '{"texts": ["a", "b"]}', '[{"text": "a"}, {"text": "b"}]'],
)
def test_the_texts_of_an_embedding(given: str) -> None:
    said = render(RawSpan(type="embedding", input=given, input_key="in", output="[0.1]", output_key="out"))
    assert [one["parts"][0]["content"] for one in said.input_messages] == ["a", "b"]
    assert said.output_messages == []


def test_calls_told_twice_are_shown_once() -> None:
    content = [{"type": "text", "text": "Looking"}, {"type": "tool_use", "id": "c1", "name": "w", "input": {}}]
    said = {"type": "ai", "content": content, "tool_calls": [{"id": "c1", "name": "w", "args": {}}]}
    assert len((read_response([said]) or [])[0]["parts"]) == 2


def test_a_provider_body_in_a_span_of_no_convention() -> None:
    request = {
        "model": "m",
        "messages": [{"role": "user", "content": "Hi"}],
        "tools": [{"name": "t", "input_schema": {}}],
    }
    span = RawSpan(
        type="llm", input=json.dumps(request), output=json.dumps(ANSWERS["anthropic"]), input_key="in", output_key="out"
    )
    found = render(span)
    assert found.convention == "generic"
    assert found.input_messages[0]["parts"] == [{"type": "text", "content": "Hi"}]
    assert found.output_messages[0]["parts"][-1] == CALL
    assert found.tool_definitions[0]["name"] == "t"
