"""A recorded call as something to send again: messages as OpenAI's chat API takes them, and a cURL command. Pure."""

from __future__ import annotations

import json
from typing import Any

from backend.conventions.parameters import parameters
from backend.traces.view import Message, SpanView

# Parameters of OpenAI's chat API; what else a convention calls a parameter would be refused.
SENT = frozenset({
    "temperature", "max_tokens", "top_p", "seed", "stop", "n", "frequency_penalty", "presence_penalty", "tool_choice",
    "response_format", "reasoning_effort", "parallel_tool_calls",
})  # fmt: skip


def openai_messages(span: SpanView) -> list[dict[str, Any]]:
    """The input of a call; reasoning is left out, a tool's result becomes a message of its own."""
    made: list[dict[str, Any]] = []
    for message in span.input_messages:
        made += _openai(message)
    return made


def _openai(message: Message) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    calls: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    given = message.get("parts")
    for part in given if isinstance(given, list) else []:
        if not isinstance(part, dict):
            content.append({"type": "text", "text": str(part)})
            continue
        match part.get("type"):
            case "text":
                content.append({"type": "text", "text": str(part.get("content") or "")})
            case "tool_call":
                called = {"name": part.get("name") or "", "arguments": _text(part.get("arguments", {}))}
                calls.append({"id": part.get("id") or f"call_{len(calls)}", "type": "function", "function": called})
            case "tool_call_response":
                answer = _text(part.get("response", part.get("result", "")))
                results.append({"role": "tool", "tool_call_id": part.get("id") or "", "content": answer})
            case "blob" if str(part.get("mime_type") or "").startswith("image/"):
                address = f"data:{part['mime_type']};base64,{part.get('content') or ''}"
                content.append({"type": "image_url", "image_url": {"url": address}})
            case "uri" if part.get("modality") == "image":
                content.append({"type": "image_url", "image_url": {"url": str(part.get("uri") or "")}})
            case _:
                pass
    role = str(message.get("role") or "user")
    if not content and not calls:
        return results
    texts = [one["text"] for one in content if one["type"] == "text"]
    plain: Any = "\n\n".join(texts) if len(texts) == len(content) else content
    said = {"role": role, "content": plain or None, **({"tool_calls": calls} if calls else {})}
    return [said, *results]


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def as_curl(span: SpanView) -> str:
    """A command for a shell of POSIX; the key comes from the environment."""
    body: dict[str, Any] = {
        "model": span.request_model or span.response_model or "gpt-4o-mini",
        "messages": openai_messages(span),
    }
    for name, text in parameters(span.attributes, span.scope_name).items():
        if name in SENT:
            try:
                body[name] = json.loads(text)
            except ValueError:
                body[name] = text
    if span.tool_definitions:
        kept = ("name", "description", "parameters")
        body["tools"] = [
            {"type": "function", "function": {key: tool[key] for key in kept if tool.get(key)}}
            for tool in span.tool_definitions
        ]
    quoted = json.dumps(body, ensure_ascii=False, indent=2, default=str).replace("'", "'\\''")
    return (
        'curl "${OPENAI_BASE_URL:-https://api.openai.com/v1}/chat/completions" \\\n'
        '  -H "Authorization: Bearer $OPENAI_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{quoted}'\n"
    )
