"""The Python files of the product, read and parsed once for all guards."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("backend", "ingest", "web")


@dataclass(frozen=True)
class Source:
    """One module: its path from the root with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def dotted(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """Every module below the folders, except Django's generated migrations."""
    found: list[Source] = []
    for folder in folders or PRODUCT:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if "/migrations/" in path:
                continue
            text = file.read_text(encoding="utf-8")
            found.append(Source(path, text, ast.parse(text, path)))
    return tuple(found)
