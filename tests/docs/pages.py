"""The documents, their code blocks and the first column of their tables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "sdk").glob("*.md"),
        *(ROOT / "sdk/python").glob("*.md"),
    ]
)


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def first_cells(path: str) -> set[str]:
    """Every `name` that a table row of the page begins with."""
    return set(re.findall(r"^\| `([^`]+)`", text(path), re.MULTILINE))


def snippet(path: str, name: str) -> str:
    """The code block that follows `<!-- tested: name -->`."""
    found = re.search(rf"<!-- tested: {name} -->\n```\w+\n(.*?)```", text(path), re.DOTALL)
    assert found, f"{path} has no block marked {name}"
    return found.group(1)
