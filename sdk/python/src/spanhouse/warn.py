"""Warnings to the application's log: each sentence at most once a minute, and never an exception."""

from __future__ import annotations

import logging
import time

log = logging.getLogger("spanhouse")

EVERY_S = 60.0
_MAX_SENTENCES = 200
_said: dict[str, float] = {}


def warn(text: str, *, trace: bool = False) -> None:
    """`trace`: with the exception that is being handled."""
    try:
        now = time.monotonic()
        if now < _said.get(text, 0.0):
            return
        if len(_said) > _MAX_SENTENCES:
            _said.clear()
        _said[text] = now + EVERY_S
        log.warning("spanhouse: %s", text, exc_info=trace)
    except Exception:
        return


def failed(what: str) -> None:
    """An error of our own, while one is being handled: told, and kept from the application."""
    warn(f"{what} failed; the application is not affected", trace=True)
