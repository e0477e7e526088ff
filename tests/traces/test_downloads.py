"""Files of traces: CSV that no spreadsheet calculates, one page in memory."""

from __future__ import annotations

import asyncio
import csv
import io

import pytest

from backend.core.errors import InvalidInput
from backend.traces.downloads import COLUMNS, cell, chunks, format_of
from backend.traces.view import Cost, Usage
from tests.web.spans import row


def file_of(pages, form) -> str:
    async def read() -> bytes:
        return b"".join([piece async for piece in chunks(iter(pages), form)])

    return asyncio.run(read()).decode()


def test_csv_reads_back_what_was_written():
    evil = 'a "quoted",\nline; =1'
    given = row(1, name=evil, tags=["a", "b"], usage=Usage(1, 2, total_tokens=3), cost=Cost(0.5, source="computed"))
    (read,) = csv.DictReader(io.StringIO(file_of([[given]], "csv"), newline=""))
    assert list(read) == list(COLUMNS)
    assert (read["name"], read["tags"], read["total_tokens"], read["cost_total"]) == (evil, "a; b", "3", "0.5")
    assert (read["cache_read_tokens"], read["environment"]) == ("", given.environment)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"])
def test_no_cell_is_a_formula(text: str):
    assert cell(text) == "'" + text


def test_numbers_stay_numbers_and_harmless_text_itself():
    assert [cell(value) for value in (None, 3, 0.25, "a-b", "", "1=1")] == ["", "3", "0.25", "a-b", "", "1=1"]


def test_a_page_is_read_when_it_is_asked_for():
    read: list[int] = []

    def pages():
        for number in (1, 2, 3):
            read.append(number)
            yield [row(number)]

    async def first() -> None:
        pieces = chunks(pages(), "jsonl")
        await anext(pieces)
        assert read == [1]

    asyncio.run(first())


def test_other_formats_are_named():
    assert (format_of(""), format_of("csv")) == ("jsonl", "csv")
    with pytest.raises(InvalidInput) as caught:
        format_of("xls")
    assert caught.value.field == "format"
