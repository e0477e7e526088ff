"""OpenInference (Arize): llm.input_messages.N.message.…, input.value and output.value, retrieval.documents, tool.*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.conventions.messages import media
from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.parts import read_part, reasoning, text, tool_call, tool_call_response
from backend.conventions.messages.schema import Message, Part, RawSpan, Rendered
from backend.conventions.messages.shapes import (
    merged,
    message,
    read_request,
    read_response,
    read_tools,
    role_of,
)
from backend.conventions.messages.values import (
    as_map,
    below,
    first_text,
    indexed,
    is_list,
    is_map,
    json_attribute,
    number,
    opened,
    parse,
)

MARKS = ("openinference.span.kind", "input.value", "output.value", "llm.model_name")
DOCUMENT_LISTS = ("retrieval.documents", "reranker.output_documents")


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    if not any(mark in attributes for mark in MARKS) and not any(
        key.startswith("llm.input_messages.") for key in attributes
    ):
        return None
    found = Rendered()
    if span.type == "tool":
        found.tool = _tool(attributes)
        return found
    reason = attributes.get("llm.finish_reason")
    found.input_messages = _messages(attributes, "llm.input_messages", "user") or _prompts(attributes)
    found.output_messages = _messages(attributes, "llm.output_messages", "assistant")
    found.input_messages = found.input_messages or _value(span, "input")
    found.output_messages = found.output_messages or _value(span, "output")
    if reason and found.output_messages and "finish_reason" not in found.output_messages[-1]:
        found.output_messages[-1] = {**found.output_messages[-1], "finish_reason": reason}
    tools = [one.get("tool.json_schema", "") for one in indexed(attributes, "llm.tools")]
    found.tool_definitions = [tool for schema in tools for tool in read_tools(schema)]
    found.documents = [doc for prefix in DOCUMENT_LISTS for doc in _documents(attributes, prefix)]
    if span.type in ("retriever", "reranker") and not found.documents:
        found.documents = read_documents(json_attribute(attributes, "output.value"))
    return found


def _messages(attributes: Mapping[str, str], prefix: str, role: str) -> list[Message]:
    return merged([_message(below(one, "message"), role) for one in indexed(attributes, prefix)])


def _message(item: Mapping[str, str], role: str) -> Message:
    role = role_of(item.get("role"), role)
    parts = [_content(below(one, "message_content")) for one in indexed(item, "contents")]
    said = item.get("content", "")
    # Some instrumentations write the same text both ways.
    if said and not any(part.get("content") == said for part in parts):
        parts.append(text(said))
    parts += [_tool_call(below(one, "tool_call")) for one in indexed(item, "tool_calls")]
    if item.get("function_call_name"):
        parts.append(tool_call(item["function_call_name"], item.get("function_call_arguments_json")))
    if role == "tool" and all(part["type"] == "text" for part in parts):
        result = "\n".join(part["content"] for part in parts)
        parts = [tool_call_response(result, item.get("tool_call_id"))]
    made = message(role, parts, item.get("finish_reason"))
    return {**made, "name": item["name"]} if item.get("name") else made


def _content(item: Mapping[str, str]) -> Part:
    kind = item.get("type", "")
    image = first_text(item, "image.image.url", "image.url", "audio.audio.url", "audio.url")
    if image:
        modality = "audio" if any(key.startswith("audio") for key in item) else "image"
        return media.read_media({"type": modality, "url": image}) or text(image)
    said = first_text(item, "text", "reasoning", "thinking")
    if kind in ("reasoning", "thinking"):
        return reasoning(said)
    return text(said) if said or kind == "text" else read_part(dict(item))


def _tool_call(item: Mapping[str, str]) -> Part:
    # Instrumentations leave out arguments that are "{}".
    return tool_call(item.get("function.name", ""), item.get("function.arguments", "{}"), item.get("id"))


def _prompts(attributes: Mapping[str, str]) -> list[Message]:
    """Completions (no chat), and the texts an embedding was made of."""
    prompts = opened(attributes.get("llm.prompts"))
    texts = [said for said in prompts if isinstance(said, str)] if is_list(prompts) else []
    texts = texts or [one.get("prompt.text", "") for one in indexed(attributes, "llm.prompts")]
    texts = texts or [one.get("embedding.text", "") for one in indexed(attributes, "embedding.embeddings")]
    query = attributes.get("reranker.query")
    texts = texts or ([query] if query else [])
    return [message("user", [text(said)]) for said in texts if said]


def _value(span: RawSpan, side: str) -> list[Message]:
    """input.value or output.value: a provider's JSON; plain text is what was said when this is a call to a model."""
    said = span.attributes.get(side + ".value", "")
    if not said or (side == "output" and span.type in ("embedding", "retriever", "reranker")):
        return []
    value = parse(said)
    read, role = (read_request, "user") if side == "input" else (read_response, "assistant")
    found = read(value) if value is not None else None
    if found is None and is_map(value):  # LlamaIndex: the call's arguments
        arguments = as_map(value)
        found = read(arguments.get("args")) or read(arguments.get("kwargs"))
    if found is None and span.type == "llm" and is_list(value) and all(isinstance(one, str) for one in value):
        found = [message(role, [text(str(one))]) for one in value]  # DSPy: one text a completion
    return found or ([message(role, [text(said)])] if span.type == "llm" else [])


def _documents(attributes: Mapping[str, str], prefix: str) -> list[dict[str, Any]]:
    return [_document(below(one, "document")) for one in indexed(attributes, prefix)]


def _document(item: Mapping[str, str]) -> dict[str, Any]:
    metadata = parse(item.get("metadata", ""))
    return {
        "id": item.get("id") or None,
        "content": item.get("content", ""),
        "score": number(item.get("score")),
        "metadata": metadata if is_map(metadata) else {},
    }


def _tool(attributes: Mapping[str, str]) -> dict[str, object]:
    result = json_attribute(attributes, "output.value")
    inner = as_map(result)
    if is_map(inner.get("data")) and inner.get("type") == "tool":  # LangChain's serialised tool message
        inner = as_map(inner["data"])
    if "tool_call_id" in inner and "content" in inner:
        result = inner["content"]
    return {
        "name": attributes.get("tool.name") or None,
        "arguments": json_attribute(attributes, "input.value", "tool_call.function.arguments"),
        "result": result,
    }
