"""Addresses that people hand on, and what tells the tabs of a browser apart."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from backend.traces.view import Status
from tests.conftest import World
from tests.web.conftest import Reads, browser_of
from tests.web.markup import read
from tests.web.spans import TRACE_ID, row, span, trace
from web.templatetags.favicons import KINDS

LIST = "/p/support-bot/traces/"
PAGE = f"{LIST}{TRACE_ID}/"


def title(page: str) -> str:
    return re.search(r"<title>(.*?)</title>", page)[1]


def icon(page: str) -> str:
    return re.search(r'rel="icon" href="/static/img/([^"?]+)', page)[1]


def test_a_trace_id_leads_to_its_page(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1)]))
    assert alice.get(f"/t/{TRACE_ID}/")["Location"] == PAGE
    dashed = f"{TRACE_ID[:8]}-{TRACE_ID[8:]}".upper()
    assert alice.get(f"/t/{dashed}/{1:016X}/")["Location"] == f"{PAGE}?span={1:016x}"
    assert alice.get(f"/t/{TRACE_ID}")["Location"] == f"/t/{TRACE_ID}/"
    assert alice.get(f"/t/{'f' * 32}/").status_code == 404
    assert alice.get("/t/no-id/").status_code in (400, 404)


def test_it_looks_only_where_one_may_look(world: World, reads: Reads) -> None:
    reads.show(trace([span(1)]))
    browser_of(world.charlie).get(f"/t/{TRACE_ID}/")
    assert {project_id for project_id, _ in reads.asked} == {world.other.id}


def test_a_permanent_link_fixes_the_time_and_keeps_the_filter(alice: Client, reads: Reads) -> None:
    reads.rows = [row()]
    page = alice.get(LIST, {"range": "1h", "filter": "status:error", "cursor": "", "trail": "x"}).text
    link = re.search(r'data-copy-text="(http://testserver/[^"]+)"', page)[1].replace("&amp;", "&")
    assert re.search(r"from=\d{4}-\d\d-\d\dT[^&]+&to=\d{4}-", link)
    assert "filter=status%3Aerror" in link
    assert "range=" not in link
    assert "trail=" not in link
    again = alice.get(link.removeprefix("http://testserver"))
    assert again.status_code == 200
    (_, first), (_, second) = reads.asked[0], reads.asked[-1]
    assert (first.start_ns, first.end_ns, first.filter) == (second.start_ns, second.end_ns, second.filter)


def test_titles_begin_with_what_is_special(alice: Client, reads: Reads) -> None:
    reads.rows = [row()]
    assert title(alice.get(LIST, {"filter": "status:error"}).text).startswith("status:error · Traces")
    failed = span(2, 1, name="issue_refund", status=Status("error"))
    for only, expected, sign in (
        (span(1, name="agent"), "agent · ok", "ok"),
        (span(1, name="agent", status=Status("error")), "Error: agent", "failed"),
        (span(1, 77, name="agent"), "agent · running", "running"),
    ):
        reads.show(trace([only]))
        page = alice.get(PAGE).text
        assert title(page).startswith(expected)
        assert icon(page) == f"tabs/{sign}.svg"
    reads.show(trace([span(1, name="agent"), failed]))
    assert title(alice.get(PAGE, {"span": failed.span_id}).text).startswith("Error: issue_refund · agent")


@pytest.mark.parametrize(
    ("path", "sign"),
    [(LIST, "traces"), ("ingest", "ingest"), ("settings/keys", "settings"), ("settings/sharing", "settings"),
     ("compare", "compare")],
)  # fmt: skip
def test_each_kind_of_page_has_its_icon(alice: Client, reads: Reads, path: str, sign: str) -> None:
    page = alice.get(path if path.startswith("/") else f"/p/support-bot/{path}/").text
    assert icon(page) == f"tabs/{sign}.svg"
    assert [a for a in read(page).addresses if f"tabs/{sign}.svg" in a]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_icon_is_there_and_stands_on_its_own_ground(kind: str) -> None:
    found = finders.find(f"img/tabs/{kind}.svg")
    assert isinstance(found, str)
    ground = ElementTree.parse(found).getroot()[0]
    assert ground.attrib["fill"].startswith("#")
