"""Nothing leaves unmasked: not in attributes, events, links or statuses, on the wire or on disk, of any span."""

from __future__ import annotations

import re

import pytest

import spanhouse

SECRET = "4111-1111"


def hide(text):
    return re.sub(r"\d{4}-\d{4}", "****", text)


@spanhouse.attributes(session_id=f"s {SECRET}", tags=[SECRET])
def fail():
    with spanhouse.span("call", type="llm", input=f"card {SECRET}") as s:
        s.set_usage(input_tokens=7).set_metadata({"card": SECRET})
        raise ValueError(SECRET)


def make(client):
    with pytest.raises(ValueError, match=SECRET):
        fail()
    with client.tracer.start_as_current_span("by an instrumentation") as span:
        span.add_event("prompt", {"content": SECRET})
        span.set_attribute("input.value", SECRET)


def test_every_text_goes_through_it(start, collector):
    make(start(mask=hide))
    assert spanhouse.flush().sent == 2
    (body,) = collector.bodies("/v1/traces")
    assert SECRET.encode() not in body
    call = collector.span("call")
    assert (call.attributes["session.id"], call.attributes["card"]) == ("s ****", "****")
    assert (call.attributes["gen_ai.usage.input_tokens"], call.message) == (7, "ValueError: ****")


@pytest.mark.parametrize("mask", [lambda text: text[10**9], lambda text: None, lambda text: object()])
def test_a_mask_that_fails_sends_nothing_raw(start, collector, mask):
    make(start(mask=mask))
    assert spanhouse.flush().sent == 2
    assert SECRET.encode() not in collector.bodies("/v1/traces")[0]
    assert collector.span("call").attributes["card"] == "[masked: mask failed]"


def test_the_disk_sees_no_secret_either(start, collector, tmp_path):
    make(start(mask=hide, endpoint="http://127.0.0.1:1"))
    assert spanhouse.flush().spooled == 2
    files = [path for path in (tmp_path / "spool").rglob("*") if path.is_file()]
    assert any(path.suffix == ".spans" for path in files)
    assert all(SECRET.encode() not in path.read_bytes() for path in files)


def test_comments_of_scores(start, collector):
    start(mask=hide)
    spanhouse.score("good", 1, trace_id="a" * 32, comment=SECRET)
    spanhouse.flush()
    assert collector.scores()[0]["comment"] == "****"


def test_a_mask_that_makes_spans_comes_to_an_end(start, collector):
    @spanhouse.observe
    def traced(text):
        return "x"

    start(mask=traced)
    with spanhouse.span("one", input="a"):
        pass
    report = spanhouse.flush()
    assert (report.made, report.sent, report.pending) == (1, 1, 0)
