"""Chat messages as people and providers write them, as the message schema of the OpenTelemetry GenAI conventions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS = ("text", "input_text", "output_text")


def as_messages(value: Any, role: str) -> list[dict[str, Any]] | None:
    """`value` is plain JSON: a text, a message or a list of messages. None when it is something else."""
    if isinstance(value, str):
        return [{"role": role, "parts": [{"type": "text", "content": value}]}]
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, Mapping) and isinstance(item.get("role"), str) for item in items):
        return None
    return [_message(item) for item in items]


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(item.get("parts"), list):
        return dict(item)
    content = item.get("content")
    if item["role"] == "tool" and item.get("tool_call_id"):
        parts = [{"type": "tool_call_response", "id": item["tool_call_id"], "response": content}]
    else:
        contents = content if isinstance(content, list) else [] if content is None else [content]
        parts = [_part(piece) for piece in contents]
    for call in item.get("tool_calls") or ():
        if isinstance(call, Mapping):
            parts.append(_call(call))
    found: dict[str, Any] = {"role": item["role"], "parts": parts}
    for key in ("name", "finish_reason"):
        if item.get(key):
            found[key] = item[key]
    return found


def _part(piece: Any) -> dict[str, Any]:
    if not isinstance(piece, Mapping):
        return {"type": "text", "content": piece if isinstance(piece, str) else str(piece)}
    kind = piece.get("type")
    if kind in _TEXTS:
        return {"type": "text", "content": piece.get("text", piece.get("content", ""))}
    if kind == "image_url":
        image = piece.get("image_url")
        return {"type": "uri", "modality": "image", "uri": image.get("url") if isinstance(image, Mapping) else image}
    if kind == "tool_use":
        return {"type": "tool_call", "id": piece.get("id"), "name": piece.get("name"), "arguments": piece.get("input")}
    if kind == "tool_result":
        return {"type": "tool_call_response", "id": piece.get("tool_use_id"), "response": piece.get("content")}
    return dict(piece)


def _call(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call.get("function")
    inner: Mapping[str, Any] = function if isinstance(function, Mapping) else call
    return {
        "type": "tool_call",
        "id": call.get("id"),
        "name": inner.get("name"),
        "arguments": inner.get("arguments", inner.get("args")),
    }
