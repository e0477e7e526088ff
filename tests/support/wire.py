"""Bodies that no SDK would send, made by hand from protobuf's wire format; and a sender that reads answers early."""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Iterable, Mapping

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = [
    "block",
    "deep_array",
    "deep_json",
    "deep_map",
    "request_of",
    "stubborn_post",
    "varint",
    "with_attribute",
    "zstd",
]


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def block(field: int, content: bytes) -> bytes:
    """A length-delimited field."""
    return varint(field << 3 | 2) + varint(len(content)) + content


def _wrapped(depth: int, layers: list[int], heart: bytes) -> bytes:
    """`heart` inside `depth` repetitions of the nested fields in `layers`, outermost first; in linear time."""
    heads: list[bytes] = []
    length = len(heart)
    for _ in range(depth):
        for field in reversed(layers):
            head = varint(field << 3 | 2) + varint(length)
            heads.append(head)
            length += len(head)
    return b"".join(reversed(heads)) + heart


TEXT = block(1, b"deep inside")


def deep_array(depth: int) -> bytes:
    """An AnyValue: arrays in arrays."""
    return _wrapped(depth, [5, 1], TEXT)


def deep_map(depth: int) -> bytes:
    """An AnyValue: maps in maps, under the empty key."""
    return _wrapped(depth, [6, 1, 2], TEXT)


def with_attribute(span: bytes, key: bytes, value: bytes) -> bytes:
    """A serialised Span with one attribute more; `value` is a serialised AnyValue."""
    return span + block(9, block(1, key) + block(2, value))


def request_of(*spans: bytes) -> bytes:
    """An ExportTraceServiceRequest of serialised Spans."""
    return block(1, block(2, b"".join(block(2, span) for span in spans)))


def deep_json(depth: int, kind: str) -> str:
    """An AnyValue in OTLP JSON."""
    if kind == "array":
        opening, closing = '{"arrayValue":{"values":[', "]}}"
    else:
        opening, closing = '{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"
    return opening * depth + '{"stringValue":"deep inside"}' + closing * depth


def stubborn_post(
    port: int, path: str, headers: Mapping[str, str], pieces: Iterable[bytes], *, chunked: bool = False
) -> int:
    """POST a body that the server may refuse before it has read it; the status of its answer, 0 when none came.

    A plain HTTP client reports a broken pipe then; this one looks for the answer while it sends.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head += "Transfer-Encoding: chunked\r\n" if chunked else ""
        connection.sendall(head.encode() + b"\r\n")
        try:
            for piece in pieces:
                if select.select([connection], [], [], 0)[0]:
                    break
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            else:
                if chunked:
                    connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # closed while sending; the answer may still be there
        return _status(connection)


def _status(connection: socket.socket) -> int:
    answer = b""
    deadline = time.monotonic() + 60
    while b"\r\n" not in answer and time.monotonic() < deadline:
        try:
            piece = connection.recv(4096)
        except OSError:
            break
        if not piece:
            break
        answer += piece
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
