"""Scores on their way to the REST API: a bounded queue that the sending thread empties."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from typing import Any

from spanhouse.parameters import Settings
from spanhouse.reasons import REASONS
from spanhouse.sender import Answer, Sender
from spanhouse.spool import Kept, Spool
from spanhouse.warn import warn

MAX_WAITING = 10_000
MAX_REQUEST = 500  # the server takes 1,000
WAIT_S = 5.0


class ScoreQueue:
    """A score has an id before it is queued, so one that is sent twice is stored once."""

    def __init__(self, settings: Settings, sender: Sender, spool: Spool | None) -> None:
        self._url = settings.scores_url
        self._sender = sender
        self._spool = spool
        self._lock = threading.RLock()
        self._waiting: deque[dict[str, Any]] = deque()
        self._sent = self._dropped = 0
        self._retry_at = 0.0
        self._looked = False

    def put(self, score: dict[str, Any]) -> None:
        with self._lock:
            if len(self._waiting) >= MAX_WAITING:
                self._dropped += 1
                warn("scores are dropped: too many wait to be sent")
            else:
                self._waiting.append(score)

    def counts(self) -> tuple[int, int, int]:
        """(sent, dropped, waiting)."""
        with self._lock:
            return self._sent, self._dropped, len(self._waiting)

    def work(self, deadline: float | None) -> None:
        """Send what waits; with a deadline even if the server has just said no."""
        if deadline is None and time.monotonic() < self._retry_at:
            return
        size = MAX_REQUEST
        while self._waiting and (deadline is None or time.monotonic() < deadline):
            with self._lock:
                scores = [self._waiting[n] for n in range(min(size, len(self._waiting)))]
            answer = self._post(json.dumps(scores).encode(), deadline)
            if answer.again:
                self._retry_at = time.monotonic() + (WAIT_S if answer.after_s is None else answer.after_s)
                return
            if answer.reason in ("refused", "too_large") and len(scores) > 1:
                size = 1  # one wrong score refuses the whole list
                continue
            self._settle(len(scores), answer)
        self._send_kept(deadline)

    def _settle(self, count: int, answer: Answer) -> None:
        with self._lock:
            for _ in range(count):
                self._waiting.popleft()
            if answer.taken:
                self._sent += count
            else:
                self._dropped += count
        if not answer.taken:
            why = "scores need a key with the scope write" if answer.reason in ("unauthenticated", "forbidden") else ""
            warn(f"scores are dropped: {why or REASONS[answer.reason]}; {self._url} said {answer.text}")

    def _post(self, body: bytes, deadline: float | None) -> Answer:
        left = None if deadline is None else deadline - time.monotonic()
        return self._sender.post(self._url, body, "application/json", left)

    def _send_kept(self, deadline: float | None) -> None:
        """Once, at the start: what an earlier process left."""
        if self._spool is None or self._looked:
            return
        self._looked = True
        for kept in self._spool.waiting():
            if kept.kind == "scores" and not self._send_file(self._spool, kept, deadline):
                self._looked = False
                return

    def _send_file(self, spool: Spool, kept: Kept, deadline: float | None) -> bool:
        answer = self._post(spool.read(kept), deadline)
        if answer.again:
            self._retry_at = time.monotonic() + WAIT_S
            return False
        spool.remove(kept)
        if not answer.taken:
            warn(f"scores of an earlier process are dropped: {self._url} said {answer.text}")
        return True

    def keep_all(self) -> None:
        """The process ends: to the disk."""
        with self._lock:
            scores: list[dict[str, Any]] = list(self._waiting)
            self._waiting.clear()
        if not scores:
            return
        try:
            if self._spool is not None and self._spool.keep("scores", json.dumps(scores).encode(), len(scores)):
                return
        except OSError as error:
            warn(f"{self._spool.folder if self._spool else ''} cannot be written: {error}")
        self._dropped += len(scores)
        warn(f"{len(scores)} scores are dropped: the server was away when the process ended")
