"""What stands around the traces list: facets, histogram, live, columns, downloads, the card of a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from backend.traces import facets, histogram, services
from backend.traces.facets import Facet, FacetValue
from backend.traces.histogram import Histogram, Interval
from backend.traces.view import Average, TraceRow
from tests.web.conftest import Reads
from tests.web.markup import assert_safe, read
from tests.web.spans import START_NS, row, span
from web.charts import MIN_BAR, STRIP_HEIGHT, traces_chart
from web.columns import DEFAULT
from web.listing import fingerprint, shown_columns
from web.views.glance import said

PAGE = "/p/support-bot/traces/"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
HTMX = {"HX-Request": "true"}


def facet(field: str = "model", *, more: bool = False, sample: int = 1, **value: Any) -> Facet:
    given = {"value": EVIL, "traces": 1234, "chosen": "", "toggled": f'model:"{EVIL}"', "excluded": "-model:x", **value}
    return Facet(field, [FacetValue(**given)], more, sample)


def test_facets_are_links_that_change_the_filter_only(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "overview", lambda _: [facet(more=True, sample=8)])
    page = alice.get(f"{PAGE}facets/", {"filter": "x", "range": "7d", "cols": "cost"}, headers=HTMX).text
    assert_safe(page)
    assert "img" not in read(page).tags
    links = [unescape(address) for address in read(page).addresses]
    assert f"{PAGE}?range=7d&filter=-model%3Ax&cols=cost" in links
    assert "≈" in page
    assert "one trace in 8" in page
    assert "<html" not in page


def test_facets_are_a_page_without_scripts(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "overview", lambda _: [facet(chosen="in")])
    page = alice.get(f"{PAGE}facets/").text
    assert "<html" in page
    assert 'aria-current="true"' in page
    assert_safe(page)


@pytest.mark.parametrize(
    "address", ["facets/?field=nonsense", "facets/?filter=(", "fresh/?since=x", "export/?order=no"]
)
def test_wrong_input_is_told(alice: Client, reads: Reads, address: str) -> None:
    assert alice.get(PAGE + address).status_code == 400


def test_the_histogram_draws_failures_at_the_foot_of_a_bar() -> None:
    intervals = [
        Interval(n * 60, (n + 1) * 60, traces, failed)
        for n, (traces, failed) in enumerate([(0, 0), (8, 2), (1000, 1), (0, 0)])
    ]
    chart = traces_chart(Histogram(intervals, 60), now_ns=130)
    assert len(chart.bars) == 3  # what is in the future and empty is left out
    assert [bar.height for bar in chart.bars] == [0.0, MIN_BAR, 50.0]
    assert chart.bars[2].failed_height == MIN_BAR
    assert all(bar.failed_y + bar.failed_height == STRIP_HEIGHT for bar in chart.bars if bar.failed_height)
    assert (chart.start_ns, chart.end_ns) == (0, 180)


def test_the_histogram_says_its_numbers_in_words(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Histogram([Interval(START_NS, START_NS + 60, 12, 3)], 60)
    monkeypatch.setattr(histogram, "traces_over_time", lambda *_: found)
    page = alice.get(f"{PAGE}histogram/", headers=HTMX).text
    assert "12 traces over time, 3 of them with errors" in page
    assert_safe(page)


def test_a_live_list_gets_rows_only_when_something_changed(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1), row(2)]
    headers = {**HTMX, "HX-Target": "rows"}
    first = alice.get(PAGE, {"live": "1"}, headers=headers)
    assert first.text.count("<tr data-href") == 2
    seen = {"live": "1", "seen": first["X-Seen"]}
    assert alice.get(PAGE, seen, headers=headers).status_code == 204
    reads.rows = [row(1, span_count=4), row(2)]
    assert alice.get(PAGE, seen, headers=headers).status_code == 200
    assert fingerprint([row(1)]) != fingerprint([row(1, status="error")])


def test_only_the_first_page_of_the_newest_is_watched(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1)]
    assert "data-live-url" in alice.get(PAGE, {"range": "1h"}).text
    for other in ({"cursor": "c"}, {"order": "oldest"}, {"from": "2025-11-20T00:00:00Z"}):
        assert "data-live-url" not in alice.get(PAGE, other).text


def test_newer_traces_are_counted(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[services.TraceQuery] = []
    monkeypatch.setattr(services, "count_newer", lambda _, query: asked.append(query) or len(asked) - 1)
    assert alice.get(f"{PAGE}fresh/", {"since": str(START_NS), "filter": "x"}).status_code == 204
    assert "1 new trace<" in alice.get(f"{PAGE}fresh/", {"since": str(START_NS)}).text.strip()
    assert (asked[0].start_ns, asked[0].filter) == (START_NS + 1, "x")


def test_columns_come_from_the_address_then_the_cookie(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1, session_id="s-77", models=["m-1"])]
    reply = alice.get(PAGE, {"cols": ["session", "cost", "nonsense"], "remember": "1", "filter": "x"})
    assert (reply.status_code, reply["Location"]) == (302, f"{PAGE}?filter=x")
    remembered = alice.get(PAGE).text
    assert "s-77" in remembered
    assert 'class="models"' not in remembered
    assert 'class="models"' in alice.get(PAGE, {"cols": "models"}).text
    alice.cookies["trace_columns"] = "gone,columns"
    assert 'class="models"' in alice.get(PAGE).text


def test_columns_without_content_are_left_out_unless_asked_for() -> None:
    assert shown_columns(None, [row(1)]) == tuple(name for name in DEFAULT if name not in ("tags", "scores"))
    scored: list[TraceRow] = [row(1, tags=["a"], scores=[Average("helpful", 0.5, 2)])]
    assert shown_columns(None, scored) == DEFAULT
    assert shown_columns(("scores",), [row(1)]) == ("scores",)


def test_means_of_scores_are_chips(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1, scores=[Average(EVIL, 0.75, 2), Average("stars", 4.0, 1)])]
    page = alice.get(PAGE).text
    assert_safe(page)
    assert "<b>0.75</b>" in page
    assert "<b>4</b>" in page


def lines(reply: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(reply).splitlines()]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_a_download_is_a_line_for_each_trace(alice: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def by_id(project_id: UUID, ids: list[str]) -> list[TraceRow]:
        asked.append(ids)
        return [row(1), row(2)]

    def pages(project_id: UUID, query: services.TraceQuery) -> Iterator[list[TraceRow]]:
        asked.append(query.filter)
        yield from ([row(1)], [row(2), row(3)])

    monkeypatch.setattr(services, "traces_by_id", by_id)
    monkeypatch.setattr(services, "all_traces", pages)
    chosen = alice.post(f"{PAGE}export/", {"ids": ["a", "b"]})
    assert chosen["Content-Disposition"] == 'attachment; filename="traces-support-bot.jsonl"'
    assert [line["name"] for line in lines(chosen)] == ["trace 1", "trace 2"]
    assert len(lines(alice.get(f"{PAGE}export/", {"filter": "status:error"}))) == 3
    assert asked == [["a", "b"], "status:error"]
    assert alice.post(f"{PAGE}export/", {"ids": ["a"] * 501}).status_code == 400


def test_a_glance_shows_who_said_what_and_not_all_of_it() -> None:
    messages = [
        {"role": "system", "parts": [{"type": "text", "content": "Be brief."}]},
        {"role": "user", "parts": [{"type": "text", "content": "x" * 5000}, {"type": "blob"}]},
    ]
    answer = [
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, {"type": "tool_call", "name": "f"}]}
    ]
    shown = said(span(1, input_messages=messages, output_messages=answer))
    assert [(one.role, len(one.text)) for one in shown] == [("system", 9), ("user", 600), ("assistant", 7)]
    assert shown[-1].text == "calls f"
    assert [one.text for one in said(span(1, input="in", output_preview="out"))] == ["in", "out"]
    assert said(span(1)) == []
