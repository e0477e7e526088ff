"""A migration may be killed half-way: what it did is not recorded yet, so the next start does all of it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.store.schema import FOLDER

REPEATABLE = re.compile(
    r"CREATE (TABLE|MATERIALIZED VIEW|DICTIONARY|VIEW) IF NOT EXISTS\b|DROP \w+( \w+)? IF EXISTS\b"
    r"|CREATE OR REPLACE DICTIONARY\b"
    r"|ALTER TABLE \S+ (\{on_cluster\} )?(ADD (COLUMN|INDEX|PROJECTION) IF NOT EXISTS|DROP \w+ IF EXISTS)\b"
    r"|ALTER TABLE \S+ (\{on_cluster\} )?(MODIFY|MATERIALIZE)\b"
    # Twice swapped or attached, every row is still in `spans`: tests/store/test_schema.py stops 0011 at each of them.
    r"|ALTER TABLE spans (\{on_cluster\} )?ATTACH PARTITION ALL FROM spans_finer\b"
    r"|EXCHANGE TABLES spans AND spans_finer\b"
    # Only the latest moment counts.
    r"|INSERT INTO changed_hours\b"
)
STARTS = re.compile(r"^(CREATE|DROP|ALTER|RENAME|INSERT|EXCHANGE)\b.*", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_every_statement_can_be_repeated(path: Path) -> None:
    statements = [found.group() for found in STARTS.finditer(path.read_text(encoding="utf-8"))]
    assert statements
    assert [statement for statement in statements if not REPEATABLE.match(statement)] == []
