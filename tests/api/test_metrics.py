"""`/api/v1/metrics` on the real engine."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.api.conftest import Send
from tests.api.test_traces import get
from tests.support.otlp import llm_span, span

pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_it_gives_series_and_totals(api: Client, other_api: Client, send: Send) -> None:
    send(llm_span(b"1" * 16), llm_span(b"2" * 16))
    found = get(api, "metrics", measure="tokens, call_latency_p50", group_by="model", interval="1h")
    (series,) = found["series"]
    assert (series["group"], found["interval_s"]) == ("gpt-4o-mini-2024-07-18", 3600)
    assert series["totals"] == {"tokens": 240, "call_latency_p50": 1000}
    assert sum(value or 0 for value in series["values"]["tokens"]) == 240
    assert len(found["starts"]) == len(series["values"]["tokens"])
    assert [one["unit"] for one in found["measures"]] == ["tokens", "ms"]
    assert get(other_api, "metrics", measure="tokens", group_by="model")["series"] == []


def test_the_rest_is_put_together(api: Client, send: Send) -> None:
    send(span("a"), span("a"), span("b"), span("c"))
    found = get(api, "metrics", measure="spans", group_by="name", top=1, interval="none")
    assert [(one["group"], one["totals"]["spans"]) for one in found["series"]] == [("a", 2)]
    assert found["other"] == {"group": None, "totals": {"spans": 2}, "values": {}}
    assert found["total"]["totals"] == {"spans": 4}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measure": "nonsense"}, "measure"),
        ({"group_by": "nonsense"}, "group_by"),
        ({"interval": "soon"}, "interval"),
        ({"filter": "model:("}, "filter"),
        ({"from": "now", "to": "now-1h"}, "from"),
        ({"top": "many"}, "top"),
        ({"groupby": "model"}, "groupby"),
    ],
)
def test_a_wrong_parameter_is_named(api: Client, send: Send, wrong: dict[str, str], field: str) -> None:
    assert get(api, "metrics", 400, **{"measure": "cost", **wrong})["error"]["field"] == field


def test_it_gives_a_heatmap_and_a_histogram(api: Client, other_api: Client, send: Send) -> None:
    send(llm_span(b"1" * 16), llm_span(b"2" * 16))
    found = get(api, "metrics/distribution", measure="call_latency", interval="1h")
    assert (found["measure"]["unit"], found["total"]["rows"], found["missing"]) == ("ms", 2, 0)
    assert found["buckets"][0]["low"] == 1000 < found["buckets"][0]["high"]
    assert len(found["starts"]) == len(found["total"]["counts"])
    flat = get(api, "metrics/distribution", measure="call_latency", interval="none", group_by="model")
    assert [(one["group"], one["counts"]) for one in flat["series"]] == [("gpt-4o-mini-2024-07-18", [[2]])]
    assert get(api, "metrics/distribution", measure="call_cost")["missing"] == 2
    assert get(other_api, "metrics/distribution", measure="call_latency")["total"]["rows"] == 0


@pytest.mark.parametrize(
    ("wrong", "field"), [({"measure": "x"}, "measure"), ({"top": "y"}, "top"), ({"groupby": "model"}, "groupby")]
)
def test_a_wrong_parameter_of_a_distribution_is_named(api: Client, wrong: dict[str, str], field: str) -> None:
    found = get(api, "metrics/distribution", 400, **{"measure": "ttft", **wrong})
    assert found["error"]["field"] == field
