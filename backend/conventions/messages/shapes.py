"""Reads JSON of any provider or framework as messages: one message, a conversation, a request, a response.

Told by their fields, not by a name: OpenAI chat, completions and Responses, Anthropic, Gemini, Bedrock, Vercel AI SDK,
LangChain (dumped, serialised or as a state), LlamaIndex and the OpenTelemetry GenAI schema itself.
Every reader gives None (or nothing) for what it does not recognise; the caller then shows the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.conventions.messages.parts import (
    CALL_IDS,
    is_part,
    plain,
    read_parts,
    reasoning,
    text,
    tool_call,
    tool_call_response,
)
from backend.conventions.messages.schema import Message, Part
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
ROLES = {
    **{role: role for role in ("system", "developer", "user", "assistant", "tool")},
    "human": "user",
    "humanmessage": "user",
    "ai": "assistant",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatbot": "assistant",
    "systemmessage": "system",
    "function": "tool",
    "ipython": "tool",
    "toolmessage": "tool",
    "functionmessage": "tool",
    "tool_result": "tool",
}
CONTENT_FIELDS = (
    "parts",
    "content",
    "contents",
    "blocks",
    "tool_calls",
    "function_call",
    "toolCalls",
    "text",
    "refusal",
)
# Items of OpenAI's Responses API that stand where messages do.
CALL_ITEMS = (
    "function_call",
    "custom_tool_call",
    "mcp_call",
    "web_search_call",
    "file_search_call",
    "computer_call",
    "code_interpreter_call",
    "local_shell_call",
    "image_generation_call",
    "reasoning",
)
OUTPUT_ITEMS = ("function_call_output", "custom_tool_call_output", "computer_call_output", "local_shell_call_output")


def message(role: str, parts: list[Part], finish_reason: object = None) -> Message:
    made: Message = {"role": role, "parts": parts}
    if isinstance(finish_reason, str) and finish_reason:
        made["finish_reason"] = finish_reason
    return made


def role_of(word: object, default: str) -> str:
    """A provider's word for a role in the words of the GenAI schema; an unknown word stays as it is."""
    if not isinstance(word, str) or not word:
        return default
    tail = word.lower().rpartition(".")[2]  # LlamaIndex writes MessageRole.USER
    return ROLES.get(tail, tail)


# -- one message -------------------------------------------------------------------------------------------------------
def is_message(value: object) -> bool:
    item = _unwrapped(as_map(value))
    role = first_text(item, "role")
    if role:
        known = role.lower().rpartition(".")[2] in ROLES
        return known and (any(field in item for field in CONTENT_FIELDS) or "message" in item)
    kind = first_text(item, "type").lower()
    return (kind in ROLES and "content" in item) or kind in CALL_ITEMS or kind in OUTPUT_ITEMS


def read_message(value: object, default_role: str) -> Message:
    """One message of any shape. Plain text becomes a message of `default_role`; what is not understood, its JSON."""
    if not is_map(value):
        return message(default_role, read_parts(value))
    item = _unwrapped(as_map(value))
    kind = first_text(item, "type").lower()
    if kind in CALL_ITEMS or kind in OUTPUT_ITEMS:
        role = "assistant" if kind in CALL_ITEMS else "tool"
        return message(role, read_parts([item]))
    role = role_of(item.get("role") or (kind if kind in ROLES else None), default_role)
    parts = _parts_of(item)
    if role == "tool":
        parts = _as_tool_response(item, parts)
    if not parts and not any(field in item for field in (*CONTENT_FIELDS, "role")):
        parts = [text(json_text(item))]
    made = message(role, parts, _finish_reason(item))
    name = first_text(item, "name")
    return {**made, "name": name} if name else made


def _unwrapped(item: dict[str, object]) -> dict[str, object]:
    """LangChain's envelopes: {"lc", "id": […, "HumanMessage"], "kwargs"}, {"type": "human", "data"}."""
    inner = as_map(item.get("kwargs"))
    if "lc" in item and inner:
        name = as_text((as_list(item.get("id")) or [""])[-1]).lower()
        return {**inner, "type": first_text(inner, "type") if name not in ROLES else name}
    inner = as_map(item.get("data"))
    if inner and first_text(item, "type").lower() in ROLES:
        return {**inner, "type": item["type"]}
    return item


