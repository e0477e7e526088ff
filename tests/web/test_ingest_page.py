"""The Ingest page."""

from __future__ import annotations

from django.test import Client

from backend.intake.view import IntakePoint, IntakeView, QuarantinedBody, SpoolState
from tests.web.conftest import Reads
from tests.web.spans import START_NS

PAGE = "/p/support-bot/ingest/"


def test_it_shows_what_came_in_and_what_did_not(alice: Client, reads: Reads) -> None:
    reads.intake = IntakeView(
        0, 1, requests=7, received=12_345, stored=12_300, bytes=2048, rejected={"bad_trace_id": 30, "time_too_old": 15},
        series=[IntakePoint(START_NS, 10, 9, 1)], spools=[SpoolState("host:0", 4096, 2, 3.0, "Code: 210", START_NS)],
        quarantine=[QuarantinedBody("q", START_NS, "Code 33 <b>", 5, 999, "quarantine/1.bin")],
    )  # fmt: skip
    page = alice.get(PAGE).text
    for word in (
        "12,345",
        "12,300",
        "bad_trace_id",
        "time_too_old",
        "4.0 KiB",
        "host:0",
        "Code: 210",
        "Code 33 &lt;b&gt;",
        "quarantine/1.bin",
        "<rect",
    ):
        assert word in page
    assert page.index("bad_trace_id") < page.index("time_too_old")


def test_it_is_calm_when_nothing_is_wrong(alice: Client, reads: Reads) -> None:
    page = alice.get(PAGE).text
    for words in ("Nothing came in", "No span was rejected", "Everything that was acknowledged could be stored"):
        assert words in page


def test_it_refreshes_its_content_alone(alice: Client, reads: Reads) -> None:
    assert f'hx-get="{PAGE}?range=7d"' in alice.get(PAGE, {"range": "7d"}).text
    part = alice.get(PAGE, headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "Quarantine" in part


def test_a_wrong_range_is_named_and_the_last_hour_shown(alice: Client, reads: Reads) -> None:
    reply = alice.get(PAGE, {"range": "ages"})
    assert reply.status_code == 400
    assert "Not a length of time" in reply.text
