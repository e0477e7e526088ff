"""What the panel left out can be asked for, and is sent as harmless as the panel itself."""

from __future__ import annotations

import base64
import json
import re

import pytest
from django.test import Client

from backend.core import limits
from backend.pricing.formula import Formula, Term
from backend.traces.calls import CallLink, Neighbours
from backend.traces.conversation import Difference
from backend.traces.view import Cost, Usage
from tests.web.conftest import Reads
from tests.web.markup import assert_safe, read
from tests.web.spans import TRACE_ID, span, trace

PANEL = f"/p/support-bot/traces/{TRACE_ID}/spans/{1:016x}/"
HTMX = {"HX-Request": "true"}
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
PNG = base64.b64encode(b"\x89PNG not really").decode()


def blob(mime: str, content: str = PNG) -> dict:
    return {"role": "user", "parts": [{"type": "blob", "mime_type": mime, "content": content}]}


def test_a_long_text_comes_in_pieces_that_join(alice: Client, reads: Reads) -> None:
    long = "".join(f"{n:07d}\n" for n in range(30_000)) + "END"
    reads.show(trace([span(1, input=long)]))
    page = alice.get(PANEL, headers=HTMX).text
    assert "END" not in page
    assert len(page) < 60_000
    got = long[: limits.SHOWN_CHARS]
    more = re.search(r'hx-get="([^"]+more/[^"]+)"', page)
    while more:
        piece = alice.get(more[1].replace("&amp;", "&"), headers=HTMX).text
        got += piece.partition("<span")[0]
        more = re.search(r'hx-get="([^"]+)"', piece)
    assert got == long


def test_a_value_is_whole_as_plain_text_that_cannot_act(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, input=EVIL, attributes={"a b&c": "v"})]))
    reply = alice.get(PANEL + "text/", {"of": "input"})
    assert (reply.text, reply["Content-Type"]) == (EVIL, "text/plain; charset=utf-8")
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "Content-Disposition" not in reply
    assert alice.get(PANEL + "text/", {"of": "attr:a b&c", "download": 1})["Content-Disposition"].startswith(
        "attachment"
    )


@pytest.mark.parametrize("page", ["text/", "more/", "json/", "file/"])
@pytest.mark.parametrize("of", ["", "in.7.7", "attr:none", "x" * 5000])
def test_what_is_not_there_is_404(alice: Client, reads: Reads, page: str, of: str) -> None:
    reads.show(trace([span(1)]))
    assert alice.get(PANEL + page, {"of": of}).status_code == 404


def test_json_is_unfolded_piece_by_piece(alice: Client, reads: Reads) -> None:
    rows = [{"id": n, EVIL: {"deep": [n] * 3, "pad": "x" * 80}} for n in range(5000)]
    reads.show(trace([span(1, output=json.dumps(rows))]))
    page = alice.get(PANEL, headers=HTMX).text
    assert len(page) < 600_000
    assert_safe(page)
    more = [m.replace("&amp;", "&") for m in re.findall(r'hx-get="([^"]+json/[^"]+)"', page)]
    piece = alice.get(next(m for m in more if "start=100" in m), headers=HTMX).text
    assert '<span class="d">100</span>' in piece
    assert_safe(piece)
    assert {"script", "img"}.isdisjoint(read(piece).tags)
    tree = alice.get(PANEL + "json/", {"of": "output", "tree": 1}, headers=HTMX).text
    assert "data-json" in tree


def test_folded_messages_are_loaded(alice: Client, reads: Reads) -> None:
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"message {n} {EVIL}"}]} for n in range(100)]
    reads.show(trace([span(1, input_messages=messages)]))
    page = alice.get(PANEL, headers=HTMX).text
    url = re.search(r'hx-get="([^"]+messages/[^"]+)"', page)
    assert url is not None
    assert "message 20 " not in page
    piece = alice.get(url[1].replace("&amp;", "&"), headers=HTMX).text
    assert piece.count("<details") == 60
    assert "message 20 " in piece
    assert_safe(piece)


