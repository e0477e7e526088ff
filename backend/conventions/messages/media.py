"""Reads an image, sound, film or document part of any provider as a GenAI `blob`, `uri` or `file` part.

Nothing is fetched and nothing is decoded: base64 stays base64, an address stays an address.
"""

from __future__ import annotations

from collections.abc import Mapping

from backend.conventions.messages.schema import Part
from backend.conventions.messages.values import as_map, first, first_text, is_map

WRAPPERS = (
    "image_url",
    "input_audio",
    "audio_url",
    "video_url",
    "file",
    "source",
    "image",
    "audio",
    "video",
    "document",
    "document_url",
)
MODALITIES = ("image", "audio", "video")


def read_media(item: Mapping[str, object]) -> Part | None:
    """None when neither content, nor an address, nor a file id is in it."""
    inner = _unwrapped(item)
    mime = first_text(inner, "mime_type", "media_type", "mimeType", "mediaType", "mimetype", "contentType")
    mime = mime or first_text(item, "mime_type", "media_type", "mediaType", "mimeType")
    modality = _modality(item, mime)
    if not mime and modality != "file" and first_text(inner, "format"):
        mime = f"{modality}/{first_text(inner, 'format')}"
    address = first_text(inner, "uri", "url", "image_url", "file_url", "fileUri", "file_uri", "image", "file_data")
    if address.startswith("data:"):
        return from_data_url(address, modality)
    content = first(inner, "content", "data", "bytes", "base64", "image", "file_data", "video", "audio")
    if address and (":" in address[:24] or address.startswith("/")):
        return _part("uri", mime, modality, "uri", address)
    if isinstance(content, str) and content:
        if content.startswith("data:"):
            return from_data_url(content, modality)
        kind = "uri" if content[:8].lower().startswith(("http://", "https://")) else "blob"
        return _part(kind, mime, modality, "uri" if kind == "uri" else "content", content)
    file_id = first_text(inner, "file_id", "fileId", "id")
    return _part("file", mime, modality, "file_id", file_id) if file_id else None


def from_data_url(address: str, modality: str) -> Part:
    """`data:image/png;base64,iVBOR…` → a blob."""
    head, _, content = address[5:].partition(",")
    mime = head.split(";")[0] or "text/plain"
    if not head.endswith(";base64"):  # percent-encoded text: shown as the address it is
        return _part("uri", mime, modality, "uri", address)
    return _part("blob", mime, modality if modality != "file" else _of_mime(mime), "content", content)


def _unwrapped(item: Mapping[str, object]) -> Mapping[str, object]:
    """{"type": "image_url", "image_url": {"url": …}} and {"image": {"source": {"bytes": …}}} → the inside."""
    for _ in range(3):  # the deepest known wrapping is two
        inner = next((as_map(item[key]) for key in WRAPPERS if is_map(item.get(key))), None)
        if inner is None:
            return item
        item = {**{key: item[key] for key in ("format", "type") if key in item}, **inner}
    return item


def _modality(item: Mapping[str, object], mime: str) -> str:
    said = first_text(item, "modality")
    if said:
        return said
    kind = first_text(item, "type", "block_type", "kind")
    guess = next((name for name in MODALITIES if name in kind), None)
    return guess or next((name for name in MODALITIES if name in item), None) or _of_mime(mime)


def _of_mime(mime: str) -> str:
    return next((name for name in MODALITIES if mime.startswith(name + "/")), "file")


def _part(kind: str, mime: str, modality: str, field: str, value: str) -> Part:
    return {"type": kind, **({"mime_type": mime} if mime else {}), "modality": modality, field: value}
