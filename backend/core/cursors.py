"""Opaque keyset cursors: where a page ended, not how many rows came before."""

from __future__ import annotations

import base64
import binascii
import json
from typing import cast

from backend.core.errors import InvalidInput


def encode(*position: int | str) -> str:
    """`position` as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str) -> list[int | str]:
    """The position `encode` was given. Raises InvalidInput for anything else."""
    try:
        position: object = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("The cursor is not one that a list gave.", field="cursor") from error
    items = cast("list[object]", position) if isinstance(position, list) else []
    known = [item for item in items if isinstance(item, int | str)]
    if not known or len(known) != len(items):
        raise InvalidInput("The cursor is not one that a list gave.", field="cursor")
    return known
