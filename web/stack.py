"""A stack trace by lines: which are of the application, which of libraries. Of Python, JavaScript, Java, Go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from backend.core import limits

# frame: where the application was. lib: where a library was. what: the error itself. plain: everything else.
Kind = Literal["frame", "lib", "what", "plain"]
FRAME = re.compile(r'\s*File "(?P<py>[^"]+)", line \d+|\s+at .*?[(@ ](?P<at>[^()\s]+:\d+)\)?$|\t(?P<go>\S+\.go:\d+)')
LIBRARY = re.compile(
    r"site-packages|dist-packages|/lib/python\d|node_modules|node:|/go/pkg/mod|<frozen|internal/|java\.base|\bjava[x]?\.|/usr/lib/"
)
WHAT = re.compile(r"[\w.$]*(Error|Exception|Warning|Exit|Interrupt|Timeout|Failure)\b.*")


@dataclass(frozen=True)
class Stack:
    lines: list[tuple[str, Kind]]
    cut: bool


def stack_lines(text: str) -> Stack:
    """The source line under a Python frame belongs to it."""
    shown = text[: limits.SHOWN_CHARS]
    lines: list[tuple[str, Kind]] = []
    above: Kind = "plain"
    for line in shown.splitlines():
        found = FRAME.match(line[:500])
        if found:
            above = "lib" if LIBRARY.search(line[:500]) else "frame"
        elif WHAT.match(line[:500]):
            above = "what"
        elif not line.startswith((" ", "\t")):
            above = "plain"
        lines.append((line, above))
    return Stack(lines, len(text) > len(shown))
