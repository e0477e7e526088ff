"""Reads one content part of any provider (OpenAI, Anthropic, Gemini, Bedrock, Vercel, LangChain, OTel) as a GenAI part.

`read_parts(content)` takes a whole content field: text, one part or a list of parts. What is not understood becomes a
text part with its JSON, so that nothing disappears.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.conventions.messages import media
from backend.conventions.messages.schema import Part
from backend.conventions.messages.values import (
    as_list,
    as_map,
    as_text,
    first,
    first_text,
    is_list,
    is_map,
    json_text,
    opened,
)

Item = Mapping[str, object]
CALL_IDS = ("call_id", "tool_call_id", "toolCallId", "toolUseId", "tool_use_id", "ref", "id")
ARGUMENTS = ("arguments", "input", "args", "parameters", "action", "server_tool_call")
RESULTS = ("response", "result", "output", "content", "server_tool_call_response")


def text(content: str) -> Part:
    return {"type": "text", "content": content}


def reasoning(content: str) -> Part:
    return {"type": "reasoning", "content": content}


def tool_call(name: str, arguments: object, call_id: str | None = None) -> Part:
    """`arguments` may be JSON text: it is opened."""
    return {"type": "tool_call", "id": call_id or None, "name": name, "arguments": opened(arguments)}


def tool_call_response(response: object, call_id: str | None = None) -> Part:
    return {"type": "tool_call_response", "id": call_id or None, "response": response}


def read_parts(content: object) -> list[Part]:
    if content is None or content == "":
        return []
    if is_list(content):
        return [part for item in as_list(content) for part in read_parts(item)]
    if isinstance(content, str):
        return [text(content)]
    if is_map(content):
        return [read_part(as_map(content))]
    return [text(json_text(content))]


def read_part(item: Item) -> Part:
    """One part; the kind is named in `type`, or is told by the one field that only this kind has."""
    kind = first_text(item, "type", "block_type", "part_kind", "kind").replace("-", "_").lower()
    reader = BY_TYPE.get(kind)
    part = reader(item) if reader else None
    if part is None and reader is None:
        part = next((read(item) for key, read in BY_FIELD.items() if key in item), None)
    return text(json_text(item)) if part is None else part


def is_part(item: Item) -> bool:
    kind = first_text(item, "type", "block_type", "part_kind").replace("-", "_").lower()
    return kind in BY_TYPE or any(key in item for key in BY_FIELD if key not in ("content", "name"))


def plain(value: object) -> object:
    """A tool's result without its wrapping: text parts joined, `{"type": "text", "value": …}` opened."""
    item = as_map(value)
    if set(item) == {"type", "value"} and item["type"] in ("text", "json", "error-text", "error-json"):
        return item["value"]
    items = as_list(value)
    texts = [_text_of(as_map(one)) for one in items]
    if items and all(one is not None for one in texts):
        return "\n".join(one for one in texts if one is not None)
    return value


def _text_of(item: Item) -> str | None:
    value = item.get("text")
    if isinstance(value, str) and item.get("type") in (None, "text", "input_text", "output_text"):
        return value
    return None


def _text(item: Item) -> Part | None:
    value = first(item, "content", "text", "refusal", "input_text", "value")
    if is_map(value):  # OpenAI assistants: {"type": "text", "text": {"value": …}}
        value = first(as_map(value), "value", "content")
    if item.get("thought") is True and isinstance(value, str):  # Gemini marks a thought on a text part
        return reasoning(value)
    return None if value is None else text(as_text(value))


def _reasoning(item: Item) -> Part | None:
    texts = (item.get(key) for key in ("content", "thinking", "text", "reasoning_text", "reasoning", "summary", "data"))
    value = next((one for one in texts if one), item.get("summary"))
    item_texts = [first_text(as_map(one), "text", "content") for one in as_list(value)]
    if any(item_texts):  # OpenAI Responses: a list of summaries
        return reasoning("\n".join(item_texts))
    if is_list(value):  # encrypted, or no summary was asked for: there was reasoning, but nothing to read
        return reasoning("")
    inner = as_map(value)
    return reasoning(first_text(inner, "text") or as_text(value)) if inner else reasoning(as_text(value))


