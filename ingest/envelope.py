"""Frames read back: the requests of a segment, each with its project and time."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from backend.store.envelope import PROJECT_TAG, RECEIVED_TAG, TAIL_BYTES, frame

__all__ = ["Frame", "frame", "frames"]


@dataclass(frozen=True)
class Frame:
    """One frame of a segment: `start` and `end` are offsets in it, `body` is the request without its tail."""

    start: int
    end: int
    body: memoryview
    project_id: UUID
    received_ns: int


def frames(data: bytes | memoryview) -> Iterator[Frame]:
    """The whole frames at the start of `data`; ends without an error where a frame is cut off or is none."""
    view, offset = memoryview(data), 0
    while offset < len(view):
        opened = _open(view, offset)
        if opened is None:
            return
        yield opened
        offset = opened.end


def _open(view: memoryview, offset: int) -> Frame | None:
    length, shift, at = 0, 0, offset
    while True:
        if at >= len(view) or shift > 35:
            return None
        byte = view[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    end = at + length
    if length < TAIL_BYTES or end > len(view):
        return None
    tail = bytes(view[end - TAIL_BYTES : end])
    time_at = len(PROJECT_TAG) + 36
    if not tail.startswith(PROJECT_TAG) or tail[time_at : time_at + len(RECEIVED_TAG)] != RECEIVED_TAG:
        return None
    try:
        project_id = UUID(tail[len(PROJECT_TAG) : time_at].decode("ascii"))
    except ValueError:
        return None
    return Frame(offset, end, view[at : end - TAIL_BYTES], project_id, struct.unpack("<Q", tail[-8:])[0])