def _parts_of(item: Item) -> list[Part]:
    extra = as_map(item.get("additional_kwargs"))
    thought = first(item, "reasoning_content", "reasoning", "thinking") or extra.get("reasoning_content")
    parts = [reasoning(thought)] if isinstance(thought, str) and thought else []
    parts += read_parts(first(item, "parts", "content", "contents", "blocks", "text"))
    parts += read_parts(item.get("refusal"))
    spoken = as_map(item.get("audio"))
    if spoken:  # OpenAI's spoken answer
        parts += [text(first_text(spoken, "transcript"))] if first_text(spoken, "transcript") else []
    return parts + _tool_calls_of(item, extra, parts)


def _tool_calls_of(item: Item, extra: Item, parts: list[Part]) -> list[Part]:
    """Calls that stand beside the content; those that are in the content too are not told twice."""
    calls = as_list(first(item, "tool_calls", "toolCalls")) or as_list(extra.get("tool_calls"))
    known = {part.get("id") for part in parts if part["type"] == "tool_call" and part.get("id")}
    found = [read_call(as_map(call)) for call in calls if is_map(call)]
    function = as_map(first(item, "function_call")) or as_map(extra.get("function_call"))
    if function and not found:
        found = [read_call(function)]
    return [call for call in found if call["id"] not in known]


def read_call(item: Item) -> Part:
    """One entry of a `tool_calls` list: {"id", "function": {"name", "arguments"}}, {"name", "args"}, …"""
    function: Item = as_map(item.get("function")) or item
    arguments = first(function, "arguments", "args", "input", "parameters", "tool_kwargs")
    name = first_text(function, "name", "toolName", "tool_name")
    return tool_call(name, arguments, first_text(item, "id", "tool_call_id", "toolCallId", "call_id", "tool_id"))


def _as_tool_response(item: Item, parts: list[Part]) -> list[Part]:
    """A tool's message is its result. Text parts of it become one tool_call_response."""
    if any(part["type"] not in ("text", "tool_call_response") for part in parts):
        return parts
    call_id = first_text(item, *CALL_IDS) or first_text(as_map(item.get("additional_kwargs")), *CALL_IDS)
    answered = [part for part in parts if part["type"] == "tool_call_response"]
    if answered:
        return parts if len(answered) == len(parts) else answered
    content = first(item, "content", "parts", "blocks", "text")
    joined = "\n".join(part["content"] for part in parts)
    return [tool_call_response(joined if parts else plain(content), call_id)]


def _finish_reason(item: Item) -> object:
    said = first(item, "finish_reason", "stop_reason", "finishReason", "stopReason")
    inner = as_map(item.get("response_metadata")) or as_map(item.get("meta"))  # LangChain, Haystack
    return said or inner.get("finish_reason")


# -- a conversation ----------------------------------------------------------------------------------------------------
def read_messages(value: object, default_role: str) -> list[Message] | None:
    """A list of messages (or one of them); None when there is no message in it."""
    items = as_list(value)
    if not items:
        return [read_message(value, default_role)] if is_message(value) else None
    if all(is_list(item) for item in items):  # LangChain: a batch of conversations, or [["human", "Hi"]]
        items = [one for item in items for one in (_pair(as_list(item)) or as_list(item))]
    else:
        items = [one for item in items for one in (_pair(as_list(item)) or [item])]
    if any(is_message(item) for item in items):
        return merged([read_message(item, default_role) for item in items])
    if all(is_map(item) and "role" not in item and is_part(as_map(item)) for item in items):
        return [message(default_role, read_parts(items))]
    return None


def _pair(item: list[object]) -> list[object]:
    """LangChain's ("human", "Hi") → a message."""
    if len(item) == 2 and all(isinstance(one, str) for one in item) and str(item[0]).lower() in ROLES:
        return [{"role": item[0], "content": item[1]}]
    return []


def merged(messages: list[Message]) -> list[Message]:
    """Neighbours that are one turn of the assistant (reasoning, then a call, then text) become one message."""
    result: list[Message] = []
    open_turn = False  # whether the last message is only reasoning and calls, so that more of the turn may follow
    for one in messages:
        if result and open_turn and result[-1]["role"] == one["role"] == "assistant":
            result[-1]["parts"].extend(one["parts"])
            result[-1].update({key: value for key, value in one.items() if key != "parts"})
        else:
            result.append({**one, "parts": list(one["parts"])})
        open_turn = bool(one["parts"]) and all(part["type"] in ("reasoning", "tool_call") for part in one["parts"])
    return result


