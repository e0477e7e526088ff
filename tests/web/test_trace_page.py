"""The page of one trace and the panel of one span."""

from __future__ import annotations

import gzip
import re
import struct

from django.test import Client

from backend.core import limits
from backend.traces.view import SpanError, SpanEvent, SpanLink, Status, Usage
from tests.web.conftest import Reads
from tests.web.markup import assert_safe, read
from tests.web.spans import START_NS, TRACE_ID, span, trace

PAGE = f"/p/support-bot/traces/{TRACE_ID}/"
HTMX = {"HX-Request": "true"}
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def panel(number: int) -> str:
    return f"{PAGE}spans/{number:016x}/"


def test_it_shows_the_tree_and_the_root_span(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, name="agent run", ms=1000), span(2, 1, name="call", at_ms=100, ms=500)]))
    page = alice.get(PAGE).text
    assert page.count('role="treeitem"') == 2
    assert re.search(r'data-id="0{15}1" aria-level="1"[^>]*aria-expanded="true" aria-selected="true"', page)
    assert 'x="10.0%"' in page
    assert 'width="50.0%"' in page
    assert '<h2 dir="auto">agent run</h2>' in page


def test_the_address_selects_a_span(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1), span(2, 1, name="call")]))
    page = alice.get(PAGE, {"span": f"{2:016x}"}).text
    assert re.search(r'data-id="0{15}2"[^>]*aria-selected="true"', page)
    assert '<h2 dir="auto">call</h2>' in page


def test_an_unknown_span_still_shows_the_trace(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1)]))
    reply = alice.get(PAGE, {"span": "f" * 16})
    assert reply.status_code == 200
    assert "This span is not here" in reply.text


def test_a_trace_that_is_not_there_is_404(alice: Client, reads: Reads) -> None:
    reply = alice.get(PAGE)
    assert reply.status_code == 404
    assert "Not found" in reply.text


def test_htmx_gets_the_panel_alone_and_others_the_page(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1), span(2, 1, name="call")]))
    part = alice.get(panel(2), headers=HTMX).text
    assert "<html" not in part
    assert "treeitem" not in part
    assert "call" in part
    assert alice.get(panel(2)).text.count('role="treeitem"') == 2


def test_nothing_a_model_wrote_becomes_markup(alice: Client, reads: Reads) -> None:
    part = {"type": "text", "content": EVIL + "[x](javascript:alert(1)) ![p](https://evil.example/p.png)"}
    call = {"type": "tool_call", "id": EVIL, "name": EVIL, "arguments": {EVIL: EVIL}}
    reads.show(trace([span(
        1, name=EVIL, type=EVIL, provider=EVIL, status=Status("error", EVIL), error=SpanError(EVIL, EVIL, EVIL),
        input_messages=[{"role": EVIL, "parts": [part, call, {"type": EVIL}], "name": EVIL}],
        output_messages=[{"role": "assistant", "parts": [part], "finish_reason": EVIL}], output=EVIL, input=EVIL,
        attributes={EVIL: EVIL}, resource_attributes={EVIL: EVIL}, events=[SpanEvent(EVIL, START_NS, {EVIL: EVIL})],
        finish_reasons=[EVIL], tags=[EVIL], session_id=EVIL, user_id=EVIL, tool_name=EVIL, agent_name=EVIL,
        tool={"name": EVIL, "arguments": EVIL, "result": EVIL},
        documents=[{"id": EVIL, "content": EVIL, "score": EVIL}], tool_definitions=[{"name": EVIL}],
        request_model=EVIL, response_model=EVIL, response_id=EVIL,
    )], name=EVIL, session_id=EVIL, user_id=EVIL, tags=[EVIL],
        scores=[{"name": EVIL, "value": EVIL, "source": EVIL}],
    ))  # fmt: skip
    page = alice.get(PAGE).text
    assert "<script>alert" not in page
    assert "img" not in read(page).tags
    assert_safe(page)


def test_an_error_comes_first_with_its_stack_trace(alice: Client, reads: Reads) -> None:
    reads.show(
        trace(
            [
                span(
                    1,
                    status=Status("error", "busy"),
                    error=SpanError("RateLimitError", "busy, retry", "Traceback: line 3"),
                )
            ]
        )
    )
    page = alice.get(PAGE).text
    assert 0 < page.index('role="alert"') < page.index('data-sec="attributes"')
    for word in ("RateLimitError", "busy, retry", "Traceback: line 3"):
        assert word in page


