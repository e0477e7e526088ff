"""The traces list."""

from __future__ import annotations

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from backend.core import errors
from backend.core.limits import SECOND_NS
from backend.traces.view import Cost, Usage
from tests.web.conftest import Reads
from tests.web.markup import assert_safe, read
from tests.web.spans import row

PAGE = "/p/support-bot/traces/"
HTMX = {"HX-Request": "true"}


def test_it_shows_what_is_needed_to_choose(alice: Client, reads: Reads) -> None:
    reads.rows = [
        row(
            1,
            name="refund",
            models=["gpt-4o"],
            usage=Usage(9000, 1400, total_tokens=10_400),
            cost=Cost(0.0183, source="computed"),
            input_preview="Hi",
            output_preview="Bye",
            user_id="u-1",
        )
    ]
    page = alice.get(PAGE).text
    for word in ("refund", "2.00 s", "10.4k", "$0.0183", "gpt-4o", "Hi", "Bye", "u-1", reads.rows[0].trace_id):
        assert word in page


def test_an_unpriced_trace_is_never_shown_as_free(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1, models=["my-model"])]
    page = alice.get(PAGE).text
    assert "Unpriced: no price is known for my-model" in page
    assert "$0" not in page


def test_hostile_names_stay_text(alice: Client, reads: Reads) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    reads.rows = [
        row(
            1,
            name=evil,
            input_preview=evil,
            output_preview=evil,
            models=[evil],
            user_id=evil,
            session_id=evil,
            service_name=evil,
            type=evil,
            tags=[evil],
        )
    ]
    page = alice.get(PAGE, {"filter": evil}).text
    assert_safe(page)
    assert "img" not in read(page).tags


def test_the_address_says_what_is_asked(alice: Client, reads: Reads) -> None:
    alice.get(
        PAGE, {"filter": " model:x ", "from": "2025-11-20T00:00:00Z", "to": "2025-11-21T00:00:00Z", "cursor": "abc"}
    )
    query = reads.asked[0][1]
    assert (query.filter, query.cursor, query.order) == ("model:x", "abc", "newest")
    assert query.end_ns - query.start_ns == 24 * 3600 * SECOND_NS


def test_pages_lead_forward_and_back_and_keep_the_filter(alice: Client, reads: Reads) -> None:
    reads.rows, reads.next_cursor = [row(1)], "c3"
    page = alice.get(PAGE, {"filter": "x", "range": "7d", "cursor": "c2", "trail": "c1"}).text
    links = {unescape(part.split('"')[0]) for part in page.split('href="')[1:]}
    follow = [parse_qs(urlsplit(link).query) for link in links if link.startswith("?")]
    assert {"filter": ["x"], "range": ["7d"], "cursor": ["c3"], "trail": ["c1~c2"]} in follow
    assert {"filter": ["x"], "range": ["7d"], "cursor": ["c1"]} in follow


def test_load_more_gets_rows_alone(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1), row(2)]
    reply = alice.get(PAGE, {"cursor": "c"}, headers={**HTMX, "HX-Target": "more"})
    assert reply.text.count("<tr data-href") == 2
    assert "<html" not in reply.text
    assert 'id="older"' in reply.text
    assert "HX-Request" in reply["Vary"]


@pytest.mark.parametrize("position", [None, 8, 9_999])
def test_a_wrong_filter_is_shown_where_it_is_wrong(alice: Client, reads: Reads, position: int | None) -> None:
    reads.error = errors.InvalidInput("A closing bracket is missing.", field="filter", position=position)
    reply = alice.get(PAGE, {"filter": "model:x (a"})
    assert reply.status_code == 400
    assert "A closing bracket is missing." in reply.text
    assert 'value="model:x (a"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    assert 'class="waiting"' not in reply.text  # nothing is on its way
    if position == 8:
        assert "\n        ^" in reply.text


def test_a_wrong_range_is_named(alice: Client, reads: Reads) -> None:
    reply = alice.get(PAGE, {"from": "yesterday"})
    assert reply.status_code == 400
    assert "Not a time" in reply.text
    assert "No list without a readable time range" in reply.text
    assert 'aria-invalid="true"' not in reply.text


def test_without_any_trace_it_shows_how_to_send_one_and_waits(alice: Client, reads: Reads) -> None:
    page = alice.get(PAGE).text
    assert "http://testserver/v1/traces" in page
    assert "OTLPSpanExporter" in page
    assert "curl -X POST" in page
    assert "Waiting for your first trace" in page
    waiting = {**HTMX, "HX-Target": "content"}
    assert alice.get(PAGE, headers=waiting).status_code == 204
    reads.rows = [row(1, name="first")]
    assert "first" in alice.get(PAGE, headers=waiting).text


def test_an_empty_range_is_not_the_same_as_nothing_yet(
    alice: Client, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.traces import services

    monkeypatch.setattr(
        services, "list_traces", lambda _, q: services.TracePage([row(7)] if q.limit == 1 else [], None)
    )
    page = alice.get(PAGE, {"filter": "nothing"}).text
    assert "No trace matches" in page
    assert row(7).trace_id in page
    assert "curl" not in page


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (errors.StoreUnavailable("127.0.0.1:8123 refused the connection."), 503, "ClickHouse does not answer"),
        (errors.QueryTimeout("Over 10 s."), 504, "This took too long"),
        (errors.QueryTooLarge("Too many rows."), 422, "This is too much at once"),
        (errors.OutOfMemory("4 GiB."), 503, "ran out of memory"),
    ],
)
def test_it_says_what_is_wrong_with_the_store(
    alice: Client, reads: Reads, error: errors.SpanhouseError, status: int, words: str
) -> None:
    reads.error = error
    reply = alice.get(PAGE)
    assert reply.status_code == status
    assert words in reply.text
    assert error.message in reply.text
    part = alice.get(PAGE, headers=HTMX)
    assert (part.status_code, part["Content-Type"]) == (status, "text/plain; charset=utf-8")


def test_it_has_no_inline_script_style_or_handler(alice: Client, reads: Reads) -> None:
    reads.rows = [row(1)]
    assert_safe(alice.get(PAGE).text)
