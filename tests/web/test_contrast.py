"""Guard: text can be read in both themes (WCAG 2.2 AA: 4.5 to 1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "web/static/css/tokens.css").read_text(encoding="utf-8")
PAIRS = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", TOKENS))
GROUNDS = ("bg", "surface", "raised", "sunken", "hover", "selected")
WANTED = [
    *((text, ground) for text in ("text", "text-2", "text-3") for ground in GROUNDS),
    *((kind, f"{kind}-weak") for kind in ("ok", "warn", "bad", "accent")),
    *((kind, "surface") for kind in ("ok", "warn", "bad", "accent", "llm", "retriever", "evaluator", "tool")),
    *((kind, "sunken") for kind in ("llm", "retriever", "evaluator", "tool")),
    ("bg", "text"),
    ("text", "bad-weak"),
    ("text-2", "bad-weak"),
    ("on-accent", "accent"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("text", "ground"), WANTED)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_stands_out(text: str, ground: str, theme: int) -> None:
    found = contrast(PAIRS[text].split(", ")[theme], PAIRS[ground].split(", ")[theme])
    assert found >= 4.5, f"{text} on {ground}: {found:.2f}"
