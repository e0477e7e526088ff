"""Reading the outline of a trace, and keeping those of large traces while they are scrolled."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from uuid import UUID

from backend.core import limits
from backend.core.errors import NotFound
from backend.store import client
from backend.store.client import Row
from backend.store.queries import outline as queries
from backend.store.queries.outline import TraceStamp
from backend.traces.assemble import STATUS
from backend.traces.outline import Outline, build_outline
from backend.traces.repeats import mark_runs
from backend.traces.services import TRACE_ID, checked_id
from backend.traces.timing import mark_critical_path, self_times
from backend.traces.view import Cost, State, StatusCode, Usage, state_of


@dataclass(slots=True)
class TraceOutline:
    """A trace without its payloads: what its head says, and the rows of its tree."""

    trace_id: str
    name: str
    start_ns: int
    duration_ns: int
    status: StatusCode
    has_root: bool
    environment: str
    release: str
    session_id: str
    user_id: str
    tags: list[str]
    models: list[str]
    usage: Usage
    cost: Cost
    span_count: int  # of the trace; more than there are rows when it is truncated
    received_ns: int  # when the newest span came
    version: str  # changes when a span comes or is read anew
    rows: Outline
    pending: int = 0  # spans that were announced and have not ended
    critical: int = 0  # rows on the critical path
    made_at: float = field(default_factory=time.monotonic)

    @property
    def truncated(self) -> bool:
        return self.span_count > len(self.rows)

    @property
    def error_count(self) -> int:
        return self.rows.errors

    @property
    def running(self) -> bool:
        """More spans may come: the root is not here yet, or the newest span came a moment ago."""
        age_s = (time.time_ns() - self.received_ns) / limits.SECOND_NS
        if self.pending:
            return self.state == "running"
        return age_s < limits.RUNNING_S or (not self.has_root and age_s < limits.RUNNING_WITHOUT_ROOT_S)

    @property
    def state(self) -> State:
        return state_of(self.pending, self.received_ns)


Key = tuple[UUID, str, str]


class OutlineCache:
    """The outlines used last, as many as fit into `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.bytes = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[TraceOutline, int]] = OrderedDict()

    def get(self, key: Key) -> TraceOutline | None:
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: Key, outline: TraceOutline) -> None:
        size = outline.rows.bytes
        with self._lock:
            if key in self._kept:
                self.bytes -= self._kept.pop(key)[1]
            if size > self.limit:
                return
            self._kept[key] = (outline, size)
            self.bytes += size
            while self.bytes > self.limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self.bytes -= dropped

    def __len__(self) -> int:
        return len(self._kept)


kept = OutlineCache(limits.OUTLINE_CACHE_BYTES)


def get_outline(project_id: UUID, trace_id: str, *, fresh: bool = True, version: str = "") -> TraceOutline:
    """The tree of one trace. Raises NotFound, InvalidInput.

    `fresh`: prices of now, not of some minutes ago. `version`: the one that a page shows; if it is kept, it is given
    without a look at the store.
    """
    if version and (known := kept.get((project_id, trace_id, version))) is not None:
        return known
    trace_id, stamp = _stamp(project_id, trace_id)
    key = (project_id, trace_id, _version(stamp))
    found = kept.get(key)
    if found is not None and not (fresh and time.monotonic() - found.made_at > limits.OUTLINE_FRESH_S):
        return found
    outline = _read(project_id, trace_id, stamp)
    if len(outline.rows) > limits.OUTLINE_CACHE_SPANS:
        kept.put(key, outline)
    return outline


def trace_version(project_id: UUID, trace_id: str) -> str:
    """What changes when a span of the trace comes. Raises NotFound, InvalidInput."""
    return _version(_stamp(project_id, trace_id)[1])


def find_rows(project_id: UUID, outline: TraceOutline, text: str) -> list[int]:
    """The rows of spans that say `text` in a name, a preview, a model, a tool or an error."""
    if not text.strip():
        return []
    trace_id, stamp = _stamp(project_id, outline.trace_id)
    ids = queries.found_spans(client.current(), project_id, trace_id, stamp, text.strip(), limits.FOUND_SPANS)
    wanted = {int(span_id, 16) for span_id in ids}
    return [row for row, span_id in enumerate(outline.rows.ids) if span_id in wanted] if wanted else []


def _stamp(project_id: UUID, trace_id: str) -> tuple[str, TraceStamp]:
    trace_id = checked_id(trace_id, TRACE_ID, "trace_id")
    stamp = queries.trace_stamp(client.current(), project_id, trace_id)
    if stamp is None:
        raise NotFound(f"There is no trace {trace_id} in this project.")
    return trace_id, stamp


def _version(stamp: TraceStamp) -> str:
    return f"{stamp.spans}-{stamp.version}"


def _read(project_id: UUID, trace_id: str, stamp: TraceStamp) -> TraceOutline:
    store = client.current()
    head = queries.trace_head(store, project_id, trace_id, stamp)
    columns = queries.outline_columns(store, project_id, trace_id, stamp, limits.MAX_SPANS_PER_TRACE)
    return assembled(trace_id, head, build_outline(columns), stamp)


def assembled(trace_id: str, head: Row, rows: Outline, stamp: TraceStamp) -> TraceOutline:
    """`head`: the columns of queries.outline.HEAD."""
    rows.selfs = self_times(rows)
    critical = mark_critical_path(rows)
    mark_runs(rows)
    has_root = bool(head["has_root"])
    start_ns = rows.start_ns
    status = STATUS.get(head["root_status"], "unset") if has_root else "error" if rows.errors else "unset"
    return TraceOutline(
        trace_id=trace_id,
        name=head["trace_name"] or head["root_name"],
        start_ns=start_ns,
        duration_ns=rows.end_ns - start_ns,
        status=status,
        has_root=has_root,
        environment=head["environment"],
        release=head["release"],
        session_id=head["session_id"],
        user_id=head["user_id"],
        tags=list(head["tags"]),
        models=list(head["models"]),
        usage=rows.usage,
        cost=rows.cost,
        span_count=stamp.spans,
        received_ns=stamp.received_ns,
        pending=head["pending"],
        version=_version(stamp),
        rows=rows,
        critical=critical,
    )
