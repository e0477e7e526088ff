"""Text search of the filter bar: whether a span holds a text in its content, its name or its error."""

from __future__ import annotations

import json
import re
from typing import LiteralString

from backend.store.filter_values import Bound

# How the text index splits (tokenizer splitByNonAlpha).
NOT_IN_WORDS = re.compile(r"[^0-9A-Za-z\x80-\U0010ffff]+")
# What was said in a GenAI log event belongs to the content of its span (docs/decisions/0011).
SAID_IN_LOGS: dict[LiteralString, LiteralString] = {"input": "said_in", "output": "said_out"}
SPANS_OF_LOGS: LiteralString = (
    "(trace_id, span_id) IN (SELECT trace_id, span_id FROM log_events WHERE project_id = {project_id:UUID} AND ("
)
EVERYWHERE: tuple[LiteralString, ...] = ("input", "output", "name", "status_message", "error_type")


def spellings(text: str) -> list[str]:
    """The text, and as JSON writes it that escapes what is not ASCII: many SDKs send 東 as \\u6771.

    Escapes have no case to ignore, so the usual three are given.
    """
    escaped = [json.dumps(one)[1:-1] for one in (text, text.lower(), text.upper(), text.capitalize())]
    return list(dict.fromkeys([text, *escaped])) if not text.isascii() else [text]


def search(bound: Bound, columns: tuple[LiteralString, ...], text: str) -> LiteralString:
    """Whether one of these columns holds the text, in any case: its words by the text index, then the text itself.

    Content that came as log events is looked through, too.
    A single word is found as a whole word. Words outside ASCII are looked for letter by letter: the index does not
    fold their case, and knows no words in languages without spaces.
    """
    words = [word.lower() for word in NOT_IN_WORDS.split(text) if word]
    indexed = bool(words) and text.isascii()
    exact = not indexed or words != [text.lower()]
    tests: list[tuple[LiteralString, LiteralString]] = []  # what stands before and after the name of a column
    if indexed:
        tests.append(("hasAllTokens(", ", " + bound.bind(words, "Array(String)") + ")"))
    if exact:
        needles = bound.bind(spellings(text), "Array(String)")
        tests.append(("multiSearchAnyCaseInsensitiveUTF8(", ", " + needles + ")"))

    def held_by(column: LiteralString) -> LiteralString:
        both: list[LiteralString] = [before + column + after for before, after in tests]
        return " AND ".join(both)

    any_of: list[LiteralString] = [held_by(column) for column in columns]
    in_logs: list[LiteralString] = [held_by(SAID_IN_LOGS[one]) for one in columns if one in SAID_IN_LOGS]
    if in_logs:
        any_of.append(SPANS_OF_LOGS + " OR ".join(in_logs) + "))")
    return "(" + " OR ".join(any_of) + ")"
