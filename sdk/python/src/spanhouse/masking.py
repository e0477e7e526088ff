"""The application's mask, on one text."""

from __future__ import annotations

from typing import Any, Callable

from spanhouse.warn import warn

Mask = Callable[[str], Any]
MASK_FAILED = "[masked: mask failed]"


def mask_text(text: str, mask: Mask) -> Any:
    """What the mask gives; never the text itself when the mask fails."""
    try:
        found = mask(text)
    except Exception:
        warn("mask failed; the values it fails on are not sent", trace=True)
        return MASK_FAILED
    return found if isinstance(found, (str, bool, int, float)) else MASK_FAILED
