"""The example's texts: TOML files beside this module, read once, and the filling of their {slots}."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

FOLDER = Path(__file__).parent / "data"
SLOT = re.compile(r"\{([a-zA-Z_]+)\}")


@cache
def data(name: str) -> dict[str, Any]:
    """`data/<name>.toml`."""
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def fill(text: str, slots: Mapping[str, object]) -> str:
    """Put values into {slots}; braces that name no slot, as in code, stay."""
    return SLOT.sub(lambda found: str(slots.get(found[1], found[0])), text)


def failure(name: str, slots: Mapping[str, object] | None = None) -> dict[str, str]:
    """An error with type, message and stack trace."""
    return {key: fill(text, slots or {}) for key, text in data("failures")[name].items()}


def weighted(random: Random, items: list[dict[str, Any]]) -> dict[str, Any]:
    return random.choices(items, [item.get("weight", 1) for item in items])[0]


def photo() -> dict[str, str]:
    """The picture of a torn parcel as a message part."""
    found = data("photo")
    return {"type": "blob", "modality": "image", "mime_type": found["mime_type"], "content": found["base64"]}
