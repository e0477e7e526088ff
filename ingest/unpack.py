"""Undoes a body's content encoding, piece by piece, so that a small body which unpacks to gigabytes stops early."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Protocol

from backend.core import limits
from ingest.errors import Malformed, TooLarge, Unsupported

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

ENCODINGS = ("identity", "gzip", "deflate", "zstd")
# Input is fed in such pieces: zlib copies what it has not used yet, and with the whole body that would be quadratic.
_PIECE = 64 * limits.KIB
# Parallel compressors write a member per 64 KiB or more; millions of empty ones would cost time and give no output.
_MAX_MEMBERS = 10_000
# 2**26 is 64 MiB: a zstd frame may ask for a window, which is memory, but not for more than a whole body.
_ZSTD_WINDOW_LOG = 26


class _Stream(Protocol):
    """One compressed member. `feed` returns at most `room` bytes; the rest waits inside for the next call."""

    @property
    def hungry(self) -> bool: ...
    @property
    def ended(self) -> bool: ...
    @property
    def rest(self) -> bytes: ...
    def feed(self, data: bytes, room: int) -> bytes: ...


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes, room: int) -> bytes:
        return self._inner.decompress(data or self._inner.unconsumed_tail, room)


class _Zstd:
    def __init__(self) -> None:
        self._inner = ZstdDecompressor(options={DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG})

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes, room: int) -> bytes:
        return self._inner.decompress(data, room)


def _deflate(body: bytes) -> _Stream:
    """HTTP's "deflate" means zlib, but some senders leave the zlib header out (RFC 9110, section 8.4.1.2)."""
    has_header = len(body) >= 2 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return _Zlib(zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS)


_STREAMS: dict[str, Callable[[bytes], _Stream]] = {
    "gzip": lambda _body: _Zlib(zlib.MAX_WBITS | 16),
    "deflate": _deflate,
    "zstd": lambda _body: _Zstd(),
}


def encoding_of(header: str) -> str:
    """The one encoding a Content-Encoding header names, or Unsupported."""
    name = header.strip().lower()
    if name in _STREAMS:
        return name
    if name in ("", "identity"):
        return "identity"
    if name == "x-gzip":
        return "gzip"
    if "," in name:
        raise Unsupported(f'Content-Encoding "{header[:100]}": only one encoding at a time is read.')
    raise Unsupported(f'Content-Encoding "{header[:100]}" is not known. Known are {", ".join(ENCODINGS)}.')


class Unpacker:
    """Unpacks one body in steps: `run(n)` goes on until the end, or until more than n bytes in all have come out."""

    def __init__(self, encoding: str, body: bytes) -> None:
        self._encoding = encoding
        self._body = body
        self._at = 0
        self._stream = _STREAMS[encoding](body)
        self._pieces: list[bytes] = []
        self._members = 1
        self.size = 0
        self.done = False

    def run(self, stop_after: int) -> bool:
        """True at the end of the body. Raises Malformed when the body is garbled or cut off."""
        try:
            while not self.done and self.size <= stop_after:
                self._step(stop_after + 1 - self.size)
        except (zlib.error, ZstdError) as error:
            raise Malformed(f"The body is not valid {self._encoding} data: {error}.") from None
        return self.done and self.size <= stop_after

    def result(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _step(self, room: int) -> None:
        data = self._body[self._at : self._at + _PIECE] if self._stream.hungry else b""
        self._at += len(data)
        out = self._stream.feed(data, room)
        if out:
            self.size += len(out)
            self._pieces.append(out)
        if self._stream.ended:
            self._next_member()
        elif not out and not data and self._at >= len(self._body):
            raise Malformed(f"The {self._encoding} data of the body is cut off.")

    def _next_member(self) -> None:
        """gzip and zstd allow several members one after the other. Zeros after the last are padding; what follows
        deflate data is not defined, and is ignored."""
        self._at -= len(self._stream.rest)
        if self._encoding == "deflate" or self._at >= len(self._body) or self._body[self._at] == 0:
            self.done = True
            return
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise Malformed(f"The {self._encoding} data of the body has more than {_MAX_MEMBERS:,} members.")
        self._stream = _STREAMS[self._encoding](self._body)


def unpack(encoding: str, body: bytes, limit: int = limits.MAX_UNPACKED_BYTES) -> bytes:
    """The whole body at once. `encoding` as `encoding_of` gives it. Raises Malformed or TooLarge."""
    if encoding == "identity":
        return body
    unpacker = Unpacker(encoding, body)
    if not unpacker.run(limit):
        raise too_large(limit)
    return unpacker.result()


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body unpacks to more than {limit:,} bytes, the limit. Send smaller batches.")
