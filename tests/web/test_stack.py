"""Which lines of a stack trace are the application's."""

from __future__ import annotations

import pytest

from backend.core import limits
from tests.support.conversations import STACK
from web.stack import stack_lines

JAVASCRIPT = """Error: busy
    at run (/app/agent.js:10:5)
    at next (node:internal/process:3:1)
    at /app/node_modules/openai/index.js:7:1"""


def test_python() -> None:
    assert [kind for _, kind in stack_lines(STACK).lines] == ["plain", "frame", "frame", "lib", "lib", "what"]


def test_javascript() -> None:
    assert [kind for _, kind in stack_lines(JAVASCRIPT).lines] == ["what", "frame", "lib", "lib"]


@pytest.mark.parametrize("text", ["", "\n\n", "x" * 100_000, " at " * 30_000, 'File "' * 20_000])
def test_it_loses_nothing_but_the_end_of_long_ones(text: str) -> None:
    found = stack_lines(text)
    assert (
        "\n".join(line for line, _ in found.lines) == text[: limits.SHOWN_CHARS].rstrip("\n")[: limits.SHOWN_CHARS]
        or "\n" in text
    )
    assert found.cut == (len(text) > limits.SHOWN_CHARS)
