"""Lists stay light: what stands beside the rows of a list is never read from the payload columns."""

from __future__ import annotations

import os
import time

import pytest

from backend.metrics import services as metrics
from backend.metrics.view import Question
from backend.traces import facets, groups, services
from backend.traces.groups import GroupQuery
from backend.traces.histogram import traces_over_time
from backend.traces.listing import TraceQuery
from tests.support.otlp import span
from tests.traces.test_services import HOUR, PROJECT, send

pytestmark = pytest.mark.store
SPANS, PAYLOAD = 40, 100_000
READ = "SELECT value FROM system.events WHERE event = 'SelectedBytes'"


@pytest.fixture
def heavy(store):
    """4 MB of input in 40 traces."""
    about = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 9}
    who = {"session.id": "s", "user.id": "u"}
    said = [os.urandom(PAYLOAD // 2).hex() for _ in range(SPANS)]
    send(store, *[span(attributes={**about, **who, "gen_ai.input.messages": text}) for text in said])
    return store


def bytes_read(store, act) -> int:
    def so_far() -> int:
        return sum(int(row["value"]) for row in store.read(READ))

    before = so_far()
    assert act(), "it found nothing, so it may have read nothing"
    return so_far() - before


NOW = time.time_ns()
WINDOW = (NOW - HOUR, NOW + HOUR)
LISTS = {
    "newest": lambda: services.list_traces(PROJECT, TraceQuery(*WINDOW)).results,
    "slowest": lambda: services.list_traces(PROJECT, TraceQuery(*WINDOW, order="slowest")).results,
    "filtered": lambda: services.list_traces(PROJECT, TraceQuery(*WINDOW, filter="type:llm cost>=0 OR user:u")).results,
    "histogram": lambda: traces_over_time(PROJECT, *WINDOW).traces,
    "facets": lambda: facets.overview(facets.Asked(PROJECT, *WINDOW)),
    "sessions": lambda: groups.list_groups(PROJECT, GroupQuery("session", *WINDOW)).results,
    "users": lambda: groups.list_groups(PROJECT, GroupQuery("user", *WINDOW)).results,
    "metrics": lambda: (
        metrics.measure(Question(PROJECT, *WINDOW, measures=("cost", "tokens"), group_by="model")).series
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_reads_no_payload(heavy, name):
    assert bytes_read(heavy, LISTS[name]) < SPANS * PAYLOAD / 20


def test_the_measure_sees_a_payload_that_is_read(heavy):
    (row, *_) = services.list_traces(PROJECT, TraceQuery(*WINDOW)).results
    assert bytes_read(heavy, lambda: services.get_span(PROJECT, row.trace_id, row.root_span_id)) > PAYLOAD
