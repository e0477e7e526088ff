"""What comparing and the short addresses read, from the real engine."""

from __future__ import annotations

import json
import os

import pytest

from backend.core.errors import InvalidInput
from backend.store.client import Store
from backend.traces import services
from tests.support.otlp import llm_span, span
from tests.traces.test_services import OTHER, PROJECT, send

pytestmark = pytest.mark.store


def call(trace: bytes, text: str):
    said = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])
    return span("chat", trace_id=trace, attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": said})


def test_equal_text_has_equal_digests_wherever_it_differs(store: Store) -> None:
    trace, long = os.urandom(16), "the same beginning " * 500
    spans = [call(trace, long + "a"), call(trace, long + "b"), call(trace, long + "a")]
    send(store, *spans)
    digests = services.span_digests(PROJECT, trace.hex())
    one, other, again = (digests[s.span_id.hex()] for s in spans)
    assert one[0] != other[0]
    assert one == again
    assert one[1] == other[1]


def test_it_hides_other_projects(store: Store) -> None:
    trace = os.urandom(16)
    send(store, llm_span(trace), project=OTHER)
    assert services.span_digests(PROJECT, trace.hex()) == {}
    assert not services.has_trace(PROJECT, trace.hex())
    assert services.has_trace(OTHER, trace.hex().upper())
    with pytest.raises(InvalidInput):
        services.has_trace(PROJECT, "no id")
