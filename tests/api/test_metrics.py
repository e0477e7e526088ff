"""`/api/v1/metrics` on the real engine."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from tests.api.conftest import Send
from tests.api.test_traces import get
from tests.support.otlp import SECOND, llm_span, span

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


def test_it_tells_what_differs_in_a_region(api: Client, other_api: Client, send: Send) -> None:
    now = time.time_ns()
    for slow in (True, False):
        times = {"start_time_unix_nano": now - (20 if slow else 11) * SECOND, "end_time_unix_nano": now - 10 * SECOND}
        send(*(span(attributes={"metadata.tenant": "acme" if slow else "zeta"}, **times) for _ in range(30)))
    found = get(api, "metrics/differences", measure="span_latency", low=5000, high=60000)
    assert (found["inside"], found["outside"], found["measure"]["unit"]) == (30, 30, "ms")
    first = found["fields"][0]
    assert (first["field"], first["clear"], first["values"][0]["share_inside"]) == ("metadata.tenant", True, 1.0)
    assert get(other_api, "metrics/differences", measure="span_latency", low=5000)["inside"] == 0
    for wrong in ({"low": "x"}, {"low": "-1"}, {"region_to": "soon"}, {"measure": "x"}):
        error = get(api, "metrics/differences", 400, **{"measure": "ttft", **wrong})["error"]
        assert error["field"] == next(iter(wrong))


def test_it_compares_models(api: Client, other_api: Client, send: Send) -> None:
    send(*(llm_span(bytes([n]) * 16) for n in range(1, 9)))
    found = get(api, "metrics/models", by="operation")
    assert found["models"] == [{"model": "gpt-4o-mini", "calls": 8, "compared": True}]
    assert found["strata"] == [{"value": "chat", "weight": 1.0}]
    latency = next(one for one in found["measures"] if one["name"] == "latency_p50")
    assert latency["models"][0]["value"] == pytest.approx(1000, rel=0.02)
    assert get(other_api, "metrics/models")["models"] == []
    assert get(api, "metrics/models", 400, by="nonsense")["error"]["field"] == "by"
