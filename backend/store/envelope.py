"""An OTLP request with its project and time appended, preceded by its length: what an insert body is made of.

Protobuf lets fields be appended to a message, so nothing is encoded again. The two fields come last and have a fixed
length, so they can be read back from a frame's end, and they win over fields of the same number inside the body.
"""

from __future__ import annotations

import struct
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


PROJECT_TAG = varint(PROJECT_FIELD << 3 | _LENGTH_DELIMITED) + varint(36)
RECEIVED_TAG = varint(RECEIVED_FIELD << 3 | _FIXED64)
TAIL_BYTES = len(PROJECT_TAG) + 36 + len(RECEIVED_TAG) + 8


def frame(body: bytes, project_id: UUID, received_ns: int) -> bytes:
    """`varint(length) + body + project + time`."""
    tail = PROJECT_TAG + str(project_id).encode() + RECEIVED_TAG + struct.pack("<Q", received_ns)
    return varint(len(body) + TAIL_BYTES) + body + tail