# -- a request and a response ------------------------------------------------------------------------------------------
def read_request(value: object) -> list[Message] | None:
    """What was sent to a model: messages, or a whole request body of a provider."""
    found = read_messages(value, "user")
    item = as_map(value)
    if found is not None or not item:
        return found
    if "lc" in item:  # LangChain's ChatPromptValue
        return read_request(as_map(item.get("kwargs")))
    config = as_map(first(item, "config", "generationConfig", "generation_config"))
    system = first(item, "system", "instructions", "systemInstruction", "system_instruction", "systemPrompt")
    system = system or first(config, "system_instruction", "systemInstruction")
    said = first(item, "messages", "contents", "input", "prompt", "chat_history", "history")
    if said is None or isinstance(said, (int, float)):
        return None
    said = opened(said)
    conversation = read_messages(said, "user")
    if conversation is None and is_map(said) and "messages" in said:
        conversation = read_request(said)
    if conversation is None:
        known = isinstance(said, str) and ("model" in item or system is not None or "prompt" in item)
        conversation = [message("user", [text(said)])] if known and isinstance(said, str) else None
    return None if conversation is None else system_messages(system) + conversation


def system_messages(system: object) -> list[Message]:
    """System instructions as the first message: text, parts, or a Gemini content."""
    system = opened(system)
    if is_map(system) and ("parts" in system or "content" in system) and "type" not in system:
        return [{**read_message(as_map(system), "system"), "role": "system"}]
    parts = read_parts(system)
    return [message("system", parts)] if parts else []


def read_response(value: object) -> list[Message] | None:
    """What a model gave: messages, or a whole response body of a provider."""
    item = as_map(value)
    if not item:
        bare = [as_map(one) for one in as_list(value)]  # the choices without the response around them
        if bare and all(is_map(one.get("message")) and "role" not in one for one in bare):
            return [_choice(one) for one in bare]
        return read_messages(value, "assistant")
    choices = as_list(first(item, "choices", "candidates"))
    if choices:
        return [_choice(as_map(choice)) for choice in choices]
    generations = as_list(item.get("generations"))
    if generations:
        flat = [one for entry in generations for one in (as_list(entry) or [entry])]
        return [_choice(as_map(one)) for one in flat]
    for field in ("output", "messages", "message", "replies", "response", "raw"):
        inner = item.get(field)
        if is_list(inner) or is_map(inner):
            found = read_messages(inner, "assistant") or (read_response(as_map(inner)) if field != "messages" else None)
            if found:
                reason = _finish_reason(item)
                return [{**found[0], "finish_reason": reason}] if len(found) == 1 and reason else found
    return read_messages(value, "assistant")


def _choice(choice: Item) -> Message:
    """One of several answers: OpenAI's choice, Gemini's candidate, LangChain's generation."""
    inner = first(choice, "message", "content", "delta")
    made = read_message(inner if inner is not None else first_text(choice, "text"), "assistant")
    info = as_map(choice.get("generation_info"))
    reason = _finish_reason(choice) or _finish_reason(info) or made.get("finish_reason")
    return {**made, "finish_reason": reason} if reason else made


# -- tools -----------------------------------------------------------------------------------------------
def read_tools(value: object) -> list[dict[str, Any]]:
    """Tool definitions as {"type", "name", "description", "parameters"}, whoever wrote them."""
    items = as_list(opened(value)) or [as_map(opened(value))]
    return [tool for item in items for tool in _tool_definitions(as_map(opened(item)))]


def _tool_definitions(item: Item) -> list[dict[str, Any]]:
    several = as_list(first(item, "functionDeclarations", "function_declarations"))
    if several:
        return [tool for one in several for tool in _tool_definitions(as_map(one))]
    function: Item = as_map(item.get("function")) or as_map(item.get("toolSpec")) or item
    name = first_text(function, "name") or first_text(item, "name", "type")
    if not name:
        return []
    made: dict[str, Any] = {"type": first_text(item, "type") or "function", "name": name}
    if first_text(function, "description"):
        made["description"] = first_text(function, "description")
    keys = ("parameters", "input_schema", "inputSchema", "parameters_json_schema", "parametersJsonSchema", "schema")
    parameters = opened(first(function, *keys))
    return [{**made, "parameters": parameters} if parameters is not None else made]
