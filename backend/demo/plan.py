"""All traces of the example, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from backend.demo.apps import chat, classifier, coding, docs_rag, support
from backend.demo.calendar import HOUR_NS, Calendar
from backend.demo.steps import Made

# Conversations, questions and tasks at scale 1; together about 6,000 traces.
SUPPORT, DOCS, CHAT, TASKS, LARGE_TASKS, TICKETS = 1_700, 1_400, 1_150, 44, 6, 480
# Customers write again when nobody answers. The floors keep both days visible in a small example.
INCIDENT, DRIFT, FLOOR = 60, 20, 20


@dataclass(frozen=True)
class Step:
    """One conversation, question, task or night; `make` gives its traces."""

    start_ns: int
    make: Callable[[], Iterable[Made]]


def steps(calendar: Calendar, scale: float = 1.0) -> list[Step]:
    """Sorted by time. `scale` 0.02 gives about 160 traces with the same stories."""
    made = [*_support(calendar, scale), *_docs(calendar, scale), *_chat(calendar, scale)]
    made += [*_nights(calendar, scale), *_coding(calendar, scale)]
    return sorted(made, key=lambda step: step.start_ns)


def _count(full: int, scale: float, least: int = 1) -> int:
    return max(least, round(full * scale))


def _support(calendar: Calendar, scale: float) -> Iterator[Step]:
    times = calendar.times("support", _count(SUPPORT, scale), weekend=0.55)
    times += calendar.between("incident", _count(INCIDENT, scale, FLOOR), calendar.incident)
    times += calendar.between("drift", _count(DRIFT, scale, FLOOR), calendar.drift)
    for number, at in enumerate(times):
        yield Step(at, lambda n=number, at=at: support.session(f"support/{n:05d}", at, calendar))


def _docs(calendar: Calendar, scale: float) -> Iterator[Step]:
    for number, at in enumerate(calendar.times("docs", _count(DOCS, scale), weekend=0.3)):
        yield Step(at, lambda n=number, at=at: [docs_rag.question(f"docs/{n:05d}", at, calendar)])


def _chat(calendar: Calendar, scale: float) -> Iterator[Step]:
    for number, at in enumerate(calendar.times("chat", _count(CHAT, scale), weekend=0.2)):
        yield Step(at, lambda n=number, at=at: chat.talk(f"chat/{n:05d}", at, calendar))


def _nights(calendar: Calendar, scale: float) -> Iterator[Step]:
    tickets = _count(TICKETS, scale, 12)
    for number, at in enumerate(calendar.nights()):
        yield Step(at, lambda n=number, at=at: [classifier.night(f"night/{n:02d}", at, calendar, tickets)])


def _coding(calendar: Calendar, scale: float) -> Iterator[Step]:
    """Tasks take up to an hour, so they begin earlier than the rhythm says."""
    kinds = ((True, _count(LARGE_TASKS, scale)), (False, _count(TASKS, scale, 2)))
    for large, count in kinds:
        times = calendar.times(f"coding/{large}", count, weekend=0.1)
        for number, at in enumerate(times):
            start = at - HOUR_NS
            yield Step(
                start,
                lambda n=number, at=start, large=large: [
                    coding.task(f"coding/{'large' if large else 'small'}/{n:03d}", n, at, calendar, large=large)
                ],
            )
