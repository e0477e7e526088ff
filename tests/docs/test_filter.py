"""The page about the filter language: every example on it can be read."""

from __future__ import annotations

import re

import pytest

from backend.core import limits
from backend.store.filters import compile_filter
from tests.docs.pages import text

PAGE = text("docs/filter.md")
BLOCKS = re.findall(r"```filter\n(.*?)\n```", PAGE, re.DOTALL)
# In tables and sentences: whatever has an operator between a field and a value, or brackets.
INLINE = [one for one in re.findall(r"`([^`\n]+)`", PAGE) if re.search(r"\w[:<>=]\S|!=\w|\w\(", one)]
EXAMPLES = [*BLOCKS, *(one for one in INLINE if "KEY" not in one and "NAME" not in one)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_its_examples_compile(example: str) -> None:
    assert compile_filter(example).where


def test_it_has_examples() -> None:
    assert len(BLOCKS) >= 2
    assert len(EXAMPLES) > 40


def test_it_names_the_limits() -> None:
    for number in (limits.MAX_FILTER_CHARS, limits.MAX_FILTER_TERMS, limits.MAX_FILTER_NESTING):
        assert f" {number:,} " in PAGE
