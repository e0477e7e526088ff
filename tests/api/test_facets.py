"""`/api/v1/facets` on the real engine."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.conftest import Send
from tests.api.test_traces import get
from tests.support.otlp import span

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_values_come_with_the_number_of_their_traces(api: Client, other_api: Client, send: Send) -> None:
    send(span("a"), span("a"), span("b"))
    found = get(api, "facets", field="name")
    assert found == {
        "field": "name",
        "results": [{"value": "a", "traces": 2}, {"value": "b", "traces": 1}],
        "more": False,
    }
    assert get(api, "facets", field="name", filter="name:b")["results"] == found["results"]
    assert get(api, "facets", field="name", limit=1)["more"] is True
    assert get(other_api, "facets", field="name")["results"] == []


def test_a_wrong_field_is_named(api: Client, send: Send) -> None:
    for field in ("", "nonsense"):
        assert get(api, "facets", 400, field=field)["error"]["field"] == "field"
    assert get(api, "facets", 400, field="name", filter=")")["error"]["position"] == 0


def test_a_filter_is_completed(api: Client, other_api: Client, send: Send) -> None:
    send(span("refund agent"))
    found = get(api, "filter/suggest", text="name:ref root", position=8)
    value = {"kind": "value", "text": '"refund agent"', "detail": "", "traces": 1}
    assert found == {"start": 5, "end": 8, "results": [value]}
    assert get(other_api, "filter/suggest", text="name:ref")["results"] == []
    assert get(api, "filter/suggest", 400, text="x", position="-1")["error"]["field"] == "position"
