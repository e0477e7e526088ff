"""Writes the table of docs/conventions.md from backend/conventions/columns.py; a test compares the two."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from backend.conventions.columns import FIELDS, RESOURCE_KEYS  # noqa: E402 - needs the path above
from backend.conventions.usage_rules import AUDIO_RULES, NOTES, RULES  # noqa: E402
from backend.conventions.words import TYPE_WORDS  # noqa: E402

PAGE = ROOT / "docs" / "conventions.md"
BEGIN, END = "<!-- made by scripts/write_conventions.py -->\n", "<!-- end -->\n"


def tables() -> str:
    """Markdown: fields, resource fields, words for types."""
    lines = ["| field | attribute keys, best first |", "|---|---|"]
    lines += [f"| {field.name} | {', '.join(f'`{key}`' for key in field.keys)} |" for field in FIELDS]
    lines += ["", "From the resource, when the span itself says nothing:", ""]
    lines += ["| field | resource attribute keys |", "|---|---|"]
    lines += [f"| {name} | {', '.join(f'`{key}`' for key in keys)} |" for name, keys in RESOURCE_KEYS.items()]
    lines += ["", "Words that `type_word` and `operation` may have, and the type that they mean:", ""]
    lines += ["| type | words |", "|---|---|"]
    lines += [f"| {name} | {', '.join(f'`{word}`' for word in words)} |" for name, words in TYPE_WORDS.items()]
    lines += [
        "",
        "## Usage: what counts as input",
        "",
        "| convention | input | cached input | which is |",
        "|---|---|---|---|",
    ]
    for rule in RULES:
        counted = "beside it: added" if rule.beside else "part of it"
        lines.append(f"| {rule.convention} | `{rule.input}` | `{rule.cached}` | {counted} |")
    lines += ["", "Audio tokens:", "", "| convention | of the input | of the output | which are |", "|---|---|---|---|"]
    for rule in AUDIO_RULES:
        counted = "beside them: added" if rule.beside else "part of them"
        lines.append(f"| {rule.convention} | `{rule.audio_input}` | `{rule.audio_output}` | {counted} |")
    lines += ["", *(f"- {note}" for note in NOTES)]
    return "\n".join(lines) + "\n"


def with_tables(page: str) -> str:
    """The page with fresh tables between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + tables() + END + after


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
