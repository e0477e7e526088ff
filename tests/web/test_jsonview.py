"""The viewer of JSON: harmless, foldable, and bounded whatever it is given."""

from __future__ import annotations

import html
import json
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core import limits
from tests.web.markup import assert_safe, read
from web.jsonview import JsonView

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=8), inner, max_size=15),
    max_leaves=40,
)


def linked(nodes: int = limits.JSON_NODES) -> JsonView:
    return JsonView(nodes, more=lambda at, start: f"/more?at={at}&start={start}", text=lambda at, _: f"/text?at={at}")


@settings(deadline=None)
@given(JSON)
def test_its_text_is_the_json(value: object) -> None:
    shown = html.unescape(re.sub(r"<[^>]*>", "", JsonView().whole(value)))
    assert json.loads(shown) == value


@settings(deadline=None)
@given(JSON)
def test_hostile_keys_and_values_stay_text(value: object) -> None:
    evil = {"<script>alert(1)</script>": ["\"><img src=x onerror='alert(1)'>", value]}
    page = linked().whole(evil)
    assert_safe(page)
    assert {"script", "img"}.isdisjoint(read(page).tags)


def test_small_objects_are_one_line_and_large_ones_fold() -> None:
    assert "<details" not in JsonView().whole({"city": "Ulm", "n": 2})
    page = JsonView().whole({"rows": [{"id": n, "name": "x" * 80} for n in range(3)]})
    assert page.count("<details") == 5
    assert 'data-note="3 items"' in page


def test_a_huge_value_draws_its_beginning_and_says_where_the_rest_is() -> None:
    value = [{"id": n, "more": {"a": [n] * 3, "b": {"c": "x" * 90}}} for n in range(50_000)]
    page = linked().whole(value)
    assert len(page) < 200_000
    assert page.count("<div") < 2_000
    assert "/more?at=&amp;start=100" in page
    assert "49,900 more" in page
    assert "/more?at=/99&amp;start=0" in page


def test_members_go_on_where_the_last_piece_ended() -> None:
    page = linked().members(list(range(1000, 1250)), "/rows", 100)
    numbers = [int(n) for n in re.findall(r'<span class="d">(\d+)</span>', page)]
    assert numbers == list(range(1100, 1200))
    assert "/more?at=/rows&amp;start=200" in page
    assert "start=" not in linked().members([1, 2], "/rows", 0)


def test_vectors_are_told_in_a_line_and_long_strings_are_cut() -> None:
    page = linked().whole({"embedding": [n / 7 for n in range(1536)], "text": "y" * 10_000})
    assert "1,536 numbers: 0, 0.1429, 0.2857, 0.4286, …" in page
    assert "/text?at=/text" in page
    assert len(page) < 5_000


def test_pointers_are_escaped() -> None:
    assert "/a~1b~0c" in linked(nodes=2).whole({"a/b~c": [{"x": "y" * 90}]})
