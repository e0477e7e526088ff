"""A model provider for examples and tests: as much of OpenAI's, Anthropic's and Google's wire as their clients need.

`with FakeProvider() as provider:` then point a client at `provider.address`. It answers every question the same way,
and asks for a tool when tools are offered and none has been used yet.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ANSWER = "Paris is the capital of France."
USAGE = {"prompt_tokens": 14, "completion_tokens": 7, "total_tokens": 21}
ANTHROPIC_USAGE = {"input_tokens": 14, "output_tokens": 7}


class FakeProvider:
    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeProvider:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


# --- OpenAI -----------------------------------------------------------------------------------------------------------


def chat(request: dict[str, Any]) -> dict[str, Any]:
    call = _tool_call(request)
    # DSPy asks for its fields under headings.
    text = f"[[ ## answer ## ]]\n{ANSWER}\n\n[[ ## completed ## ]]" if "[[ ## answer" in json.dumps(request) else ANSWER
    message: dict[str, Any] = {"role": "assistant", "content": None if call else text}
    if call:
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": call}]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop", "logprobs": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request.get("model", "fake"),
        "choices": [choice],
        "usage": USAGE,
    }


def chat_chunks(request: dict[str, Any]) -> list[dict[str, Any]]:
    same = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": request.get("model", "fake")}
    words = re.findall(r"\S+ ?", ANSWER)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *({"content": word} for word in words)]
    chunks = [{**same, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append({**same, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if (request.get("stream_options") or {}).get("include_usage"):
        chunks.append({**same, "choices": [], "usage": USAGE})
    return chunks


def _tool_call(request: dict[str, Any]) -> dict[str, str] | None:
    """The first tool that is offered, with its required arguments, unless a tool has answered already."""
    messages = request.get("messages") or []
    tools = [tool["function"] for tool in request.get("tools") or () if tool.get("type") == "function"]
    if not tools or any(message.get("role") == "tool" for message in messages):
        return None
    needed = (tools[0].get("parameters") or {}).get("required") or ()
    return {"name": tools[0]["name"], "arguments": json.dumps(dict.fromkeys(needed, "Paris"))}


def response(request: dict[str, Any]) -> dict[str, Any]:
    """OpenAI's Responses API."""
    text = {"type": "output_text", "text": ANSWER, "annotations": [], "logprobs": []}
    output = {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "content": [text]}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": request.get("model", "fake"),
        "output": [output],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {**ANTHROPIC_USAGE, "total_tokens": 21, **details},
    }


def embeddings(request: dict[str, Any]) -> dict[str, Any]:
    texts = request.get("input", "")
    count = len(texts) if isinstance(texts, list) else 1
    data = [{"object": "embedding", "index": n, "embedding": [0.1, 0.2, 0.3]} for n in range(count)]
    return {"object": "list", "model": request.get("model", "fake"), "data": data, "usage": USAGE}


# --- Anthropic and Google ---------------------------------------------------------------------------------------------


def message(request: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "fake"),
        "content": [{"type": "text", "text": ANSWER}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": ANTHROPIC_USAGE,
    }


def gemini(_request: dict[str, Any]) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": ANSWER}]}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 14, "candidatesTokenCount": 7, "totalTokenCount": 21},
        "modelVersion": "gemini-fake",
    }


_ANSWERS = {"/chat/completions": chat, "/responses": response, "/embeddings": embeddings, "/messages": message}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        path = self.path.partition("?")[0]
        if path.endswith("/chat/completions") and request.get("stream"):
            events = [f"data: {json.dumps(chunk)}\n\n" for chunk in chat_chunks(request)] + ["data: [DONE]\n\n"]
            self._send("text/event-stream", "".join(events))
            return
        for ending, answer in _ANSWERS.items():
            if path.endswith(ending):
                self._send("application/json", json.dumps(answer(request)))
                return
        if path.endswith(":generateContent"):
            self._send("application/json", json.dumps(gemini(request)))
            return
        self._send("application/json", json.dumps({"error": {"message": f"{path} is not faked"}}), 404)

    def _send(self, kind: str, text: str, status: int = 200) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return
