"""Equal scans at the same moment are made once: the charts of a page ask one by one, many for the same numbers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from backend.core import limits

T = TypeVar("T")


@dataclass
class _Scan:
    made_at: float = 0.0
    answer: Any = None
    done: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_scans: OrderedDict[Hashable, _Scan] = OrderedDict()
_lock = threading.Lock()


def shared(key: Hashable, scan: Callable[[], T]) -> T:
    """The answer of `scan`, or of an equal one that runs or ended a few seconds ago. An error is not kept."""
    with _lock:
        entry = _scans.setdefault(key, _Scan())
        _scans.move_to_end(key)
        while len(_scans) > limits.METRIC_SCANS_KEPT:
            _scans.popitem(last=False)
    with entry.lock:
        if not entry.done or time.monotonic() - entry.made_at > limits.METRIC_FRESH_S:
            entry.answer, entry.done = scan(), True
            entry.made_at = time.monotonic()
        return cast("T", entry.answer)


def forget() -> None:
    """Nothing is kept any more."""
    with _lock:
        _scans.clear()
