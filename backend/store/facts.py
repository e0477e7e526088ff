"""Facts: every counted call and every trace of hours that are over, made once from `spans` (docs/decisions/0017).

An hour's facts are current while nothing arrived later for the hours around it and no price of its models changed. What
is current is asked before each use, so that facts never say anything else than the spans; they are only faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from backend.core.limits import SECOND_NS
from backend.store.client import Profile, Store
from backend.store.measures import DIMENSION
from backend.store.queries.counted import FROM_SPANS_FINAL, counted_calls
from backend.store.queries.facts import WHOLE

HOUR_NS = 3_600 * SECOND_NS
# What a trace says and does so long before and after an hour counts for the hour: a root names the user of calls that
# come later, a call below another one makes that one not count.
BACK_HOURS, AHEAD_HOURS = 6, 2
BACK_NS, AHEAD_NS = BACK_HOURS * HOUR_NS, AHEAD_HOURS * HOUR_NS
# An insert takes a while from the moment it is dated to the moment it is seen; a price, to be known everywhere.
QUIET_NS = 300 * SECOND_NS
# Of the statements below and of what they call: raised when facts made earlier would say something else.
MADE_BY = 1
# The job makes so many hours at once, of about so many spans.
HOURS_AT_ONCE, SPANS_AT_ONCE = 24, 2_000_000

CHANGED: LiteralString = """
SELECT toUnixTimestamp(hour) AS at, max(changed_ns) AS changed_ns FROM changed_hours
WHERE project_id = {project_id:UUID}
  AND hour >= toDateTime({first:Int64}, 'UTC') AND hour <= toDateTime({last:Int64}, 'UTC')
GROUP BY at ORDER BY at"""
MADE: LiteralString = """
SELECT toUnixTimestamp(hour) AS at, version, models FROM fact_hours FINAL
WHERE project_id = {project_id:UUID}
  AND hour >= toDateTime({first:Int64}, 'UTC') AND hour <= toDateTime({last:Int64}, 'UTC')
  AND made_by = {made_by:UInt16}"""
PRICED: LiteralString = """
SELECT provider, model, max(version) AS priced_ns FROM model_prices
WHERE project_id IN ({project_id:UUID}, toUUID('00000000-0000-0000-0000-000000000000'))
GROUP BY provider, model"""
# Projects with hours that may have to be made; which ones, `hours_of` says.
BEHIND: LiteralString = """
WITH (SELECT mapFromArrays(groupArray(pair), groupArray(priced_ns)) FROM (
    SELECT concat(provider, '\\0', model) AS pair, max(version) AS priced_ns FROM model_prices GROUP BY pair)) AS priced
SELECT changed.project_id AS project_id,
  toUnixTimestamp(min(changed.hour)) AS first, toUnixTimestamp(max(changed.hour)) AS last
FROM (SELECT project_id, hour, max(changed_ns) AS changed_ns FROM changed_hours
  WHERE hour <= toDateTime({closed:Int64}, 'UTC') GROUP BY project_id, hour) AS changed
LEFT JOIN (SELECT * FROM fact_hours FINAL WHERE made_by = {made_by:UInt16}) AS made
  ON changed.project_id = made.project_id AND changed.hour = made.hour
WHERE version < toUInt64(changed_ns) + {quiet:UInt64}
  OR version < arrayMax(arrayMap(m -> priced[concat(m.1, '\\0', m.2)], models)) + {quiet:UInt64}
GROUP BY changed.project_id ORDER BY project_id"""
COUNTS: LiteralString = """
SELECT toUnixTimestamp(toStartOfHour(start_time)) AS at, count() AS spans FROM spans
WHERE project_id = {project_id:UUID} AND toStartOfMinute(start_time) >= toDateTime({first:Int64}, 'UTC')
  AND toStartOfMinute(start_time) < toDateTime({last:Int64}, 'UTC')
