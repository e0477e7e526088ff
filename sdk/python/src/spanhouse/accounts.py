"""What became of every span of this process: made = sent + dropped + spooled + pending, at any moment."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

from spanhouse.ledger import ENDED, OPEN, SETTLED, SLOT, Ledger
from spanhouse.reasons import REJECTED


@dataclass(frozen=True)
class FlushReport:
    """Counts since this process began (or was forked). Spans of traces that are not sampled are not made."""

    made: int = 0
    sent: int = 0  # acknowledged by the server
    dropped: dict[str, int] = field(default_factory=dict)  # by reason
    spooled: int = 0  # on disk, for the next start
    pending: int = 0  # in memory
    recovered: int = 0  # of earlier processes, sent by this one
    unreported: int = 0  # dropped spans that the server has not heard of yet
    scores_sent: int = 0
    scores_dropped: int = 0
    scores_pending: int = 0


class Accounts:
    """Thread-safe. The lock is re-entrant: a garbage collection inside it may end another span."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.made = self.sent = self.spooled = self.recovered = 0
        self.dropped: Counter[str] = Counter()
        self.unreported: Counter[str] = Counter()
        self.open: set[int] = set()  # ids of spans that have begun
        self.ledger: Ledger | None = None

    def attach(self, ledger: Ledger) -> None:
        with self.lock:
            self.ledger = ledger
            self._write()

    def begun(self, span_id: int) -> None:
        with self.lock:
            self.open.add(span_id)
            if self.ledger is not None:
                self.ledger.slots[OPEN] = len(self.open)

    def ended(self, span_id: int) -> None:
        with self.lock:
            self.open.discard(span_id)
            self.made += 1
            if self.ledger is not None:
                self.ledger.slots[ENDED] = self.made
                self.ledger.slots[OPEN] = len(self.open)

    def took(self, count: int, rejected: int) -> None:
        """The server's answer to a request with our spans. It has counted those it rejected itself."""
        rejected = min(rejected, count)
        with self.lock:
            self.sent += count - rejected
            if rejected:
                self.dropped[REJECTED] += rejected
            self._write()

    def kept(self, count: int) -> None:
        """On disk (or, below zero, no longer)."""
        with self.lock:
            self.spooled += count
            self._write()

    def drop(self, reason: str, count: int, *, ours: bool = True) -> None:
        """`ours`: not a span of an earlier process."""
        if count <= 0:
            return
        with self.lock:
            if ours:
                self.dropped[reason] += count
            self.unreported[reason] += count
            self._write()

    def give_up_open(self) -> set[int]:
        """Spans that have begun and will not be waited for: they count as made and dropped."""
        with self.lock:
            left, self.open = self.open, set()
            self.made += len(left)
            self.drop("unfinished", len(left))
            self._write()
            return left

    def reported(self, counts: dict[str, int]) -> None:
        with self.lock:
            self.unreported.subtract(counts)
            self._write()

    def to_report(self) -> dict[str, int]:
        with self.lock:
            return {reason: count for reason, count in self.unreported.items() if count > 0}

    @property
    def settled(self) -> int:
        return self.sent + self.spooled + sum(self.dropped.values())

    def _write(self) -> None:
        if self.ledger is None:
            return
        slots = self.ledger.slots
        slots[ENDED], slots[SETTLED], slots[OPEN] = self.made, self.settled, len(self.open)
        for reason, slot in SLOT.items():
            slots[slot] = max(self.unreported[reason], 0)

    def close(self) -> None:
        """The end of the process: the file stays when it has something to tell to the next start."""
        with self.lock:
            if self.ledger is not None:
                clean = self.made == self.settled and not self.open and not self.to_report()
                self.ledger.close(remove=clean)
                self.ledger = None

    def report(self) -> FlushReport:
        with self.lock:
            return FlushReport(
                made=self.made,
                sent=self.sent,
                dropped={reason: count for reason, count in self.dropped.items() if count},
                spooled=self.spooled,
                pending=self.made - self.settled,
                recovered=self.recovered,
                unreported=sum(self.to_report().values()),
            )
