"""A migration may be killed half-way: what it did is not recorded yet, so the next start does all of it again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.store.schema import FOLDER, checksum

REPEATABLE = re.compile(
    r"CREATE (TABLE|MATERIALIZED VIEW|DICTIONARY|VIEW) IF NOT EXISTS\b|DROP \w+( \w+)? IF EXISTS\b"
    r"|CREATE OR REPLACE DICTIONARY\b"
    r"|ALTER TABLE \S+ (\{on_cluster\} )?(ADD (COLUMN|INDEX|PROJECTION) IF NOT EXISTS|DROP \w+ IF EXISTS)\b"
    r"|ALTER TABLE \S+ (\{on_cluster\} )?(MODIFY|MATERIALIZE)\b"
    # Twice swapped or attached, every row is still in `spans`: tests/store/test_schema.py stops 0011 at each of them.
    r"|ALTER TABLE spans (\{on_cluster\} )?ATTACH PARTITION ALL FROM spans_finer\b"
    r"|EXCHANGE TABLES spans AND spans_finer\b"
    # The first statement of its file has made it again.
    r"|DROP TABLE spans_finer\b"
    # Only the latest moment counts.
    r"|INSERT INTO changed_hours\b"
)
# What others have applied. A data folder refuses a file that was changed since: add a new one instead.
APPLIED = {
    "0001_spans": "fdeeaef5ddb66846",
    "0002_log_events": "4da8bb723bd84a26",
    "0003_scores": "0e78f0b284827947",
    "0004_intake": "2d9098a468b387ee",
    "0005_prices": "a1ea58f727829f9c",
    "0006_mapping_version": "94c26212ae680556",
    "0007_words_of_log_events": "8570d8c0ba1efe48",
    "0008_audio_tokens": "87a64046f41341f2",
    "0009_words_of_errors": "fb31156f3e155ef4",
    "0010_pending": "78027e0af1772452",
    "0011_finer_granules": "8a5750605107dd78",
}
STARTS = re.compile(r"^(CREATE|DROP|ALTER|RENAME|INSERT|EXCHANGE)\b.*", re.MULTILINE)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_every_statement_can_be_repeated(path: Path) -> None:
    statements = [found.group() for found in STARTS.finditer(path.read_text(encoding="utf-8"))]
    assert statements
    assert [statement for statement in statements if not REPEATABLE.match(statement)] == []


def test_what_was_applied_stays_as_it_is() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.sql")}
    assert {name: checksum(texts[name]) for name in APPLIED} == APPLIED
