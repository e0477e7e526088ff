"""Writes the table of parameters of sdk/python/README.md from the SDK's own records."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "sdk/python/README.md"
BEGIN, END = "<!-- made by scripts/write_sdk_parameters.py -->\n", "<!-- end -->"


def table() -> str:
    sys.path.insert(0, str(ROOT / "sdk/python/src"))
    from spanhouse.parameters import PARAMETERS  # noqa: PLC0415

    lines = ["| parameter | variables, first wins | form | default | what it is |", "|---|---|---|---|---|"]
    for parameter in PARAMETERS:
        variables = ", ".join(f"`{name}`" for name in (parameter.variable, *parameter.fallbacks) if name) or "-"
        default = {True: "`1`", False: "`0`"}.get(parameter.default) if isinstance(parameter.default, bool) else None
        shown = default or (f"`{parameter.default}`" if parameter.default else "-")
        lines.append(f"| `{parameter.name}` | {variables} | {parameter.form} | {shown} | {parameter.doc} |")
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
