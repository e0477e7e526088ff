"""The example in the engine: made once, found again, with an incident and a day of drift that a query shows."""

from __future__ import annotations

from typing import Any

import pytest

from backend.budgets.services import list_budgets
from backend.budgets.spending import states
from backend.core.errors import StoreUnavailable
from backend.demo import load, services, tasks
from backend.demo.models import Example
from backend.projects.models import Project
from backend.scores import services as scores
from backend.store.client import Store
from backend.traces import services as traces
from backend.traces.listing import TraceQuery
from tests.conftest import World
from tests.demo.conftest import ANCHOR_NS, SCALE

pytestmark = [pytest.mark.store, pytest.mark.django_db]

CALLS = """
SELECT toUnixTimestamp64Nano(start_time) >= {start:Int64} AND toUnixTimestamp64Nano(start_time) < {end:Int64} AS inside,
    avg(status_code = 2) AS failed, avgIf(duration_ns, status_code != 2) / 1e9 AS seconds,
    avgIf(output_tokens, status_code != 2 AND has(finish_reasons, 'stop')) AS written,
    groupUniqArray(prompt_version) AS versions
FROM spans FINAL WHERE project_id = {project_id:UUID} AND request_model = 'claude-sonnet-4-5' GROUP BY inside"""
COUNT = "SELECT count() AS n, uniqExact(trace_id) AS traces FROM spans FINAL WHERE project_id = {project_id:UUID}"
SCORES = "SELECT count() AS n FROM scores FINAL WHERE project_id = {project_id:UUID}"
ANSWERED = """
SELECT start_time >= fromUnixTimestamp64Nano({start:Int64}) AS after, groupUniqArray(response_model) AS names
FROM spans FINAL WHERE project_id = {project_id:UUID} AND request_model = 'gemini-flash-latest'
AND response_model != '' GROUP BY after ORDER BY after"""


@pytest.fixture
def example(world: World, store: Store) -> Project:
    project = services.make_example(organisation=world.organisation, by=world.alice, now_ns=ANCHOR_NS + 5, scale=SCALE)
    assert services.build(project.id)
    return project


def calls(store: Store, project: Project, window: tuple[int, int]) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = store.read(CALLS, {"project_id": project.id, "start": window[0], "end": window[1]})
    found = {bool(row["inside"]): row for row in rows}
    return found[True], found[False]


def test_it_is_a_project_of_its_own(world: World, store: Store, example: Project) -> None:
    assert example.name == "Example: Acme support"
    assert example.organisation_id == world.organisation.id
    assert services.is_example(example)
    assert not services.is_example(world.project)
    assert store.read(COUNT, {"project_id": world.project.id})[0]["n"] == 0
    progress = services.progress_of(world.organisation)
    assert progress is not None
    assert (progress.state, progress.percent, progress.is_over) == ("done", 100, True)
    row = store.read(COUNT, {"project_id": example.id})[0]
    assert (row["traces"], row["n"]) == (progress.traces, progress.spans)


def test_a_second_click_adds_nothing(world: World, store: Store, example: Project) -> None:
    before = store.read(COUNT, {"project_id": example.id}), store.read(SCORES, {"project_id": example.id})
    again = services.make_example(organisation=world.organisation, by=world.bob)
    assert again == example
    assert not services.build(example.id)
    load.load(example.id, ANCHOR_NS, SCALE, lambda _done: None)  # as after a crash
    assert (store.read(COUNT, {"project_id": example.id}), store.read(SCORES, {"project_id": example.id})) == before


def test_it_has_budgets_with_something_spent(world: World, example: Project) -> None:
    found = states(example.id, list_budgets(example), now_ns=ANCHOR_NS)
    assert [one.budget.title for one in found] == ["Whole project", "Each user", "Environment production"]
    assert all(one.head.spent > 0 for one in found)


def test_the_incident_shows(store: Store, example: Project, calendar: Any) -> None:
    inside, outside = calls(store, example, calendar.incident)
    assert inside["failed"] > 0.2
    assert outside["failed"] < 0.05
    assert inside["seconds"] > 4 * outside["seconds"]


def test_the_drift_shows(store: Store, example: Project, calendar: Any) -> None:
    inside, outside = calls(store, example, calendar.drift)
    assert inside["versions"] == ["14"]
    assert sorted(outside["versions"]) == ["12", "13"]
    assert inside["written"] > 2.2 * outside["written"]


def test_a_model_changed_silently(store: Store, example: Project, calendar: Any) -> None:
    before, after = store.read(ANSWERED, {"project_id": example.id, "start": calendar.drift[0]})
    assert (before["names"], after["names"]) == (["gemini-2.5-flash"], ["gemini-3-flash-preview"])


def test_spans_read_as_they_were_meant(store: Store, example: Project) -> None:
    query = TraceQuery(
        ANCHOR_NS - 15 * 86_400_000_000_000, ANCHOR_NS, filter="service:support-api tool:search_knowledge"
    )
    row = traces.list_traces(example.id, query).results[0]
    view = traces.get_trace(example.id, row.trace_id)
    by_type = {span.type: span for span in view.spans}
    assert {"agent", "llm", "tool", "retriever", "reranker", "embedding", "guardrail", "prompt"} <= set(by_type)
    assert [len(by_type[kind].documents) for kind in ("retriever", "reranker")] == [5, 3]
    assert all(document["content"] for document in by_type["reranker"].documents)
    assert by_type["llm"].input_messages[0]["role"] == "system"
    assert view.user_id
    assert view.session_id
    assert view.cost.total


def test_scores_have_their_own_times(example: Project) -> None:
    page = scores.list_scores(example.id, limit=500)
    assert len(page.results) > 50
    assert max(score.created_ns for score in page.results) < ANCHOR_NS
    assert len({score.created_ns // 86_400_000_000_000 for score in page.results}) > 7


def test_a_failure_is_kept_and_tried_again(world: World, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    project = services.make_example(organisation=world.organisation, by=None, now_ns=ANCHOR_NS, scale=0.001)

    def refuse(*_args: object) -> None:
        raise StoreUnavailable("ClickHouse is away.")

    with monkeypatch.context() as broken:
        broken.setattr(load, "load", refuse)
        tasks.build_examples()
    progress = services.progress_of(world.organisation)
    assert progress is not None
    assert (progress.state, progress.problem) == ("failed", "ClickHouse is away.")
    assert services.make_example(organisation=world.organisation, by=None) == project
    assert services.waiting() == [project.id]


def test_one_job_at_a_time(world: World, store: Store) -> None:
    project = services.make_example(organisation=world.organisation, by=world.alice, now_ns=ANCHOR_NS, scale=0.001)
    Example.objects.filter(project=project).update(state="running")
    assert services.waiting() == []
    assert not services.build(project.id)
