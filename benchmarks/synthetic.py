"""Fills a store with spans made by SQL: four projects, fourteen days, short and long traces, scores and counts."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from typing import LiteralString
from uuid import UUID, uuid5

from backend.store.client import Profile, Store
from benchmarks.bodies import Text

TRACE_SIZE = 8
DAYS = 14
BATCH = 200_000
TEXT_BYTES = 2_000_000
NAMESPACE = UUID("6f1b1c1e-0000-4000-8000-000000000000")
# The first has most of the spans: it is the one that is read.
PROJECTS = tuple(uuid5(NAMESPACE, str(number)) for number in range(4))
LONG_TRACES = {"medium": 1_500, "huge": 10_000}

SPANS: LiteralString = """
INSERT INTO spans (project_id, trace_id, span_id, parent_span_id, start_time, duration_ns, received_at,
  version, name, type,
  kind, status_code, status_message, error_type, service_name, scope_name, environment, provider, operation,
  request_model,
  response_model, response_id, finish_reasons, temperature, input_tokens, output_tokens, session_id, user_id,
  tags, tool_name,
  agent_name, input, output, input_key, output_key, input_preview, output_preview, attributes, resource_attributes)
WITH
  number + {first:UInt64} AS n,
  intDiv(n, {size:UInt64}) AS t,
  n % {size:UInt64} AS position,
  sipHash64(n) AS h,
  multiIf({long:String} != '', 0, t % 10 < 7, 0, t % 10 - 6) AS project,
  ['agent', 'retriever', 'llm', 'tool', 'llm', 'llm', 'tool', 'llm'][position % 8 + 1] AS what,
  ['gpt-4.1-mini', 'gpt-4.1', 'claude-sonnet-4', 'gemini-2.5-flash', 'o4-mini'][t % 5 + 1] AS model,
  {now:Int64} - toInt64(t) * intDiv({window:Int64}, {traces:Int64}) - toInt64(sipHash64(t) % 1000000)
    + toInt64(position) * 40000000 AS start,
  sipHash64(t, 7) % 50 = 0 AND position % 8 = 3 AS failed,
  substring({text:String}, 1 + h % (length({text:String}) - 1200),
  500 + h % 700) || ' item' || toString(h % 100000) AS said,
  substring({text:String}, 1 + intDiv(h, 7) % (length({text:String}) - 400), 100 + h % 300) AS answered
SELECT {projects:Array(UUID)}[project + 1], lower(hex(sipHash128({long:String}, t))), lower(leftPad(hex(h), 16, '0')),
  if(position = 0, '', lower(leftPad(hex(sipHash64(n - position)), 16, '0'))),
  fromUnixTimestamp64Nano(start), 1000000 * (20 + h % if(what = 'llm', 6000, 400)),
  fromUnixTimestamp64Nano(start + 5000000000),
  toUInt64(start), multiIf(what = 'llm', 'chat ' || model, what = 'tool', 'execute_tool search', what), what,
  3, if(failed, 2, 0), if(failed, 'the tool answered 503', ''), if(failed, 'ToolError', ''),
  ['checkout', 'assistant', 'search'][t % 3 + 1], 'opentelemetry.instrumentation.openai_v2', ['production',
  'staging'][1 + (t % 5 = 0)],
  if(what = 'llm', ['openai', 'openai', 'anthropic', 'gcp.gemini', 'openai'][t % 5 + 1], ''),
  multiIf(what = 'llm', 'chat', what = 'tool', 'execute_tool', ''), if(what = 'llm', model, ''),
  if(what = 'llm', model, ''),
  if(what = 'llm', 'chatcmpl-' || hex(h), ''), if(what = 'llm', ['stop'], []), if(what = 'llm', 0.7, -1),
  if(what = 'llm', toInt64(50 + h % 9000), -1), if(what = 'llm', toInt64(5 + h % 900), -1),
  'session-' || toString(intDiv(t, 6)), 'user-' || toString(sipHash64(t, 3) % 5000),
  if(t % 7 = 0, ['beta', 'team-' || toString(t % 20)], []),
  if(what = 'tool', 'search', ''), if(what = 'agent', 'helper', ''), said, answered, 'gen_ai.input.messages',
  'gen_ai.output.messages',
  substring(said, 1, 300), substring(answered, 1, 300),
  map('gen_ai.operation.name', what, 'gen_ai.request.model', model, 'server.address', 'api.example.com',
    'app.customer', 'customer-' || toString(sipHash64(t, 5) % 2000)),
  map('service.name', 'checkout', 'telemetry.sdk.language', 'python', 'host.name', 'web-' || toString(t % 12))
