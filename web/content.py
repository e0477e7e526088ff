"""What the span panel shows: messages and values made ready for the template, long ones cut, hostile ones harmless."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from typing import Any, cast

from django.utils.safestring import SafeString

from backend.core import limits
from backend.traces.view import Message, SpanView
from web import richtext

# An SVG image may carry scripts and styles, so it is not among them.
SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
ROLE_ICONS = {"system": "settings", "developer": "settings", "user": "user", "assistant": "sparkles", "tool": "wrench"}
# Of a long conversation the first messages are folded: what matters is at its end.
OPEN_MESSAGES = 6


@dataclass(frozen=True)
class Shown:
    """One value. `kind`: text (shown as it is), markdown or json (`html` is safe). `cut`: characters left out."""

    kind: str
    text: str
    html: SafeString | None = None
    cut: int = 0


@dataclass(frozen=True)
class ShownPart:
    """`kind`: text, reasoning, tool_call, tool_call_response, image, or note (something that is named, not shown)."""

    kind: str
    value: Shown
    name: str = ""
    id: str = ""


@dataclass(frozen=True)
class ShownMessage:
    role: str
    icon: str
    parts: list[ShownPart]
    open: bool
    preview: str
    finish_reason: str = ""
    name: str = ""


@dataclass(frozen=True)
class ShownAttribute:
    key: str
    value: Shown


@dataclass(frozen=True)
class SpanContent:
    """Everything the panel shows that needs work before the template."""

    input_messages: list[ShownMessage]
    output_messages: list[ShownMessage]
    input: Shown | None
    output: Shown | None
    tool_arguments: Shown | None
    tool_result: Shown | None
    tool_definitions: list[ShownPart]
    documents: list[tuple[Mapping[str, Any], Shown]]
    attributes: list[ShownAttribute]
    resource: list[ShownAttribute]
    events: list[tuple[Any, list[ShownAttribute]]] = field(default_factory=list[tuple[Any, list[ShownAttribute]]])
    cut: bool = False
    http_failure: str = ""  # "429 Too Many Requests"

    @property
    def says_something(self) -> bool:
        return bool(
            self.input_messages or self.output_messages or self.input or self.output or self.documents
            or self.tool_arguments or self.tool_result
        )  # fmt: skip


def present(span: SpanView, *, whole: bool = False) -> SpanContent:
    """`whole`: cut nothing."""
    reader = _Reader(whole=whole)
    tool = span.tool or {}
    inputs, outputs = span.input_messages, span.output_messages
    return SpanContent(
        input_messages=[reader.message(m, open_=len(inputs) - i <= OPEN_MESSAGES) for i, m in enumerate(inputs)],
        output_messages=[reader.message(m, open_=True) for m in outputs],
        input=reader.value(span.input) if span.input and not inputs and not tool.get("arguments") else None,
        output=reader.value(span.output) if span.output and not outputs and not tool.get("result") else None,
        tool_arguments=reader.value(tool["arguments"]) if tool.get("arguments") not in (None, "") else None,
        tool_result=reader.value(tool["result"]) if tool.get("result") not in (None, "") else None,
        tool_definitions=[ShownPart("tool", reader.value(one), name=_tool_name(one)) for one in span.tool_definitions],
        documents=[(one, reader.value(one.get("content") or "")) for one in span.documents],
        attributes=reader.attributes(span.attributes),
        resource=reader.attributes(span.resource_attributes),
        events=[(event, reader.attributes(event.attributes)) for event in span.events],
        cut=reader.has_cut,
        http_failure=http_failure(span),
    )


def http_failure(span: SpanView) -> str:
    """The status of a refused request in words."""
    code = span.http_failure
    return f"{code} {responses.get(code, '')}".strip() if code else ""


class _Reader:
    """Makes values ready; remembers whether it had to cut any."""

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole
        self.has_cut = False

    def value(self, value: object, *, prose: bool = False, limit: int = limits.SHOWN_CHARS) -> Shown:
        """Objects and JSON text as coloured JSON, `prose` as Markdown, everything else as it is."""
        if isinstance(value, str):
            text, parsed = value, richtext.parsed_json(value)
        else:
            text, parsed = _json_text(value), value
        if len(text) <= limits.RENDERED_CHARS:
            if isinstance(parsed, dict | list) and (html := richtext.pretty_json(parsed)) is not None:
                return Shown("json", text, html)
            if prose:
                return Shown("markdown", text, richtext.markdown(text))
        if self.whole or len(text) <= limit:
            return Shown("text", text)
        self.has_cut = True
        return Shown("text", text[:limit], cut=len(text) - limit)

    def attributes(self, attributes: Mapping[str, str]) -> list[ShownAttribute]:
        out: list[ShownAttribute] = []
        for key in sorted(attributes):
            text = attributes[key]
            cut = 0 if self.whole else max(0, len(text) - limits.SHOWN_ATTRIBUTE_CHARS)
            self.has_cut = self.has_cut or cut > 0
            out.append(ShownAttribute(key, Shown("text", text[: len(text) - cut], cut=cut)))
        return out

    def message(self, message: Message, *, open_: bool) -> ShownMessage:
        role = str(message.get("role") or "unknown")
        given = message.get("parts") or []
        parts = [self.part(part) for part in _as_parts(given if isinstance(given, list) else [given])]
        preview = next((p.value.text for p in parts if p.kind == "text"), None)
        preview = preview if preview is not None else ", ".join(p.name or p.kind for p in parts)
        return ShownMessage(
            role=role,
            icon=ROLE_ICONS.get(role, "message-square"),
            parts=parts,
            open=open_ and role not in ("system", "developer"),
            preview=" ".join(preview[:400].split())[:160],
            finish_reason=str(message.get("finish_reason") or ""),
            name=str(message.get("name") or ""),
        )

    def part(self, part: Mapping[str, Any]) -> ShownPart:
        kind = str(part.get("type") or "")
        if kind in ("text", "reasoning"):
            return ShownPart(kind, self.value(part.get("content") or "", prose=True))
        if kind == "tool_call":
            arguments = part.get("arguments")
            return ShownPart(kind, self.value({} if arguments is None else arguments), *_names(part))
        if kind == "tool_call_response":
            response = part.get("response", part.get("result"))
            return ShownPart(kind, self.value("" if response is None else response), *_names(part))
        if kind == "blob":
            return self.blob(part)
        if kind in ("uri", "file"):
            where = str(part.get("uri") or part.get("file_id") or "")
            return ShownPart("note", self.value(where, limit=500), name=_media_name(part))
        return ShownPart("text", self.value(dict(part)))

    def blob(self, part: Mapping[str, Any]) -> ShownPart:
        """An image that was sent inside the span; anything else is only named."""
        mime = str(part.get("mime_type") or "").lower()
        content = str(part.get("content") or part.get("data") or "").strip()
        if mime in SHOWN_IMAGES and len(content) <= limits.INLINE_IMAGE_CHARS and _is_base64(content):
            return ShownPart("image", Shown("text", f"data:{mime};base64,{content}"), name=_media_name(part))
        return ShownPart("note", Shown("text", f"{len(content):,} characters of base64"), name=_media_name(part))


def _as_parts(given: list[Any]) -> list[dict[str, Any]]:
    """What is no part is shown as text."""
    return [part if isinstance(part, dict) else {"type": "text", "content": part} for part in given]


def _is_base64(content: str) -> bool:
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return False
    return bool(content)


def _media_name(part: Mapping[str, Any]) -> str:
    return str(part.get("mime_type") or part.get("modality") or part.get("type") or "media")


def _names(part: Mapping[str, Any]) -> tuple[str, str]:
    return str(part.get("name") or ""), str(part.get("id") or "")


def _tool_name(definition: Mapping[str, Any]) -> str:
    inner = definition.get("function")
    named = cast("Mapping[str, Any]", inner) if isinstance(inner, dict) else definition
    return str(named.get("name") or "tool")


def _json_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return "(nested too deep to be shown)"
