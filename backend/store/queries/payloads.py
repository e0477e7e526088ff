"""Whole spans of one trace by their ids, but none that is larger than one wants to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store
from backend.store.prices import COST
from backend.store.queries.spans import LIGHT, OF_TRACE, PAYLOAD

# `spans.events`: the column, not what PAYLOAD makes of it.
OF_SPANS: LiteralString = " AND span_id IN {span_ids:Array(String)}"
SMALL: LiteralString = """
  AND length(input) + length(output) + arraySum(v -> length(v), mapValues(attributes))
    + arraySum(e -> arraySum(v -> length(v), mapValues(e.attributes)), spans.events) <= {max_bytes:UInt64}"""

WHOLE: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACE + OF_SPANS + SMALL
PREVIEWS: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + OF_TRACE + OF_SPANS


def small_spans(
    store: Store, project_id: UUID, trace_id: str, first_ns: int, last_ns: int, span_ids: Sequence[str], max_bytes: int
) -> tuple[list[Row], list[Row]]:
    """(whole spans of up to `max_bytes` of payload, the larger ones without it)."""
    params: dict[str, object] = {
        "project_id": project_id,
        "trace_id": trace_id,
        "first_ns": first_ns,
        "last_ns": last_ns,
        "span_ids": list(span_ids),
    }
    whole = store.read(WHOLE, {**params, "max_bytes": max_bytes}, Profile.API)
    found = {row["span_id"] for row in whole}
    rest = [span_id for span_id in span_ids if span_id not in found]
    return whole, store.read(PREVIEWS, {**params, "span_ids": rest}) if rest else []
