"""Numbers of a whole trace in the filter language: its cost, its tokens, how long it took, its spans and errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from backend.store.filter_fields import TOTALS, Field
from backend.store.queries.counted import WINDOW, counted_calls

NEAR_WINDOW: LiteralString = WINDOW.replace("{scan_from:", "{near_from:").replace("{scan_to:", "{near_to:")
# No call twice, as everywhere (docs/decisions/0006).
CALLS: LiteralString = (
    "(" + counted_calls().replace("{scan_from:", "{near_from:").replace("{scan_to:", "{near_to:") + ")"
)
SPANS: LiteralString = "spans" + NEAR_WINDOW


@dataclass(frozen=True)
class Total:
    """`rows` grouped by trace; `given`: whether the trace has the number at all."""

    rows: LiteralString
    sql: LiteralString
    given: LiteralString = "1"


SUMS: dict[str, Total] = {
    "trace.cost": Total(CALLS, "sumIf(cost, used AND cost >= 0)", "countIf(used AND cost >= 0) > 0"),
    "trace.tokens": Total(CALLS, "sumIf(tokens, used AND tokens >= 0)", "countIf(used AND tokens >= 0) > 0"),
    "trace.latency": Total(
        SPANS,
        "max(toUnixTimestamp64Nano(start_time) + toInt64(duration_ns)) - min(toUnixTimestamp64Nano(start_time))",
    ),
    # A span that was sent twice may still be there twice.
    "trace.spans": Total(SPANS, "toInt64(uniqExact(span_id))"),
    "trace.errors": Total(SPANS, "toInt64(uniqExactIf(span_id, status_code = 2))"),
}
assert set(SUMS) == {field.name for field in TOTALS}, "each field of TOTALS has its SQL"


def traces_with(found: Field, condition: LiteralString = "1") -> LiteralString:
    """Spans of traces that have this number, and for which `condition`, such as ` > 5`, holds when given."""
    total = SUMS[found.name]
    having: LiteralString = total.given if condition == "1" else total.given + " AND " + total.sql + condition
    return "trace_id IN (SELECT trace_id FROM " + total.rows + " GROUP BY trace_id HAVING " + having + ")"