GROUP BY at"""

_OWN: LiteralString = (
    ", name, trace_name, type, status_code, error_type, service_name, scope_name, agent_name, provider, operation, "
    "request_model, response_model, prompt_name, prompt_version, duration_ns, total_tokens"
)


def _said(name: str) -> LiteralString:
    """What the spans of a trace say: all values, or the first one."""
    sql = DIMENSION[name].sql
    if DIMENSION[name].several:
        return "groupUniqArrayArray(" + sql + ")"
    return "argMinIf(" + sql + ", start_time, " + sql + " != '')"


_WHOLE: LiteralString = ", ".join([_said(name) + " AS " + column for name, column in WHOLE.items()])
_WHOLE_NAMES: LiteralString = ", ".join(list(WHOLE.values()))
_HEAD: LiteralString = (
    "{project_id:UUID}, toStartOfHour(fromUnixTimestamp64Nano(start_ns, 'UTC')) AS hour, "
    "{version:UInt64} + toUInt64(intDiv(start_ns - {from_ns:Int64}, 3600000000000))"
)
_IN_HOURS: LiteralString = " WHERE start_ns >= {from_ns:Int64} AND start_ns < {to_ns:Int64}"
# One thread and a bound: pages and inserts come first.
_SETTINGS: LiteralString = (
    " SETTINGS do_not_merge_across_partitions_select_final = 1, max_threads = 1, max_memory_usage = 4294967296, "
    "max_bytes_before_external_group_by = 2147483648"
)
_CALL_NAMES: LiteralString = (
    "start_ns, trace_id, span_id, used, failed, cost, tokens, input_tokens, output_tokens, "
    "cache_read_tokens, cache_write_tokens, reasoning_tokens" + _OWN
)
MAKE_CALLS: LiteralString = (
    "INSERT INTO call_facts (project_id, hour, version, "
    + _CALL_NAMES
    + ", time_to_first_token_ns, "
    + _WHOLE_NAMES
    + ")\nSELECT "
    + _HEAD
    + ", "
    + _CALL_NAMES
    + ", ttft_ns, "
    + _WHOLE_NAMES
    + "\nFROM ("
    + counted_calls(more=_OWN)
    + ") AS own LEFT JOIN (SELECT trace_id, "
    + _WHOLE
    + FROM_SPANS_FINAL
    + " GROUP BY trace_id) AS whole ON own.trace_id = whole.trace_id"
    + _IN_HOURS
    + _SETTINGS
)
_OF_ROOT: LiteralString = "span_id, duration_ns, name, service_name, scope_name, agent_name"
MAKE_TRACES: LiteralString = (
    "INSERT INTO trace_facts (project_id, hour, version, start_ns, trace_id, failed, "
    + _OF_ROOT
    + ", "
    + _WHOLE_NAMES
    + ")\nSELECT "
    + _HEAD
    + ", start_ns, trace_id, failed, root.1, root.2, root.3, root.4, root.5, root.6, "
    + _WHOLE_NAMES
    + "\nFROM (SELECT trace_id, countIf(status_code = 2) > 0 AS failed, "
    + "argMinIf(("
    + _OF_ROOT
    + "), (start_time, span_id), parent_span_id = '') AS root, "
    + "toUnixTimestamp64Nano(minIf(start_time, parent_span_id = '')) AS start_ns, "
    + _WHOLE
    + FROM_SPANS_FINAL
    + " GROUP BY trace_id HAVING countIf(parent_span_id = '') > 0)"
    + _IN_HOURS
    + _SETTINGS
)
MODELS: LiteralString = """
SELECT toUnixTimestamp(hour) AS at, groupUniqArray(
  (toString(provider), if(response_model != '', toString(response_model), toString(request_model)))) AS models
FROM call_facts
WHERE project_id = {project_id:UUID}
  AND hour >= toDateTime({first:Int64}, 'UTC') AND hour < toDateTime({last:Int64}, 'UTC')
  AND version >= {version:UInt64} AND version < {version:UInt64} + {hours:UInt64}
