"""Scores on the real engine: typed values, safe to send twice, hidden from other projects."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from backend.core.errors import InvalidInput
from backend.core.limits import MAX_SCORES_PER_REQUEST
from backend.scores import services
from backend.scores.view import NewScore

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("store")]

PROJECT, OTHER = uuid4(), uuid4()
TRACE, SPAN = "5b8aa5a2d2c872e8321cf37308d69df2", "051581bf3cb55c13"


def make(*scores: NewScore, project: Any = PROJECT) -> list[Any]:
    return services.create_scores(project, scores, author="alice@example.com")


def about(**fields: Any) -> NewScore:
    return NewScore(**{"name": "helpful", "value": 1, "trace_id": TRACE, **fields})


@pytest.mark.parametrize(
    ("value", "asked", "data_type", "shown"),
    [
        (0.25, None, "numeric", 0.25),
        (3, None, "numeric", 3.0),
        (True, None, "boolean", True),
        (0, "boolean", "boolean", False),
        ("good", None, "categorical", "good"),
        ("a sentence", "text", "text", "a sentence"),
    ],
)
def test_the_value_says_the_type(value: Any, asked: Any, data_type: str, shown: Any) -> None:
    made = make(about(value=value, data_type=asked))
    stored = services.list_scores(PROJECT).results
    assert stored == made
    assert (stored[0].data_type, stored[0].value, type(stored[0].value)) == (data_type, shown, type(shown))


def test_a_score_sent_again_replaces_itself() -> None:
    first = make(about(id="mine", value=1))[0]
    again = make(about(id="mine", value=2, comment="on reflection"))[0]
    stored = services.list_scores(PROJECT).results
    assert stored == [again]
    assert (again.value, again.created_ns) == (2.0, first.created_ns)


def test_of_two_with_one_id_the_last_counts() -> None:
    make(about(id="mine", value=1), about(id="mine", value=2))
    assert [score.value for score in services.list_scores(PROJECT).results] == [2.0]


def test_it_hides_other_projects() -> None:
    make(about(id="same"))
    make(about(id="same", value=0), project=OTHER)
    assert [score.value for score in services.list_scores(PROJECT).results] == [1.0]
    assert [score["value"] for score in services.scores_of_trace(OTHER, TRACE)] == [0.0]
    assert services.list_scores(uuid4()).results == []


def test_pages_follow_each_other() -> None:
    make(*(about(name=f"n{i}") for i in range(5)))
    seen, cursor = [], None
    while True:
        page = services.list_scores(PROJECT, limit=2, cursor=cursor)
        seen += [score.name for score in page.results]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == ["n4", "n3", "n2", "n1", "n0"]


def test_conditions_narrow_the_list() -> None:
    make(about(span_id=SPAN), about(name="fast"), about(trace_id="", session_id="s1"))
    assert len(services.list_scores(PROJECT, trace_id=TRACE.upper()).results) == 2
    assert len(services.list_scores(PROJECT, span_id=SPAN).results) == 1
    assert len(services.list_scores(PROJECT, session_id="s1").results) == 1
    assert len(services.list_scores(PROJECT, name="fast", trace_id=TRACE).results) == 1
    assert services.list_scores(PROJECT, end_ns=1).results == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"trace_id": "xyz"}, "trace_id"),
        ({"trace_id": "0" * 32}, "trace_id"),
        ({"trace_id": ""}, "trace_id"),
        ({"span_id": "1234"}, "span_id"),
        ({"trace_id": "", "session_id": "s", "span_id": SPAN}, "trace_id"),
        ({"value": float("nan")}, "value"),
        ({"value": 10**400}, "value"),
        ({"value": ""}, "value"),
        ({"value": "good", "data_type": "numeric"}, "value"),
        ({"value": 2, "data_type": "boolean"}, "value"),
        ({"source": "robot"}, "source"),
        ({"comment": "c" * 10_001}, "comment"),
        ({"metadata": {str(i): "" for i in range(51)}}, "metadata"),
    ],
)
def test_a_wrong_score_names_the_field_and_stores_nothing(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        make(about(), about(**fields))
    assert caught.value.field == f"1.{field}"
    assert services.list_scores(PROJECT).results == []


def test_there_is_a_limit_for_one_request() -> None:
    with pytest.raises(InvalidInput, match="1 to 1,000"):
        make(*(about() for _ in range(MAX_SCORES_PER_REQUEST + 1)))
    with pytest.raises(InvalidInput):
        make()


@pytest.mark.parametrize("cursor", ["x", "WzFd", "", "WyJhIiwiYiJd"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    if cursor:
        with pytest.raises(InvalidInput) as caught:
            services.list_scores(PROJECT, cursor=cursor)
        assert caught.value.field == "cursor"
    else:
        assert services.list_scores(PROJECT, cursor=cursor).results == []