FROM numbers({count:UInt64})"""

SCORES: LiteralString = """
INSERT INTO scores (project_id, id, trace_id, name, source, data_type, value, created_at, version)
SELECT {project:UUID}, 'score-' || toString(number), lower(hex(sipHash128('', number * 10))),
  ['helpful', 'faithful', 'polite'][number % 3 + 1], 'api', 'numeric', (number % 100) / 100,
  fromUnixTimestamp64Nano({now:Int64} - toInt64(number) * intDiv({window:Int64}, {count:Int64})), number
FROM numbers({count:UInt64})"""

COUNTS: LiteralString = """
INSERT INTO ingest_stats (project_id, second, signal, source, requests, bytes, received, stored, rejected, version)
SELECT {project:UUID}, toDateTime({now:Int64} / 1000000000 - number * 5, 'UTC'), 'traces',
  'segment-' || toString(number), 4,
  60000, 40, 40, map(), number
FROM numbers({count:UInt64})"""


@dataclass(frozen=True)
class World:
    """What was loaded; times in nanoseconds."""

    project: UUID
    now_ns: int
    traces: int

    @property
    def window_ns(self) -> int:
        return DAYS * 86_400 * 10**9


def load(store: Store, spans: int, now_ns: int) -> World:
    """Insert about `spans` spans, in batches that keep memory low."""
    text = Text(random.Random(1)).cut(TEXT_BYTES)
    traces = spans // TRACE_SIZE
    shared: dict[str, object] = {"projects": list(PROJECTS), "text": text, "now": now_ns}
    window = DAYS * 86_400 * 10**9 - 3_600 * 10**9
    for first in range(0, spans, BATCH):
        batch = {
            "first": first,
            "count": min(BATCH, spans - first),
            "size": TRACE_SIZE,
            "traces": traces,
            "window": window,
        }
        store.command(SPANS, shared | batch | {"long": ""}, Profile.MIGRATE)
    for name, size in LONG_TRACES.items():
        one = {"first": 0, "count": size, "size": size, "traces": 1, "window": 0}
        store.command(SPANS, shared | one | {"long": name}, Profile.MIGRATE)
    rest = {"project": PROJECTS[0], "now": now_ns}
    scores = max(10, traces // 20)
    store.command(SCORES, rest | {"count": scores, "window": window}, Profile.MIGRATE)
    store.command(COUNTS, rest | {"count": DAYS * 86_400 // 5}, Profile.MIGRATE)
    return World(PROJECTS[0], now_ns, traces)


def work() -> None:
    """What the jobs do: look up prices; five minutes after the last span, make facts."""
    from backend.metrics import facts  # noqa: PLC0415
    from backend.pricing.services import resolve_prices  # noqa: PLC0415
    from backend.store.facts import QUIET_NS  # noqa: PLC0415

    started, priced, batches = time.perf_counter(), resolve_prices(), 0
    while made := facts.make_facts(later_ns=2 * QUIET_NS):
        batches += made
    seconds = round(time.perf_counter() - started, 1)
    print(json.dumps({"priced_models": priced, "fact_batches": batches, "seconds": seconds}), flush=True)
