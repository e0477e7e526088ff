"""Suggestions of the filter bar, on the real engine."""

from __future__ import annotations

import time
from uuid import UUID

import pytest

from backend.core.errors import InvalidInput
from backend.store.filters import compile_filter
from backend.store.queries.scores import COLUMNS, insert_scores
from backend.traces.facets import Asked
from backend.traces.suggest import Suggestions, suggest
from tests.support.otlp import span
from tests.traces.test_services import HOUR, PROJECT, send

pytestmark = pytest.mark.store


@pytest.fixture(autouse=True)
def spans(store) -> None:
    model = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    send(store, span("a", attributes={**model, "metadata.tenant": "acme", "user.id": "bob"}))
    send(store, span("b", attributes={**model, "langfuse.trace.metadata.tenant": "big corp", "http.route": "/x"}))
    send(store, span("secret"), project=UUID(int=2))
    score = dict.fromkeys(COLUMNS, "") | {"project_id": PROJECT, "id": "1", "trace_id": "ff", "name": "my score"}
    more = {"data_type": "boolean", "value": 1.0, "metadata": {}, "created_at": 0, "version": 1, "deleted": 0}
    insert_scores(store, [[(score | more)[name] for name in COLUMNS]])


def suggested(text: str, position: int | None = None) -> Suggestions:
    now = time.time_ns()
    return suggest(Asked(PROJECT, now - HOUR, now + HOUR, text), len(text) if position is None else position)


def texts(text: str, position: int | None = None) -> list[tuple[str, int | None]]:
    return [(one.text, one.traces) for one in suggested(text, position).results]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("mo", ("model:", None)),
        ("lat", ("latency>", None)),
        ("chi", ("child(", None)),
        ("model:", ("gpt-4o", 2)),
        ("name:a model:g", ("gpt-4o", 1)),
        ("child(model:g", ("gpt-4o", 2)),
        ("-user:", ("bob", 1)),
        ("type:llm,", ("llm", 2)),
        ("status:er", ("error", None)),
        ("is:", ("root", None)),
        ("metadata.", ("metadata.tenant:", 1)),
        ("metadata.tenant:b", ('"big corp"', 1)),
        ("attr.http", ("attr.http.route:", 1)),
        ("score.", ('score."my score":', 1)),
        ('score."my score":', ("yes", 1)),
        ("has:mod", ("model", None)),
        ("latency>", ("1s", None)),
    ],
)
def test_what_fits_is_suggested(text: str, first: tuple[str, int | None]) -> None:
    assert texts(text)[0] == first


def test_a_value_is_found_before_its_field_is_written() -> None:
    assert ("model:gpt-4o", 2) in texts("gpt")


def test_the_piece_at_the_cursor_is_replaced() -> None:
    found = suggested("name:a model:gp,x -refund", 14)
    assert (found.start, found.end, [one.text for one in found.results]) == (13, 15, ["gpt-4o"])
    found = suggested("refund -mod OR x", 11)
    assert (found.start, found.end, found.results[0].text) == (8, 11, "model:")


@pytest.mark.parametrize("text", ["", "mo", "gpt", "model:", "metadata.", "metadata.tenant:", 'name:"', "is:", "("])
def test_what_is_suggested_can_be_read(text: str) -> None:
    found = suggested(text)
    for one in found.results:
        whole = text[: found.start] + one.text + text[found.end :]
        if one.kind == "value":
            compile_filter(whole.removeprefix("("))


def test_other_projects_and_nonsense_give_nothing() -> None:
    assert texts("name:secret") == []
    assert texts("modl:x") == []
    with pytest.raises(InvalidInput):
        suggested("x" * 5000)
