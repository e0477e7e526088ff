"""Documents that a retriever found, in the shapes of several frameworks; embeddings, told and not dumped."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from backend.conventions.messages import RawSpan, render
from backend.conventions.messages.documents import read_documents

DOCUMENT = {"id": "d1", "content": "Ulm", "score": 0.5, "metadata": {"page": 3}}
VECTOR = [0.25] * 1536
SHAPES: dict[str, Any] = {
    "otel": [{"id": "d1", "content": "Ulm", "score": 0.5, "metadata": {"page": 3}}],
    "langchain with scores": [[{"id": "d1", "page_content": "Ulm", "metadata": {"page": 3}}, 0.5]],
    "llama index": {"nodes": [{"node": {"id_": "d1", "text": "Ulm", "metadata": {"page": 3}}, "score": 0.5}]},
    "haystack": {"documents": [{"id": "d1", "content": "Ulm", "score": 0.5, "meta": {"page": 3}}]},
    "chroma": {"ids": [["d1"]], "documents": [["Ulm"]], "distances": [[0.5]], "metadatas": [[{"page": 3}]]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_documents_have_one_shape(shape: str) -> None:
    assert read_documents(json.dumps(SHAPES[shape])) == [DOCUMENT]


def test_the_attributes_of_opentelemetry() -> None:
    given = {"gen_ai.retrieval.query.text": "Where?", "gen_ai.retrieval.documents": json.dumps(SHAPES["otel"])}
    found = render(RawSpan(type="retriever", attributes=given))
    assert found.documents == [DOCUMENT]
    assert found.input_messages == [{"role": "user", "parts": [{"type": "text", "content": "Where?"}]}]


def test_the_events_of_a_vector_database() -> None:
    result = {"id": "d1", "distance": "0.5", "document": "Ulm", "metadata": '{"page": 3}'}
    event = ("db.query.result", 1, {f"db.query.result.{name}": value for name, value in result.items()})
    assert render(RawSpan(type="span", events=[event])).documents == [DOCUMENT]


def test_a_document_without_its_text_is_named() -> None:
    assert read_documents([{"id": "d1", "score": 0.5}])[0]["id"] == "d1"
    assert read_documents([{"page": 3}]) == []


@pytest.mark.parametrize(
    "span",
    [
        RawSpan(output=json.dumps({"data": [{"embedding": VECTOR}, {"embedding": VECTOR}]}), output_key="output.value"),
        RawSpan(attributes={"ai.embeddings": json.dumps([json.dumps(VECTOR)] * 2)}),
        RawSpan(attributes={f"embedding.embeddings.{n}.embedding.vector": json.dumps(VECTOR) for n in range(2)}),
        RawSpan(output=json.dumps({"data": [{"embedding": base64.b64encode(bytes(4 * 1536)).decode()}] * 2})),
        RawSpan(output=json.dumps({"embeddings": [VECTOR] * 2})),
    ],
)
def test_vectors_are_counted_not_shown(span: RawSpan) -> None:
    found = render(RawSpan(**{**vars(span), "type": "embedding"}))
    (answer,) = found.output_messages
    assert answer["parts"] == [{"type": "text", "content": "2 vectors of 1,536 numbers"}]


def test_tokens_that_were_embedded_are_counted() -> None:
    found = render(RawSpan(type="embedding", input='{"input": [[1, 2, 3], [4, 5]]}', input_key="mlflow.spanInputs"))
    assert [m["parts"][0]["content"] for m in found.input_messages] == ["3 tokens", "2 tokens"]


def test_an_older_conversation_of_pydantic_ai() -> None:
    parts = [
        {"part_kind": "system-prompt", "content": "Be brief."},
        {"part_kind": "user-prompt", "content": "Weather?"},
        {"part_kind": "tool-return", "tool_name": "get_weather", "content": "Sunny.", "tool_call_id": "c1"},
    ]
    said = [
        {"kind": "request", "parts": parts},
        {"kind": "response", "parts": [{"part_kind": "text", "content": "Sun"}]},
    ]
    found = render(RawSpan(type="agent", attributes={"all_messages_events": json.dumps(said)}))
    assert [m["role"] for m in found.input_messages] == ["system", "user", "tool"]
    assert found.output_messages == [{"role": "assistant", "parts": [{"type": "text", "content": "Sun"}]}]