GROUP BY at"""
# What later facts replaced an hour ago; nobody reads it any more. What is being made is younger.
SWEEP: tuple[LiteralString, ...] = tuple(
    "DELETE FROM "
    + table
    + " WHERE version < {before:UInt64} AND (project_id, hour, version) NOT IN ("
    + "SELECT project_id, hour, version FROM fact_hours FINAL)"
    for table in ("call_facts", "trace_facts")
)


@dataclass(frozen=True)
class Facts:
    """There are current facts from the beginning of a window up to `until_ns`. `whole`: that is all of the window."""

    until_ns: int
    whole: bool


@dataclass(frozen=True)
class Hour:
    """`touched_ns`: when something last arrived, or a price changed, that counts here. `version` 0: no facts."""

    at: int  # seconds since 1970
    touched_ns: int
    version: int

    @property
    def current(self) -> bool:
        return self.version >= self.touched_ns + QUIET_NS


def hours_of(store: Store, project_id: UUID, first: int, last: int) -> list[Hour]:
    """The hours in [first, last] (seconds since 1970) for which spans ever arrived, oldest first."""
    reach = {"project_id": project_id, "first": first - BACK_HOURS * 3600, "last": last + AHEAD_HOURS * 3600}
    changed = {int(row["at"]): int(row["changed_ns"]) for row in store.read(CHANGED, reach)}
    made = store.read(MADE, {"project_id": project_id, "first": first, "last": last, "made_by": MADE_BY})
    priced = {(row["provider"], row["model"]): int(row["priced_ns"]) for row in store.read(PRICED, reach)}
    versions = {int(row["at"]): int(row["version"]) for row in made}
    prices = {
        int(row["at"]): max((priced.get((pair[0], pair[1]), 0) for pair in row["models"]), default=0) for row in made
    }
    around = range(-BACK_HOURS * 3600, AHEAD_HOURS * 3600 + 1, 3600)
    return [
        Hour(at, max(prices.get(at, 0), *(changed.get(at + apart, 0) for apart in around)), versions.get(at, 0))
        for at in changed
        if first <= at <= last
    ]


def current_facts(store: Store, project_id: UUID, from_ns: int, to_ns: int) -> Facts | None:
    """Facts of the window as far as they are current without a gap; None when that is too little to be worth it."""
    hours = hours_of(store, project_id, from_ns // HOUR_NS * 3600, (to_ns - 1) // HOUR_NS * 3600)
    until_ns = next((hour.at * SECOND_NS for hour in hours if not hour.current), to_ns)
    return Facts(until_ns, whole=until_ns == to_ns) if until_ns > from_ns + AHEAD_NS else None


@dataclass(frozen=True)
class Batch:
    """Hours of one project that are made together: those that begin in [first, last), seconds since 1970."""

    project_id: UUID
    first: int
    last: int


def batches(store: Store, now_ns: int) -> Iterator[Batch]:
    """What is to be made, the newest hours of each project first. Hours that were touched just now are left out."""
    closed = (now_ns - AHEAD_NS) // HOUR_NS * 3600 - 3600
    params = {"closed": closed, "made_by": MADE_BY, "quiet": QUIET_NS}
    for row in store.read(BEHIND, params, Profile.EXPORT):
        project_id, first, last = row["project_id"], int(row["first"]), int(row["last"])
        hours = hours_of(store, project_id, first - AHEAD_HOURS * 3600, min(last + BACK_HOURS * 3600, closed))
        wanted = [hour.at for hour in hours if not hour.current and now_ns >= hour.touched_ns + QUIET_NS]
        yield from _runs(store, project_id, wanted)


def _runs(store: Store, project_id: UUID, hours: Sequence[int]) -> Iterator[Batch]:
    """Neighbouring hours together, as many as a batch may hold."""
    if not hours:
        return
    params = {"project_id": project_id, "first": hours[0], "last": hours[-1] + 3600}
    counts = {int(row["at"]): int(row["spans"]) for row in store.read(COUNTS, params, Profile.EXPORT)}
    first = last = hours[-1] + 3600
    spans = 0
    for at in reversed(hours):
        more = counts.get(at, 0)
        if first < last and (at != first - 3600 or last - at > HOURS_AT_ONCE * 3600 or spans + more > SPANS_AT_ONCE):
            yield Batch(project_id, first, last)
            last, spans = at + 3600, 0
        first, spans = at, spans + more
    yield Batch(project_id, first, last)


def make(store: Store, batch: Batch, now_ns: int) -> None:
    """Make the facts of a batch; killed at any moment it leaves nothing that counts."""
    from_ns, to_ns = batch.first * SECOND_NS, batch.last * SECOND_NS
    hours = (batch.last - batch.first) // 3600
    params: dict[str, object] = {
        "project_id": batch.project_id, "version": now_ns, "from_ns": from_ns, "to_ns": to_ns,
        "scan_from": from_ns - BACK_NS, "scan_to": to_ns + AHEAD_NS,
    }  # fmt: skip
    store.command(MAKE_CALLS, params, Profile.MIGRATE)
    store.command(MAKE_TRACES, params, Profile.MIGRATE)
    made = {"project_id": batch.project_id, "first": batch.first, "last": batch.last, "version": now_ns, "hours": hours}
    models = {int(row["at"]): row["models"] for row in store.read(MODELS, made, Profile.EXPORT)}
    store.insert(
        "fact_hours",
        ("project_id", "hour", "version", "made_by", "models"),
        [
            (batch.project_id, datetime.fromtimestamp(at, UTC), now_ns + number, MADE_BY, models.get(at, []))
            for number, at in enumerate(range(batch.first, batch.last, 3600))
        ],
    )


def sweep(store: Store, now_ns: int) -> None:
    """Delete facts that others replaced."""
    for statement in SWEEP:
        store.command(statement, {"before": now_ns - HOUR_NS}, Profile.MIGRATE)
