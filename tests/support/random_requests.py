"""Random requests in OTLP's grammar: a field may be missing, doubled, out of order, extreme, or broken UTF-8."""

from __future__ import annotations

import os
import random
import struct
import time
from collections.abc import Callable

from tests.support.wire import block, varint

EXTREMES = (0, 1, -1, 2, 5, 127, 128, 300, 2**31 - 1, 2**31, -(2**31), 2**32, 2**63 - 1, -(2**63))
DOUBLES = (0.0, -0.0, 1.5, float("nan"), float("inf"), -float("inf"), 5e-324, 1e308)
TEXTS = (
    b"", b"x", "grüße".encode(), b"\xff\xfe", b"\xed\xa0\x80", b"a\x00b", b"{", b"12", b"1e400", b"nan", b"-7",
    b'[{"role":"user","parts":[]}]', "😀".encode() * 50,
)  # fmt: skip
# Keys with a meaning: their values are read as numbers, messages and lists, whatever their type is.
KEYS = (
    b"gen_ai.request.model", b"gen_ai.usage.input_tokens", b"gen_ai.usage.output_tokens", b"gen_ai.input.messages",
    b"gen_ai.response.finish_reasons", b"gen_ai.request.temperature", b"gen_ai.request.max_tokens", b"session.id",
    b"tag.tags", b"llm.token_count.prompt", b"input.value", b"output.value", b"gen_ai.usage.cost",
)  # fmt: skip
AGES_S = (0, 1, 86_400 * 364)
DEEPEST = 4


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value & (2**64 - 1))


def fixed(field: int, value: int) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<Q", value)


class RandomRequests:
    """`next()` gives one serialised request; the same seed gives the same shapes."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def next(self) -> bytes:
        return self._mixed([block(1, self._resource()) for _ in range(self._random.choice((1, 1, 2)))])

    def _sometimes(self, share: float, make: Callable[[], bytes]) -> list[bytes]:
        return [make()] if self._random.random() < share else []

    def _mixed(self, parts: list[bytes]) -> bytes:
        if self._random.random() < 0.3:
            self._random.shuffle(parts)
        if parts and self._random.random() < 0.1:
            parts.append(self._random.choice(parts))
        parts += self._sometimes(
            0.05, lambda: self._random.choice((block(77, b"new"), number(88, 5), fixed(99, 3), block(100, b"x")))
        )
        return b"".join(parts)

    def _text(self) -> bytes:
        return self._random.choice(TEXTS)

    def _value(self, depth: int) -> bytes:
        kinds: list[Callable[[], bytes]] = [
            lambda: block(1, self._text()),
            lambda: number(2, self._random.choice((0, 1, 2, 2**63))),
            lambda: number(3, self._random.choice(EXTREMES)),
            lambda: varint(4 << 3 | 1) + struct.pack("<d", self._random.choice(DOUBLES)),
            lambda: block(7, self._text()),
            lambda: block(5, b"".join(block(1, self._value(depth + 1)) for _ in range(self._random.randrange(4)))),
            lambda: block(6, b"".join(block(1, self._pair(depth + 1)) for _ in range(self._random.randrange(3)))),
        ]
        kinds = kinds if depth < DEEPEST else kinds[:5]
        # Two members of one oneof: the last one counts.
        return self._mixed([self._random.choice(kinds)() for _ in range(self._random.choice((0, 1, 1, 1, 1, 2)))])

    def _pair(self, depth: int = 0) -> bytes:
        key = self._random.choice((self._text(), self._random.choice(KEYS), self._random.choice(KEYS)))
        return self._mixed(
            self._sometimes(0.95, lambda: block(1, key)) + self._sometimes(0.95, lambda: block(2, self._value(depth)))
        )

    def _attributes(self, field: int, most: int = 4) -> list[bytes]:
        return [block(field, self._pair()) for _ in range(self._random.randrange(most))]

    def _event(self) -> bytes:
        time_ns = self._random.choice((0, 1, time.time_ns(), 2**63, 2**64 - 1))
        return self._mixed([fixed(1, time_ns), block(2, self._text()), *self._attributes(3)])

    def _link(self) -> bytes:
        ids = [
            block(1, self._random.choice((b"", os.urandom(16), b"x"))),
            block(2, self._random.choice((b"", os.urandom(8)))),
        ]
        return self._mixed(ids + self._attributes(4, 2) + self._sometimes(0.3, lambda: block(3, self._text())))

    def _span(self) -> bytes:
        now = time.time_ns()
        parts = [
            block(1, os.urandom(16)),
            block(2, os.urandom(8)),
            fixed(7, now - self._random.choice(AGES_S) * 1_000_000_000),
        ]
        parts += self._sometimes(0.5, lambda: block(4, self._random.choice((b"", os.urandom(8), bytes(8)))))
        parts += self._sometimes(0.9, lambda: block(5, self._text()))
        parts += self._sometimes(0.8, lambda: number(6, self._random.choice(EXTREMES)))
        parts += self._sometimes(0.9, lambda: fixed(8, self._random.choice((0, 1, now, now - 1_000_000_000))))
        parts += self._sometimes(0.3, lambda: block(3, self._text()))
        parts += self._sometimes(0.2, lambda: number(10, self._random.choice(EXTREMES)))
        parts += self._sometimes(
            0.5, lambda: block(15, self._mixed([block(2, self._text()), number(3, self._random.choice(EXTREMES))]))
        )
        parts += [block(11, self._event()) for _ in range(self._random.randrange(3))]
        parts += [block(13, self._link()) for _ in range(self._random.randrange(3))]
        return self._mixed(parts + self._attributes(9, 6))

    def _scope_spans(self) -> bytes:
        scope = self._mixed([block(1, self._text()), block(2, self._text()), *self._attributes(3, 2)])
        spans = [block(2, self._span()) for _ in range(self._random.randrange(4))]
        return self._mixed([block(1, scope), *spans, *self._sometimes(0.2, lambda: block(3, self._text()))])

    def _resource(self) -> bytes:
        resource = self._mixed(self._attributes(1))
        return self._mixed(
            [block(1, resource), *(block(2, self._scope_spans()) for _ in range(self._random.choice((0, 1, 2))))]
        )
