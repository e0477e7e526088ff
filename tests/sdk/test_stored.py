"""What the server shows of what the SDK sent: sessions over threads and tasks, scores."""

from __future__ import annotations

import json

from tests.sdk.application import Application
from tests.support.processes import wait_for


def spans_of_one_trace(application: Application, count: int) -> list[dict]:
    (found,) = wait_for(application.traces, why="one trace")
    return list(application.trace(found["trace_id"], count)["spans"])


def test_attributes_reach_threads_and_pools(application: Application) -> None:
    application.run("threads")
    spans = spans_of_one_trace(application, 25)
    root = next(span for span in spans if span["name"] == "root")
    jobs = [span for span in spans if span["name"].startswith("job")]
    assert {span["parent_span_id"] for span in jobs} == {root["span_id"]}
    assert {(span["session_id"], *span["tags"]) for span in spans if span is not root} == {("s-1", "a")}


def test_attributes_reach_tasks(application: Application) -> None:
    application.run("tasks")
    spans = spans_of_one_trace(application, 23)
    assert {span["session_id"] for span in spans if span["name"] != "root"} == {"s-2"}
    assert len({span["parent_span_id"] for span in spans}) == 12  # none, the root, and each of ten jobs


def test_scores_arrive_once(application: Application) -> None:
    said = json.loads(application.run("scores"))
    assert (said["scores_sent"], said["scores_dropped"], said["scores_pending"]) == (4, 0, 0)
    reply = application.server.api("scores", key=application.key, trace_id=said["trace_id"])
    found = {score["name"]: score for score in reply.json()["results"]}
    assert {name: score["value"] for name, score in found.items()} == {"helpful": 0.9, "label": "fine", "passed": True}
    assert (found["helpful"]["span_id"], found["passed"]["span_id"] or "") == (said["span_id"], "")


def test_scores_wait_on_disk_for_the_next_start(application: Application) -> None:
    application.door.shut()
    said = json.loads(application.run("scores"))
    assert said["scores_pending"] == 4
    application.door.open()
    application.run("next_start")
    reply = application.server.api("scores", key=application.key, trace_id=said["trace_id"])
    assert len(reply.json()["results"]) == 3
