"""Which attributes an input, an output or a usage becomes, by the type of the span."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from spanhouse import names
from spanhouse.messages import as_messages
from spanhouse.values import cut, plain, to_text

JSON = "application/json"
_CHATS = ("llm", "agent")
_TYPE_OF_OPERATION = {found[names.OPERATION]: word for word, found in names.TYPES.items() if names.OPERATION in found}


def type_of(attributes: Mapping[str, Any]) -> str:
    """The type that a span was begun with."""
    operation, kind = attributes.get(names.OPERATION), attributes.get(names.KIND)
    return _TYPE_OF_OPERATION.get(str(operation), "") or str(kind or "").lower()


def input_of(span_type: str, value: Any, limit: int) -> dict[str, str]:
    if span_type == "tool":
        return {names.TOOL_ARGUMENTS: to_text(value, limit)}
    if span_type in _CHATS:
        messages = _messages(value, "user", limit)
        if messages is not None:
            return {names.INPUT_MESSAGES: messages}
    return _generic(names.INPUT, names.INPUT_MIME, value, limit)


def output_of(span_type: str, value: Any, limit: int) -> dict[str, str]:
    if span_type == "tool":
        return {names.TOOL_RESULT: to_text(value, limit)}
    if span_type in _CHATS:
        messages = _messages(value, "assistant", limit)
        if messages is not None:
            return {names.OUTPUT_MESSAGES: messages}
    return _generic(names.OUTPUT, names.OUTPUT_MIME, value, limit)


def _generic(key: str, mime_key: str, value: Any, limit: int) -> dict[str, str]:
    text = to_text(value, limit)
    return {key: text} if type(value) is str else {key: text, mime_key: JSON}  # text is what readers assume


def _messages(value: Any, role: str, limit: int) -> str | None:
    found = as_messages(cut(value, limit) if type(value) is str else plain(value, limit), role)
    return None if found is None else json.dumps(found, ensure_ascii=False)


# --- usage ------------------------------------------------------------------------------------------------------------

_USAGE = {
    "input_tokens": names.INPUT_TOKENS,
    "output_tokens": names.OUTPUT_TOKENS,
    "cache_read_tokens": names.CACHE_READ_TOKENS,
    "cache_write_tokens": names.CACHE_WRITE_TOKENS,
    "reasoning_tokens": names.REASONING_TOKENS,
    "total_tokens": names.TOTAL_TOKENS,
}
# The providers' own usage objects: our name <- theirs.
_THEIRS = {
    "input_tokens": ("input_tokens", "prompt_tokens", "prompt_token_count", "inputTokens"),
    "output_tokens": ("output_tokens", "completion_tokens", "candidates_token_count", "outputTokens"),
    "cache_read_tokens": ("cache_read_input_tokens", "cached_content_token_count", "cacheReadInputTokens"),
    "cache_write_tokens": ("cache_creation_input_tokens", "cacheWriteInputTokens"),
    "reasoning_tokens": ("thoughts_token_count",),
    "total_tokens": ("total_tokens", "total_token_count", "totalTokens"),
}
_DETAILS = {
    "cache_read_tokens": (("prompt_tokens_details", "cached_tokens"), ("input_tokens_details", "cached_tokens")),
    "reasoning_tokens": (
        ("completion_tokens_details", "reasoning_tokens"),
        ("output_tokens_details", "reasoning_tokens"),
    ),
}


def usage_of(usage: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a provider's usage object and of numbers given by name, which win."""
    found = {} if usage is None else _read(usage)
    found.update({name: number for name, number in given.items() if number is not None})
    attributes: dict[str, Any] = {}
    for name, key in _USAGE.items():
        if isinstance(found.get(name), (int, float)) and found[name] >= 0:
            attributes[key] = int(found[name])
    if isinstance(found.get("cost"), (int, float)):
        attributes[names.COST] = float(found["cost"])
    return attributes


def _get(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else getattr(holder, name, None)


def _read(usage: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, theirs in _THEIRS.items():
        values = [_get(usage, their) for their in (name, *theirs)]
        values += [_get(_get(usage, outer), inner) for outer, inner in _DETAILS.get(name, ())]
        numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
        if numbers:
            found[name] = numbers[0]
    # Anthropic and Bedrock count cached input beside the input, the conventions as a part of it.
    if _get(usage, "cache_read_input_tokens") is not None or _get(usage, "cacheReadInputTokens") is not None:
        cached = found.get("cache_read_tokens", 0) + found.get("cache_write_tokens", 0)
        found["input_tokens"] = found.get("input_tokens", 0) + cached
    return found
