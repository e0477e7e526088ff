"""`/api/v1/scores`: one or many, safe to send twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Send
from tests.support.otlp import span

pytestmark = [pytest.mark.store, pytest.mark.django_db, pytest.mark.usefixtures("store")]
TRACE = "5b8aa5a2d2c872e8321cf37308d69df2"


def post(client: Client, body: Any, status: int = 201) -> Any:
    reply = client.post("/api/v1/scores", json.dumps(body), content_type="application/json")
    assert reply.status_code == status, reply.content
    return reply.json()


def score(**fields: Any) -> dict[str, Any]:
    return {"name": "helpful", "value": 0.5, "trace_id": TRACE, **fields}


def test_one_comes_back_as_it_is_stored(api: Client) -> None:
    made = post(api, score(id="a", comment=" why ", metadata={"k": "v"}, session_id=None))
    assert made["comment"] == " why "
    assert (made["id"], made["data_type"], made["source"], made["author"]) == ("a", "numeric", "api", "key:test")
    assert made["session_id"] is None
    assert api.get("/api/v1/scores").json() == {"results": [made], "next_cursor": None}


def test_many_come_back_in_their_order(api: Client) -> None:
    made = post(api, [score(name="a"), score(name="b", value=True), score(name="c", value="good")])
    assert [(item["name"], item["value"]) for item in made["results"]] == [("a", 0.5), ("b", True), ("c", "good")]


def test_sending_again_changes_nothing(api: Client) -> None:
    first, again = post(api, score(id="a")), post(api, score(id="a"))
    assert first == again
    assert len(api.get("/api/v1/scores").json()["results"]) == 1


def test_a_trace_shows_its_scores(api: Client, send: Send) -> None:
    made = span("run")
    send(made)
    stored = post(api, score(trace_id=made.trace_id.hex(), span_id=made.span_id.hex()))
    assert api.get(f"/api/v1/traces/{made.trace_id.hex()}").json()["scores"] == [stored]


def test_it_hides_other_projects(api: Client, other_api: Client) -> None:
    post(api, score(id="a"))
    assert other_api.get("/api/v1/scores").json()["results"] == []
    post(other_api, score(id="a", value=0))
    assert [item["value"] for item in api.get(f"/api/v1/scores?trace_id={TRACE}").json()["results"]] == [0.5]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"value": 1, "trace_id": TRACE}, "name"),
        (score(name=""), "name"),
        (score(value=None), "value"),
        (score(value=[1]), "value"),
        (score(value={}), "value"),
        (score(span_id="xyz"), "span_id"),
        (score(source="robot"), "source"),
        (score(data_type="number"), "data_type"),
        (score(metadata={"k": {"deep": 1}}), "metadata.k"),
        (score(project_id="x"), "project_id"),
        ([score(), score(value=None)], "1.value"),
        ([score(), score(trace_id="")], "1.trace_id"),
        ([score(), score(nmae="x")], "1.nmae"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(api: Client, body: Any, field: str) -> None:
    error = post(api, body, 400)["error"]
    assert (error["code"], error["field"]) == ("invalid_input", field)
    assert api.get("/api/v1/scores").json()["results"] == []


@pytest.mark.parametrize("body", [[], "text", 1, None, ["text"], [[]], [score()] * 1001])
def test_what_is_no_score_is_refused(api: Client, body: Any) -> None:
    assert post(api, body, 400)["error"]["code"] == "invalid_input"
