"""Traces as a file: JSON lines or CSV, a page at a time, so that a file of any length takes the memory of a page."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal

import orjson
from asgiref.sync import sync_to_async

from backend.core.errors import InvalidInput
from backend.traces.summary import summary
from backend.traces.view import TraceRow

Format = Literal["jsonl", "csv"]
CONTENT_TYPES: Mapping[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
# docs/traces.md tells what each holds. Lists are joined with "; ".
COLUMNS: tuple[str, ...] = (
    "trace_id", "name", "type", "start_time", "end_time", "duration_ms", "status", "span_count", "error_count",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens", "total_tokens",
    "cost_total", "cost_currency", "cost_source", "models", "service_name", "environment", "session_id", "user_id",
    "tags", "scores", "input_preview", "output_preview",
)  # fmt: skip
# A spreadsheet takes a cell that begins with one of these for a formula, which may call programs or send data away.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def format_of(written: str) -> Format:
    """Raises InvalidInput for what is no format; "" is JSON lines."""
    match written:
        case "csv":
            return "csv"
        case "" | "jsonl":
            return "jsonl"
        case _:
            raise InvalidInput("format is jsonl or csv.", field="format")


async def chunks(pages: Iterator[list[TraceRow]], form: Format) -> AsyncIterator[bytes]:
    """The file in pieces of a page, each read in a thread. When a page cannot be read, the file ends in an error."""
    if form == "csv":
        yield _csv([COLUMNS])
    while (page := await sync_to_async(next)(pages, None)) is not None:
        yield b"".join(map(_line, page)) if form == "jsonl" else _csv(_cells(row) for row in page)


def _line(row: TraceRow) -> bytes:
    return orjson.dumps(summary(row)) + b"\n"


def _csv(rows: Iterator[list[str]] | list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")


def _cells(row: TraceRow) -> list[str]:
    whole = summary(row)
    usage, cost = whole["usage"], whole["cost"]
    told: dict[str, Any] = {
        **whole,
        **usage,
        "cost_total": cost["total"],
        "cost_currency": cost["currency"] if cost["total"] is not None else None,
        "cost_source": cost["source"],
        "models": "; ".join(row.models),
        "tags": "; ".join(row.tags),
        "scores": "; ".join(f"{one.name}={one.value:g}" for one in row.scores),
    }
    return [cell(told[column]) for column in COLUMNS]


def cell(value: object) -> str:
    """What was not given is empty. Text that a spreadsheet would calculate gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    text = str(value).replace("\x00", "")
    return "'" + text if text.lstrip(" ").startswith(FORMULA) else text
