"""Opaque keyset cursors: where a page ended, not how many rows came before."""

from __future__ import annotations

import base64
import binascii
import json

from backend.core.errors import InvalidInput


def encode(*position: int | str) -> str:
    """`position` as URL-safe text."""
    return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str) -> list[int | str]:
    """The position `encode` was given. Raises InvalidInput for anything else."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("The cursor is not one that a list gave.", field="cursor") from error
    if not isinstance(position, list) or not all(isinstance(item, int | str) for item in position):
        raise InvalidInput("The cursor is not one that a list gave.", field="cursor")
    return position
