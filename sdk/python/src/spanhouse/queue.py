"""Finished spans that wait for the sending thread; bounded by number and by bytes."""

from __future__ import annotations

import threading
from collections import deque

from opentelemetry.sdk.trace import ReadableSpan


class Queue:
    """`lock` is that of the accounts, so that a span is counted and queued in one step."""

    def __init__(self, max_spans: int, max_bytes: int, lock: threading.RLock) -> None:
        self.max_spans = max_spans
        self.max_bytes = max_bytes
        self._lock = lock
        self._spans: deque[tuple[ReadableSpan, int]] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._spans)

    def put(self, span: ReadableSpan, size: int) -> bool:
        """Whether there was room."""
        with self._lock:
            if len(self._spans) >= self.max_spans or self._bytes + size > self.max_bytes:
                return False
            self._spans.append((span, size))
            self._bytes += size
            return True

    def take(self, max_spans: int, max_bytes: int) -> list[ReadableSpan]:
        """The oldest, of so many bytes together; at least one when there is one."""
        taken: list[ReadableSpan] = []
        total = 0
        with self._lock:
            while self._spans and len(taken) < max_spans:
                size = self._spans[0][1]
                if taken and total + size > max_bytes:
                    break
                total += size
                taken.append(self._spans.popleft()[0])
            self._bytes -= total
        return taken

    @property
    def half_full(self) -> bool:
        return len(self._spans) * 2 >= self.max_spans or self._bytes * 2 >= self.max_bytes
