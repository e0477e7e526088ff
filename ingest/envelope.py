"""Frames: a request with its project and time appended, preceded by its length. A file of frames is an insert body.

Protobuf lets fields be appended to a message, so nothing is encoded again. The two fields come last and have a fixed
length, so they can be read back from a frame's end, and they win over fields of the same number inside the body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from backend.store.otlp import PROJECT_FIELD, RECEIVED_FIELD

_LENGTH_DELIMITED, _FIXED64 = 2, 1


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_PROJECT_TAG = varint(PROJECT_FIELD << 3 | _LENGTH_DELIMITED) + varint(36)
_RECEIVED_TAG = varint(RECEIVED_FIELD << 3 | _FIXED64)
TAIL_BYTES = len(_PROJECT_TAG) + 36 + len(_RECEIVED_TAG) + 8


def frame(body: bytes, project_id: UUID, received_ns: int) -> bytes:
    """`varint(length) + body + project + time`."""
    tail = _PROJECT_TAG + str(project_id).encode() + _RECEIVED_TAG + struct.pack("<Q", received_ns)
    return varint(len(body) + TAIL_BYTES) + body + tail


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
    time_at = len(_PROJECT_TAG) + 36
    if not tail.startswith(_PROJECT_TAG) or tail[time_at : time_at + len(_RECEIVED_TAG)] != _RECEIVED_TAG:
        return None
    try:
        project_id = UUID(tail[len(_PROJECT_TAG) : time_at].decode("ascii"))
    except ValueError:
        return None
    return Frame(offset, end, view[at : end - TAIL_BYTES], project_id, struct.unpack("<Q", tail[-8:])[0])
