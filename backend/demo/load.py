"""The example's traces into the store, through the same insert as every received span; then the scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from backend.core.limits import MAX_SCORES_PER_REQUEST, MIB, SECOND_NS
from backend.demo.calendar import Calendar
from backend.demo.plan import steps
from backend.demo.steps import Made, Verdict
from backend.scores import services as scores
from backend.scores.view import NewScore
from backend.store import client
from backend.store.envelope import frame
from backend.store.otlp import INSERT_SETTINGS

# An insert costs 0.15 s whatever it holds; this many bytes are a second of progress.
SEGMENT_BYTES = 6 * MIB
# As if each trace had been sent by an exporter's batch.
EXPORT_DELAY_NS = 2 * SECOND_NS


@dataclass(frozen=True)
class Done:
    """How far it is: `steps` of `total` conversations and tasks."""

    steps: int
    total: int
    traces: int
    spans: int


@dataclass
class _Segment:
    body: bytearray = field(default_factory=bytearray)
    scores: list[tuple[str, NewScore]] = field(default_factory=list[tuple[str, NewScore]])
    done: Done = Done(0, 0, 0, 0)


def load(project_id: UUID, anchor_ns: int, scale: float, report: Callable[[Done], None]) -> None:
    """While one segment is inserted the next one is made. Raises what the store raises."""
    with ThreadPoolExecutor(1, thread_name_prefix="example") as inserter:
        before: tuple[_Segment, Future[None]] | None = None
        for segment in segments(project_id, anchor_ns, scale):
            if before is not None:
                before[1].result()
                report(before[0].done)
            before = segment, inserter.submit(_store, project_id, segment)
        if before is not None:
            before[1].result()
            report(before[0].done)


def segments(project_id: UUID, anchor_ns: int, scale: float) -> Iterator[_Segment]:
    planned = steps(Calendar(anchor_ns), scale)
    segment, traces, spans = _Segment(), 0, 0
    for number, step in enumerate(planned, 1):
        for made in step.make():
            traces, spans = traces + 1, spans + len(made.trace.spans)
            segment.body += frame(made.trace.request(), project_id, made.trace.end_ns + EXPORT_DELAY_NS)
            segment.scores += _scores(made, anchor_ns)
        segment.done = Done(number, len(planned), traces, spans)
        if len(segment.body) > SEGMENT_BYTES or number == len(planned):
            yield segment
            segment = _Segment()


def _scores(made: Made, anchor_ns: int) -> list[tuple[str, NewScore]]:
    """(author, score) of each that was given before the anchor."""
    given = [(verdict, n) for n, verdict in enumerate(made.scores) if verdict.at_ns < anchor_ns]
    return [(verdict.author, _score(made, verdict, n)) for verdict, n in given]


def _score(made: Made, verdict: Verdict, number: int) -> NewScore:
    return NewScore(
        name=verdict.name,
        value=verdict.value,
        id="example-" + made.trace.digest(f"score {number}", 12).hex(),
        trace_id=made.trace.hex_id,
        span_id=verdict.span_id,
        comment=verdict.comment,
        source=verdict.source,
        metadata={"user": verdict.user_id} if verdict.user_id else {},
        created_ns=verdict.at_ns,
    )


def _store(project_id: UUID, segment: _Segment) -> None:
    client.current().insert_protobuf("otlp_traces", bytes(segment.body), INSERT_SETTINGS["otlp_traces"])
    by_author = sorted(segment.scores, key=lambda pair: pair[0])
    for author, group in groupby(by_author, key=lambda pair: pair[0]):
        found = [score for _, score in group]
        for batch in _batches(found):
            scores.create_scores(project_id, batch, author=author)


def _batches(found: Sequence[NewScore]) -> Iterator[Sequence[NewScore]]:
    for start in range(0, len(found), MAX_SCORES_PER_REQUEST):
        yield found[start : start + MAX_SCORES_PER_REQUEST]
