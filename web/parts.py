"""One part of a message made ready for the template: text, reasoning, a tool call with its result, media."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.core import limits
from web.shown import Reader, Shown, link
from web.values import decoded_media, part_value

# An SVG image may carry scripts and styles, so it is not among them.
SHOWN_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PLAYED_SOUNDS = {
    "audio/wav": "audio/wav", "audio/x-wav": "audio/wav", "audio/mp3": "audio/mpeg", "audio/mpeg": "audio/mpeg",
    "audio/ogg": "audio/ogg", "audio/webm": "audio/webm", "audio/flac": "audio/flac", "audio/mp4": "audio/mp4",
}  # fmt: skip


@dataclass(frozen=True)
class ShownPart:
    """`kind`: text, reasoning, tool_call, tool_call_response, image, audio, file, or note (named, not shown).

    `result_new`: the result was not in the call before. `src`: of an image or a sound. `download`: where the bytes of
    inline media are. `size`: their number.
    """

    kind: str
    value: Shown
    name: str = ""
    id: str = ""
    result: Shown | None = None
    result_new: bool = False
    src: str = ""
    download: str = ""
    size: int = 0


def read_part(
    part: Mapping[str, Any], address: str, reader: Reader, result: tuple[Mapping[str, Any], str] | None = None
) -> ShownPart:
    """`result`: the part that answers this call, and its address."""
    kind = str(part.get("type") or "")
    value = part_value(part)
    match kind:
        case "text" | "reasoning":
            return ShownPart(kind, reader.value(value, address, prose=True))
        case "tool_call":
            arguments = reader.value(value, address)
            answer = reader.value(part_value(result[0]), result[1]) if result else None
            return ShownPart(kind, arguments, *_names(part), result=answer)
        case "tool_call_response":
            return ShownPart(kind, reader.value(value, address), *_names(part))
        case "blob":
            return _blob(part, str(value), address, reader)
        case "uri" | "file":
            return ShownPart("note", reader.value(str(value), address, limit=500, text=True), name=_media_name(part))
        case _:
            return ShownPart("text", reader.value(value, address))


def _blob(part: Mapping[str, Any], content: str, address: str, reader: Reader) -> ShownPart:
    """Media that was sent inside the span. What is not base64 is only named."""
    mime = str(part.get("mime_type") or "").lower().partition(";")[0].strip()
    data = decoded_media(content) if len(content) <= limits.SHOWN_IMAGE_CHARS else None
    name = _media_name(part)
    if data is None:
        note = Shown("text", f"{len(content):,} characters of base64")
        return ShownPart("note", note, name=name)
    download = link(reader.base, "file", of=address) if reader.base else ""
    inline = len(content) <= min(limits.INLINE_IMAGE_CHARS, reader.left)
    shown = {**{one: one for one in SHOWN_IMAGES}, **PLAYED_SOUNDS}.get(mime, "")
    src = f"data:{shown};base64,{''.join(content.split())}" if inline or not download else f"{download}&show=1"
    if inline and shown:
        reader.left -= len(content)
    kind = "image" if mime in SHOWN_IMAGES else "audio" if mime in PLAYED_SOUNDS else "file"
    text = src if kind != "file" else name
    return ShownPart(kind, Shown("text", text), name, src=src, download=download, size=len(data))


def _media_name(part: Mapping[str, Any]) -> str:
    named = part.get("filename") or part.get("name")
    return str(named or part.get("mime_type") or part.get("modality") or part.get("type") or "media")


def _names(part: Mapping[str, Any]) -> tuple[str, str]:
    return str(part.get("name") or ""), str(part.get("id") or "")