def _tool_call(item: Item) -> Part | None:
    inner: dict[str, object] = {**item, **as_map(item.get("function"))}
    name = first_text(inner, "name", "toolName", "tool_name") or first_text(item, "type")
    return tool_call(name, first(inner, *ARGUMENTS), first_text(item, *CALL_IDS))


def _tool_response(item: Item) -> Part:
    part = tool_call_response(plain(first(item, *RESULTS)), first_text(item, *CALL_IDS))
    name = first_text(item, "name", "toolName", "tool_name")
    return {**part, "name": name} if name else part


def _inside(key: str, read: Callable[[Item], Part | None]) -> Callable[[Item], Part | None]:
    """A reader of parts that say their kind by wrapping: {"functionCall": {…}}."""

    def reader(item: Item) -> Part | None:
        inner = item.get(key)
        return read(as_map(inner)) if is_map(inner) else None

    return reader


def _bedrock_reasoning(item: Item) -> Part | None:
    inner = as_map(item.get("reasoningContent"))
    return reasoning(first_text(as_map(inner.get("reasoningText")), "text") or as_text(inner))


def _gemini_response(item: Item) -> Part | None:
    inner = as_map(item.get("response"))
    response: Any = inner.get("result", inner) if set(inner) <= {"result"} else inner
    part = tool_call_response(response if inner else item.get("response"), first_text(item, "id"))
    return {**part, "name": first_text(item, "name")}


def _haystack_result(item: Item) -> Part | None:
    origin = as_map(item.get("origin"))
    return {**tool_call_response(item.get("result"), first_text(origin, "id")), "name": first_text(origin, "tool_name")}


def _code(item: Item) -> Part | None:
    return text(first_text(item, "code", "output")) if first_text(item, "code", "output") else None


_CALLS = (
    "tool_call tool_use function_call function custom_tool_call mcp_call server_tool_use mcp_tool_use server_tool_call"
    " web_search_call file_search_call code_interpreter_call computer_call local_shell_call image_generation_call"
)
_RESPONSES = (
    "tool_call_response tool_result function_call_output custom_tool_call_output tool_return tool_response"
    " server_tool_call_response web_search_tool_result mcp_tool_result computer_call_output local_shell_call_output"
)
_TEXTS = "text input_text output_text refusal plain_text summary_text system_prompt user_prompt retry_prompt"
_MEDIA = (
    "image image_url input_image audio input_audio audio_url file input_file document video video_url media uri blob"
    " binary document_url image_file file_url media_url"
)
BY_TYPE: dict[str, Callable[[Item], Part | None]] = {
    **dict.fromkeys(_TEXTS.split(), _text),
    **dict.fromkeys(["reasoning", "thinking", "redacted_thinking", "reasoning_text"], _reasoning),
    **dict.fromkeys(_CALLS.split(), _tool_call),
    **dict.fromkeys(_RESPONSES.split(), _tool_response),
    **dict.fromkeys(_MEDIA.split(), media.read_media),
}
BY_FIELD: dict[str, Callable[[Item], Part | None]] = {
    "functionCall": _inside("functionCall", _tool_call),
    "function_call": _inside("function_call", _tool_call),
    "functionResponse": _inside("functionResponse", _gemini_response),
    "function_response": _inside("function_response", _gemini_response),
    "toolUse": _inside("toolUse", _tool_call),
    "toolRequest": _inside("toolRequest", _tool_call),  # Genkit
    "toolResponse": _inside("toolResponse", _tool_response),
    "tool_call": _inside("tool_call", _tool_call),  # Haystack
    "tool_call_result": _inside("tool_call_result", _haystack_result),
    "toolResult": _inside("toolResult", _tool_response),
    "reasoningContent": _bedrock_reasoning,
    "inlineData": _inside("inlineData", media.read_media),
    "inline_data": _inside("inline_data", media.read_media),
    "fileData": _inside("fileData", media.read_media),
    "file_data": _inside("file_data", media.read_media),
    "executableCode": _inside("executableCode", _code),
    "executable_code": _inside("executable_code", _code),
    "codeExecutionResult": _inside("codeExecutionResult", _code),
    "code_execution_result": _inside("code_execution_result", _code),
    "text": _text,
    "image": media.read_media,
    "document": media.read_media,
    "video": media.read_media,
    "media": _inside("media", media.read_media),
    "reasoning": _reasoning,
    "content": _text,
}
