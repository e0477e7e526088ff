"""What was asked and answered in each of some traces, and the steps between: light rows first, then a few payloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID

from backend.store.client import Profile, Row, Store
from backend.store.prices import COST
from backend.store.queries.payloads import SMALL
from backend.store.queries.spans import LIGHT, PAYLOAD, WITHIN
from backend.store.queries.traces import LATER_NS

OF_TRACES: LiteralString = (
    """
FROM spans FINAL
-- Safe before FINAL: versions of one span have one trace_id.
PREWHERE trace_id IN {trace_ids:Array(String)}
WHERE project_id = {project_id:UUID}"""
    + WITHIN
)

# A root that was given it, else a model call, else whatever has content; a call whose content came as log events last.
ENDS: LiteralString = (
    """
SELECT trace_id,
  argMin(span_id, (multiIf(input_preview = '', 3, parent_span_id = '', 0, type = 'llm', 1, 2), type != 'llm', start_time, span_id)) AS asked,
  argMin(span_id, (multiIf(output_preview = '', 3, parent_span_id = '', 0, type = 'llm', 1, 2), type != 'llm',
    -(toUnixTimestamp64Nano(start_time) + toInt64(duration_ns)), span_id)) AS answered"""
    + OF_TRACES
    + " GROUP BY trace_id"
)

STEPS: LiteralString = (
    """
SELECT trace_id, span_id, if(tool_name != '', tool_name, name) AS name, type, toUnixTimestamp64Nano(start_time) AS start_ns, duration_ns,
  status_code = 2 AS failed, substring(status_message, 1, 300) AS message"""
    + OF_TRACES
    + """
  AND (type IN ('llm', 'tool', 'agent', 'retriever', 'reranker', 'guardrail', 'evaluator', 'embedding') OR status_code = 2)
ORDER BY trace_id, start_time, span_id LIMIT {steps:UInt32} BY trace_id"""
)

AMONG: LiteralString = " AND span_id IN {span_ids:Array(String)}"
WHOLE: LiteralString = "WITH" + COST + "\nSELECT" + LIGHT + PAYLOAD + OF_TRACES + AMONG + SMALL

SAID_IN_LOGS: LiteralString = """
SELECT trace_id, span_id, event_name, body, attributes, toUnixTimestamp64Nano(time) AS time_ns
FROM log_events FINAL
WHERE project_id = {project_id:UUID} AND trace_id IN {trace_ids:Array(String)} AND span_id IN {span_ids:Array(String)}
  AND toStartOfMinute(time) >= toStartOfMinute(fromUnixTimestamp64Nano({first_ns:Int64})) - INTERVAL 1 HOUR
  AND toStartOfMinute(time) <= toStartOfMinute(fromUnixTimestamp64Nano({last_ns:Int64}))
  AND length(body) <= {max_bytes:UInt64}
ORDER BY time, event_name LIMIT 2000"""


@dataclass(frozen=True)
class Traces:
    """Some traces that begin in [first_ns, last_ns]."""

    trace_ids: Sequence[str]
    first_ns: int
    last_ns: int

    def params(self, project_id: UUID) -> dict[str, object]:
        return {
            "project_id": project_id,
            "trace_ids": list(self.trace_ids),
            "first_ns": self.first_ns,
            "last_ns": self.last_ns + LATER_NS,
        }


def ends_of_turns(store: Store, project_id: UUID, traces: Traces) -> dict[str, tuple[str, str]]:
    """By trace: the id of the span that was asked, and of the one that answered last."""
    rows = store.read(ENDS, traces.params(project_id))
    return {str(row["trace_id"]): (str(row["asked"]), str(row["answered"])) for row in rows}


def steps_of_turns(store: Store, project_id: UUID, traces: Traces, steps: int) -> list[Row]:
    """trace_id, span_id, name, type, start_ns, duration_ns, failed, message: the first `steps` of each trace."""
    return store.read(STEPS, {**traces.params(project_id), "steps": steps})


def whole_spans(
    store: Store, project_id: UUID, traces: Traces, span_ids: Sequence[str], max_bytes: int
) -> tuple[list[Row], list[Row]]:
    """(spans with a payload of at most `max_bytes`, their log events)."""
    params = {**traces.params(project_id), "span_ids": list(span_ids), "max_bytes": max_bytes}
    return store.read(WHOLE, params, Profile.API), store.read(SAID_IN_LOGS, params)