def test_media_are_files_and_only_pictures_are_shown(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, input_messages=[blob("image/png"), blob("text/html"), blob("image/svg+xml")])]))
    shown = alice.get(PANEL + "file/", {"of": "in.0.0", "show": 1})
    assert (shown["Content-Type"], shown.content) == ("image/png", b"\x89PNG not really")
    for of in ("in.0.0", "in.1.0", "in.2.0"):
        kept = alice.get(PANEL + "file/", {"of": of, **({"show": 1} if of != "in.0.0" else {})})
        assert kept["Content-Type"] == "application/octet-stream"
        assert kept["Content-Disposition"].startswith("attachment; filename=")
        assert kept["Content-Security-Policy"].startswith("sandbox")


def test_a_large_picture_is_loaded_beside_the_page(alice: Client, reads: Reads) -> None:
    large = base64.b64encode(b"x" * 300_000).decode()
    reads.show(trace([span(1, input_messages=[blob("image/png", large)])]))
    page = alice.get(PANEL, headers=HTMX).text
    assert len(page) < 60_000
    assert f'src="{PANEL}file/?of=in.0.0&amp;show=1"' in page


def test_the_raw_span_is_a_tab_and_a_file(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, name=EVIL, attributes={EVIL: EVIL})]))
    assert_safe(alice.get(PANEL + "raw/", headers=HTMX).text)
    reply = alice.get(PANEL + "raw/")
    assert reply["Content-Disposition"] == f'attachment; filename="{1:016x}.otlp.json"'
    assert json.loads(reply.content)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] == EVIL


def test_the_formula_is_told_and_what_has_no_price_says_so(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, type="llm", cost=Cost(0.002395, 0.001835, 0.00056, source="computed"))]))
    terms = [Term("input", 234, 2.5e-6), Term("read from cache", 1000, 1.25e-6), Term("output", 56, 1e-5)]
    reads.formula = Formula(
        "computed", total=0.002395, model="gpt-4o", all_input=1234, apart=[("read from cache", 1000)], terms=terms,
        price_list="list 1.0",
    )  # fmt: skip
    page = " ".join(re.sub(r"<[^>]*>", " ", alice.get(PANEL, headers=HTMX).text).split())
    assert "1,234 − 1,000 read from cache 234 × $2.50/M = $0.000585" in page
    assert "1,000 × $1.25/M = $0.00125" in page
    assert "56 × $10.00/M = $0.00056" in page
    assert "Cost $0.002395 Prices of gpt-4o: list 1.0." in page
    reads.formula = Formula("unpriced", model="own", missing="price")
    assert "No price is known for own" in alice.get(PANEL, headers=HTMX).text


def test_the_rate_starts_with_the_first_token(alice: Client, reads: Reads) -> None:
    usage = Usage(10, 50)
    reads.show(trace([span(1, type="llm", ms=3000, time_to_first_token_ns=500_000_000, usage=usage)]))
    assert "<b>20</b> tok/s" in alice.get(PANEL, headers=HTMX).text
    reads.show(trace([span(1, type="llm", ms=0, usage=usage)]))
    assert "tok/s" not in alice.get(PANEL, headers=HTMX).text


def test_the_calls_beside_it_are_a_click_away(alice: Client, reads: Reads) -> None:
    said = [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in ("old", "more")]
    reads.near = Neighbours(
        CallLink(TRACE_ID, "b" * 16, "before"), CallLink("c" * 32, "d" * 16, "after"), Difference(["same", "new"])
    )
    reads.show(trace([span(1, type="llm", input_messages=said)]))
    page = alice.get(PANEL, headers=HTMX).text
    assert f'href="/p/support-bot/traces/{TRACE_ID}/?span={"b" * 16}"' in page
    assert f'href="/p/support-bot/traces/{"c" * 32}/?span={"d" * 16}"' in page
    assert "1 earlier message, same as in the previous call" in page


def test_the_address_says_how_values_are_shown(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1, input_messages=[{"role": "user", "parts": [{"type": "text", "content": "**b**"}]}])]))
    assert "<strong>b</strong>" in alice.get(PANEL, headers=HTMX).text
    for mode, wanted in (("text", "**b**"), ("json", "input_messages"), ("nonsense", "<strong>b</strong>")):
        assert wanted in alice.get(PANEL, {"as": mode}, headers=HTMX).text
