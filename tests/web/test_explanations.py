"""What explains itself: why a span looks as it does, and what a total is the sum of."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.traces.view import SpanError, Status, Usage
from tests.web.conftest import Reads
from tests.web.markup import assert_safe
from tests.web.spans import TRACE_ID, span, trace

PAGE = f"/p/support-bot/traces/{TRACE_ID}/"
MAPPING = f"{PAGE}spans/{1:016x}/mapping/"
HTMX = {"HX-Request": "true"}
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def show(reads: Reads, **fields: object) -> None:
    attributes = {"gen_ai.request.model": "m1", "llm.request.model": "m2", "odd": "1", EVIL: EVIL}
    reads.show(trace([span(1, name="call", type="llm", request_model="m1", attributes=attributes, **fields)]))


def test_the_tab_is_loaded_when_it_is_opened(alice: Client, reads: Reads) -> None:
    show(reads)
    page = alice.get(PAGE).text
    assert f'hx-get="{MAPPING}"' in page
    assert f'href="{MAPPING}#sec-mapping"' in page
    part = alice.get(MAPPING, headers=HTMX).text
    assert "<html" not in part
    assert "gen_ai.request.model" in part
    assert "not used" in part
    assert "<code>odd</code>" in part


def test_without_javascript_it_is_a_page(alice: Client, reads: Reads) -> None:
    show(reads)
    page = alice.get(MAPPING).text
    assert page.count('role="treeitem"') == 1
    assert "<code>gen_ai.request.model</code>" in page
    assert 'data-tab="mapping" data-open' in page


def test_it_says_when_an_older_table_read_the_span(alice: Client, reads: Reads) -> None:
    show(reads)
    assert "renormalise" not in alice.get(MAPPING, headers=HTMX).text
    reads.mapping_version = 2
    assert "version 1 of the table of names; the present one is 2" in alice.get(MAPPING, headers=HTMX).text


def test_nothing_that_was_sent_becomes_markup(alice: Client, reads: Reads) -> None:
    show(reads)
    page = alice.get(MAPPING).text
    assert "<script>alert" not in page
    assert_safe(page)


def test_a_total_says_what_it_is_the_sum_of(alice: Client, reads: Reads) -> None:
    usage = Usage(input_tokens=10, output_tokens=5)
    spans = [span(1, name="agent", type="agent", usage=usage), span(2, 1, name="call", type="llm", usage=usage)]
    reads.show(trace(spans, counted=[f"{2:016x}"], repeated=[f"{1:016x}"], usage=usage))
    page = alice.get(PAGE).text
    assert "sum of 1 span, 1 left out" in page
    summed, left_out = page.split("Left out, because they repeat")
    assert ">call</a>" in summed.split("each call counted once")[1]
    assert ">agent</a>" in left_out.split("</details>")[0]
    reads.show(trace([span(1)]))
    assert "sum of" not in alice.get(PAGE).text


def test_a_span_that_is_not_there_is_404(alice: Client, reads: Reads) -> None:
    assert alice.get(MAPPING).status_code == 404


def test_an_error_shows_type_message_stack_and_http_status(alice: Client, reads: Reads) -> None:
    error = SpanError("RateLimitError", "slow down", "Traceback: line 1")
    attributes = {"http.response.status_code": "429"}
    reads.show(trace([span(1, type="llm", kind="client", status=Status("error"), error=error, attributes=attributes)]))
    page = alice.get(PAGE).text
    for said in ("RateLimitError", "slow down", "Traceback: line 1", "HTTP 429 Too Many Requests"):
        assert said in page.split('role="alert"')[1]


@pytest.mark.parametrize(
    ("kind", "code", "shown"),
    [("client", "503", True), ("client", "404", True), ("server", "404", False), ("server", "500", True),
     ("client", "200", False), ("client", "abc", False), ("client", "4" * 9, False)],
)  # fmt: skip
def test_a_refused_request_is_an_error_without_a_status(
    alice: Client, reads: Reads, kind: str, code: str, shown: bool
) -> None:
    reads.show(trace([span(1, kind=kind, attributes={"http.status_code": code})]))
    assert ('role="alert"' in alice.get(PAGE).text) is shown
