"""Values that break whoever looks at them."""

from __future__ import annotations

import dataclasses
import sys


class BadRepr:
    def __repr__(self):
        raise RuntimeError("no repr")


class BadEverything:
    def __getattribute__(self, name):
        raise RuntimeError("nothing works")

    def __repr__(self):
        raise RuntimeError("nothing works")


class BadLength(list):
    def __len__(self):
        raise RuntimeError("no length")


class BadError(Exception):
    def __str__(self):
        raise RuntimeError("no text")


@dataclasses.dataclass
class Point:
    x: int
    y: object


def cycle():
    found: dict = {}
    found["self"] = found
    return found


def deep():
    found: list = []
    for _ in range(100_000):
        found = [found]
    return found


HOSTILE = {
    "repr": BadRepr(),
    "everything": BadEverything(),
    "length": BadLength([1]),
    "cycle": cycle(),
    "deep": deep(),
    "long text": "x" * 3_000_000,
    "long list": list(range(1_000_000)),
    "endless": iter(int, 1),
    "integer": 10**5000,
    "not a number": float("nan"),
    "bytes": b"\xff" * 1000,
    "surrogate": "\ud800",
    "key": {(1, 2): 3, None: 4, BadRepr(): 5},
    "class": BadRepr,
    "function": sys.exit,
    "module": sys,
}
