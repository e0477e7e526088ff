"""What a filter searches for, and the text around a hit."""

from __future__ import annotations

import json
import os
import time

import pytest

from backend.core.errors import InvalidInput
from backend.traces import found
from tests.support.otlp import span
from tests.traces.test_services import HOUR, PROJECT, send

pytestmark = pytest.mark.store


def said(text: str, trace: bytes, **more: str):
    content = json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]}])
    return span(trace_id=trace, attributes={"gen_ai.operation.name": "chat", "gen_ai.input.messages": content, **more})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('refund "two words" -not type:llm', ["refund", "two words"]),
        ("input:a,b (c OR child(d)) output!=e", ["a", "b", "c", "d"]),
        ('error root "error"', ["error"]),
        ("x:", []),
        ("", []),
    ],
)
def test_what_is_searched_for(text: str, words: list[str]) -> None:
    assert found.words(text) == words


def test_a_hit_is_shown_with_what_stands_around_it(store) -> None:
    trace, other, now = os.urandom(16), os.urandom(16), time.time_ns()
    send(store, said("a" * 500 + " 東京 <Ulm> " + "b" * 500, trace), said("nothing", other))
    ids = [trace.hex(), other.hex()]
    around = found.snippets(PROJECT, ids, "ulm -nothing", now - HOUR, now + HOUR)
    assert list(around) == [trace.hex()]
    assert "東京 <Ulm> bbb" in around[trace.hex()]
    assert len(around[trace.hex()]) < 130
    assert found.snippets(PROJECT, ids, "東京", now - HOUR, now + HOUR).keys() == {trace.hex()}
    assert found.snippets(PROJECT, [other.hex()], "ulm", now - HOUR, now + HOUR) == {}
    with pytest.raises(InvalidInput):
        found.snippets(PROJECT, ids * 26, "ulm", now - HOUR, now + HOUR)