def test_it_shows_attributes_events_links_usage_and_scores(alice: Client, reads: Reads) -> None:
    shown = span(
        1, attributes={"gen_ai.system": "openai"}, resource_attributes={"host.name": "h1"},
        usage=Usage(9214, 1182, 4096), events=[SpanEvent("gen_ai.choice", START_NS, {"index": "0"})],
        links=[SpanLink("b" * 32, "c" * 16, {}), SpanLink("", "", {})],
    )  # fmt: skip
    reads.show(trace([shown]))
    reads.scores = [
        {"name": "helpful", "value": 1, "source": "user", "span_id": shown.span_id, "comment": "good"},
        {"name": "trace-wide", "value": 0, "source": "api", "span_id": ""},
    ]
    page = alice.get(panel(1), headers=HTMX).text
    page = page.replace("<wbr>", "")
    for word in ("gen_ai.system", "host.name", "9,214", "4,096 cached", "gen_ai.choice", "b" * 32, "helpful", "good"):
        assert word in page
    assert "trace-wide" not in page


def test_orphans_stand_under_a_note(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1), span(2, 77, name="lost")]))
    page = alice.get(PAGE).text
    assert page.index("Parent not received") < page.index("lost")


def test_without_javascript_a_large_tree_comes_page_by_page(alice: Client, reads: Reads) -> None:
    count = limits.TREE_ROWS_FIRST + limits.TREE_ROWS_PAGE + 5
    reads.show(trace([span(1), *(span(i, 1) for i in range(2, count + 1))]))
    seen: list[str] = []
    page = alice.get(PAGE).text
    while True:
        seen += re.findall(r'data-id="(\w+)"', page)
        more = re.search(r'href="([^"]+from=\d+)">Next rows', page)
        if not more:
            break
        page = alice.get(PAGE + more[1].replace("&amp;", "&")).text
    assert len(seen) == len(set(seen)) == count


def test_a_span_far_down_is_shown_with_what_is_around_it(alice: Client, reads: Reads) -> None:
    count = limits.TREE_ROWS_WHOLE * 2
    reads.show(trace([span(1), *(span(i, 1) for i in range(2, count + 1))]))
    page = alice.get(PAGE, {"span": f"{count - 3:016x}"}).text
    assert "earlier rows" in page
    assert f'data-chosen="{count - 4}"' in page
    assert page.count('role="treeitem"') <= limits.TREE_ROWS_FIRST


def test_the_rows_asked_for_come_in_their_order(alice: Client, reads: Reads) -> None:
    searches = [span(i, 1, name="search", at_ms=i) for i in range(2, 9)]
    reads.show(trace([span(1), *searches, span(9, 77, name="lost")]))
    reply = alice.get(f"{PAGE}tree/", {"rows": "3-4,g0,0,8"})
    assert re.findall(r'data-row="(\w+)"', reply.text) == ["3", "4", "g0", "0", "note", "8"]
    assert "×7" in reply.text
    assert "<html" not in reply.text
    assert reply["X-Tree-Version"] == "9-1"


def test_the_skeleton_and_the_hits_are_packed_numbers(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, name="agent"), *(span(i, 1, name=f"call {i}") for i in range(2, 900))]))
    reply = alice.get(f"{PAGE}tree/skeleton/", headers={"Accept-Encoding": "gzip"})
    assert (reply["Content-Encoding"], reply["Content-Type"]) == ("gzip", "application/octet-stream")
    assert struct.unpack_from("<II", gzip.decompress(reply.content)) == (899, 0)
    found = alice.get(f"{PAGE}tree/found/", {"text": "agent"})
    assert struct.unpack("<I", found.content) == (0,)


def test_a_run_of_siblings_is_one_row_that_opens(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1), *(span(i, 1, name="search", at_ms=i) for i in range(2, 482))]))
    page = alice.get(PAGE).text
    assert page.count('role="treeitem"') == 2
    assert "×480" in page
    assert alice.get(PAGE, {"runs": "open"}).text.count('role="treeitem"') == 481
    assert alice.get(PAGE, {"span": f"{99:016x}"}).text.count('role="treeitem"') == 482


def test_the_head_links_to_the_traces_beside_it(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, environment="prod", release="1.2")], user_id='u "1"', session_id="s1", tags=["vip"]))
    page = alice.get(PAGE).text
    for condition in (
        "user:%22u+%5C%221%5C%22%22",
        "session:%22s1%22",
        "tag:%22vip%22",
        "environment:%22prod%22",
        "release:%221.2%22",
    ):
        assert f"?filter={condition.replace(':', '%3A')}" in page, condition
    assert alice.get(re.search(r'href="([^"]+user%3A[^"]+)"', page)[1].replace("&amp;", "&")).status_code == 200
