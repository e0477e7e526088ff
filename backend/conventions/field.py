"""One value to pick from a span's attributes: a row of the table in columns.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "name", "lower", "int", "float", "seconds", "milliseconds", "list", "flag"]


@dataclass(frozen=True)
class Field:
    """One value to pick. `kind` says how its text is read:

    text as it is; name without JSON quotes; lower like name, in lower case; int whole number, -1 when not given; float
    number, -1 when not given; seconds and milliseconds become nanoseconds, -1 when not given; list a JSON array or a
    comma list; flag 1, 0 or -1.
    A key belongs to one field; `also` names the fields tried when none of its own keys is there. `inside` names the
    member to take when the value is a JSON object; with `of` it is a member of that field's value, or the
    value itself without `inside`. `members` are names
    inside the objects of USAGE_OBJECTS, at any depth, tried after the keys. `scopes`: read only on spans of
    instrumentation scopes that begin so, for names too common to mean the same everywhere; `types`: read only on spans
    that are one of these by their own word.
    """

    name: str
    kind: Kind
    keys: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    inside: str = ""
    of: str = ""
    members: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


# Instrumentation scopes whose attribute names are too common to mean the same elsewhere.
MLFLOW = ("mlflow",)
CLAUDE_CODE = ("com.anthropic.claude_code",)
