"""Comparing: sequences, texts, trees and numbers (pure), and the page."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.traces.view import SpanView, TraceView
from tests.web.conftest import Reads
from tests.web.markup import assert_safe, read
from tests.web.spans import TRACE_ID, row, span, trace
from web import formats
from web.compare.address import Address, Side, parse_address, parse_side
from web.compare.alignment import blocks, matches
from web.compare.measures import measure
from web.compare.pair import compare_spans
from web.compare.steps import MISSING, StepRow, align, fold, only_differences
from web.compare.words import diff_text, with_context
from web.steps import Step, in_order

LETTERS = st.lists(st.sampled_from("abcd"), max_size=14)
TEXTS = st.text(alphabet=st.sampled_from("ab 1.\n\r\u2028é🙂"), max_size=60)


def longest(a: list[str], b: list[str]) -> int:
    """The length of the longest common subsequence, by the book."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, j in itertools.product(range(len(a)), range(len(b))):
        table[i + 1][j + 1] = table[i][j] + 1 if a[i] == b[j] else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_matches_are_equal_and_in_order(a: list[str], b: list[str], max_edits: int) -> None:
    pairs = matches(a, b, max_edits)
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(x < y and u < v for (x, u), (y, v) in itertools.pairwise(pairs))


@given(LETTERS, LETTERS)
def test_it_finds_the_longest_common_sequence(a: list[str], b: list[str]) -> None:
    assert len(matches(a, b, 100)) == longest(a, b)


@given(LETTERS, LETTERS)
def test_blocks_cover_both_sequences_once(a: list[str], b: list[str]) -> None:
    parts = blocks(matches(a, b, 100), len(a), len(b))
    assert [x for p in parts for x in a[p.a_from : p.a_to]] == a
    assert [x for p in parts for x in b[p.b_from : p.b_to]] == b
    assert all(a[p.a_from : p.a_to] == b[p.b_from : p.b_to] for p in parts if p.same)


@given(TEXTS, TEXTS)
def test_a_difference_makes_both_texts_again(a: str, b: str) -> None:
    for rows in (diff_text(a, b), with_context(diff_text(a, b))):
        assert "".join(piece.text for row in rows for piece in row.before) == a
        assert "".join(piece.text for row in rows for piece in row.after) == b


def test_words_are_marked_not_lines() -> None:
    (row,) = diff_text("It takes three working days.", "It takes five working days.")
    assert [(p.kind, p.text) for p in row.pieces] == [
        ("same", "It takes "), ("del", "three"), ("ins", "five"), ("same", " working days."),
    ]  # fmt: skip


def test_texts_that_share_nothing_are_replaced_whole() -> None:
    (row,) = diff_text("Paid in full on the third.", "We regret a delay of your parcel")
    assert [p.kind for p in row.pieces] == ["del", "ins"]


def test_five_megabytes_are_compared_in_part_and_it_says_so() -> None:
    one = span(1, input="alpha beta gamma delta\n" * 220_000)
    other = span(1, input="alpha beta gamma epsilon\n" * 220_000)
    (passage,) = compare_spans(one, other).prompt
    assert passage.cut > 9_000_000
    assert sum(len(p.text) for row in passage.rows for p in row.before) == limits.COMPARED_CHARS


def test_equal_lines_far_from_a_change_are_folded() -> None:
    lines = [f"line {i}\n" for i in range(50)]
    rows = with_context(diff_text("".join(lines), "".join([*lines[:25], "new\n", *lines[25:]])))
    assert [row.folded for row in rows] == [True, False, False, False, True]
    assert rows[0].lines == 22


# --- steps ------------------------------------------------------------------------------------------------------------
def steps_of(*spans: SpanView) -> list[Step]:
    return in_order(spans)


@st.composite
def some_steps(draw: st.DrawFn) -> list[Step]:
    count = draw(st.integers(1, 12))
    spans = [span(1, name="root")]
    for number in range(2, count + 1):
        kind, name = draw(st.sampled_from([("llm", "x"), ("tool", "y"), ("span", "z"), ("llm", "w")]))
        spans.append(span(number, draw(st.integers(0, number - 1)), name=name, type=kind))
    return steps_of(*spans)


@given(some_steps(), some_steps())
def test_every_step_is_in_one_row_and_in_order(a: list[Step], b: list[Step]) -> None:
    rows = align(a, b)
    assert [row.a.span_id for row in rows if row.a] == [step.span.span_id for step in a]
    assert [row.b.span_id for row in rows if row.b] == [step.span.span_id for step in b]
    shown = [row for run in fold(rows, "") for row in run.rows]
    assert shown == rows


@given(some_steps())
def test_a_trace_is_the_same_as_itself(a: list[Step]) -> None:
    rows = align(a, a)
    assert {row.state for row in rows} == {"same"}
    assert only_differences(rows) == []


def test_orphans_and_loops_of_parents_are_steps_too() -> None:
    found = in_order([span(1), span(2, 77), span(3, 4), span(4, 3), span(5, 1)])
    assert [(step.span.span_id[-1], step.level) for step in found] == [
        ("1", 1), ("5", 2), ("2", 1), ("3", 1), ("4", 2),
    ]  # fmt: skip


def states(rows: list[StepRow]) -> list[tuple[str, str]]:
    return [(row.span.name, row.state) for row in rows]


def test_added_removed_and_renamed_steps() -> None:
    a = steps_of(span(1, name="run"), span(2, 1, name="chat gpt-4o", type="llm", request_model="gpt-4o", at_ms=1),
                 span(3, 1, name="send_mail", type="tool", at_ms=2))  # fmt: skip
    b = steps_of(span(1, name="run"), span(2, 1, name="chat mini", type="llm", request_model="mini", at_ms=1),
                 span(3, 1, name="refund", type="tool", at_ms=2))  # fmt: skip
    rows = align(a, b)
    assert states(rows) == [
        ("run", "same"), ("chat mini", "changed"), ("send_mail", "only_a"), ("refund", "only_b"),
    ]  # fmt: skip
    assert rows[1].changes == ("model",)
    assert rows[2].key == f"{3:016x}:{MISSING}"
    assert [row.span.name for row in only_differences(rows)] == ["run", "chat mini", "send_mail", "refund"]


def test_digests_tell_what_previews_cannot() -> None:
    one, other = span(1, input_preview="the same start"), span(1, input_preview="the same start")
    assert align([Step(one, 1, (1, 2))], [Step(other, 1, (9, 2))])[0].changes == ("input",)
    assert align([Step(one, 1, (1, 2))], [Step(other, 1)])[0].changes == ()


def test_repeated_steps_are_one_row() -> None:
    def wide(count: int) -> list[Step]:
        return steps_of(span(1), *(span(i, 1, name="embed", type="embedding", at_ms=i) for i in range(2, count + 2)))

    runs = fold(align(wide(480), wide(500)), "")
    assert [(len(r.rows), r.a_count, r.b_count, r.different) for r in runs] == [(1, 1, 1, 0), (500, 480, 500, 20)]
    assert len(fold(align(wide(480), wide(500)), runs[1].head.key)) == 501


def test_more_repetitions_go_on_with_their_run() -> None:
    def steps(embeds: int, tool: str) -> list[Step]:
        spans = [span(i, 1, name="embed", type="embedding", at_ms=i) for i in range(2, embeds + 2)]
        return steps_of(span(1), *spans, span(90, 1, name=tool, type="tool", at_ms=90))

    runs = fold(align(steps(6, "send"), steps(8, "refund")), "")
    assert [(run.head.span.name, run.a_count, run.b_count) for run in runs[1:]] == [
        ("embed", 6, 8), ("send", 1, 0), ("refund", 0, 1),
    ]  # fmt: skip


def test_deep_and_wide_trees_are_aligned_without_recursion() -> None:
    deep = steps_of(*(span(i, i - 1) for i in range(1, 1500)))
    assert len(align(deep, deep[:700])) == 1499


# --- numbers and addresses --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("a", "b", "wanted", "expected"),
    [
        (100, 150, "less", ("+50", "+50 %", "worse")),
        (100, 95, "less", ("−5", "−5.0 %", "better")),
        (100, 120, "more", ("+20", "+20 %", "better")),
        (100, 120, "neither", ("+20", "+20 %", "neutral")),
        (0, 3, "less", ("+3", "", "worse")),
        (3, 3, "less", ("±0", "", "same")),
        (None, 3, "less", ("", "", "same")),
    ],
)
def test_a_difference_says_how_much_and_whether_it_is_good(a: Any, b: Any, wanted: Any, expected: Any) -> None:
    found = measure("x", a, b, wanted=wanted)
    assert (found.difference, found.percent, found.verdict) == expected


def test_noise_in_time_is_neither_better_nor_worse() -> None:
    assert measure("t", 1_000_000, 1_020_000, write=formats.duration, noise=0.05).verdict == "neutral"


def test_a_side_is_an_id_or_a_pasted_address() -> None:
    trace, one = "0AF7651916cd43dd8448eb211c80319c", "00f067aa0ba902b7"
    assert parse_side(trace, "a") == Side(trace.lower())
    assert parse_side(f"{trace}:{one}", "a") == Side(trace.lower(), one)
    assert parse_side(f"https://spans.example/p/x/traces/{trace}/?span={one}", "a") == Side(trace.lower(), one)
    with pytest.raises(InvalidInput):
        parse_side("refund", "a")


def test_the_address_is_read_as_it_was_written() -> None:
    given_address = Address(Side("a" * 32, "b" * 16), Side("c" * 32), f"{'1' * 16}:-", "unified", True, "all")
    params = dict(re.findall(r"[?&](\w+)=([^&]*)", given_address.query))
    assert parse_address(params) == given_address
    turned = parse_address(dict(re.findall(r"[?&](\w+)=([^&]*)", given_address.swapped)))
    assert (turned.a, turned.b, turned.row) == (given_address.b, given_address.a, f"-:{'1' * 16}")


def test_the_page_needs_somebody_who_may_read(client: Client, db: None) -> None:
    assert client.get("/p/support-bot/compare/")["Location"].startswith("/login/")


# --- the page ---------------------------------------------------------------------------------------------------------
PAGE = "/p/support-bot/compare/"
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def two_calls(**fields: Any) -> TraceView:
    plain: dict[str, Any] = {"type": "llm", "request_model": "gpt"}
    return trace([
        span(1, name="run"),
        span(2, 1, name="chat", output="It takes three days.", at_ms=1, **plain, **fields),
        span(3, 1, name="chat", output="It takes five days.", at_ms=2, ms=300, **plain, attributes={"x": "1"}),
    ])  # fmt: skip


def test_two_spans_are_compared_word_by_word(alice: Client, reads: Reads) -> None:
    reads.show(two_calls())
    query = {"a": f"{TRACE_ID}:{2:016x}", "b": f"{TRACE_ID}:{3:016x}"}
    page = alice.get(PAGE, query).text
    assert re.search(r"<del>.*three.*</del>", page)
    assert re.search(r"<ins>.*five.*</ins>", page)
    assert "100 ms" in page
    assert "+200 %" in page
    assert_safe(page)
    unified = alice.get(PAGE, {**query, "view": "unified"}).text
    assert "pair-row" in page
    assert "pair-row" not in unified


def test_htmx_gets_the_open_row_alone(alice: Client, reads: Reads) -> None:
    reads.show(two_calls())
    query = {"a": TRACE_ID, "b": TRACE_ID, "row": f"{2:016x}:{MISSING}"}
    part = alice.get(PAGE, query, headers={"HX-Request": "true", "HX-Target": "pair"}).text
    assert "<html" not in part
    assert "only in A" in part
    assert "It takes three days." in part
    assert alice.get(PAGE, {**query, "row": f"{9:016x}:{MISSING}"}).status_code == 404


def test_nothing_a_model_wrote_becomes_markup(alice: Client, reads: Reads) -> None:
    said = [{"role": EVIL, "parts": [{"type": "text", "content": EVIL}]}]
    reads.show(two_calls(input_messages=said, attributes={EVIL: EVIL}, provider=EVIL, user_id=EVIL))
    page = alice.get(PAGE, {"a": f"{TRACE_ID}:{2:016x}", "b": f"{TRACE_ID}:{3:016x}"}).text
    assert "<script>alert" not in page
    assert "img" not in read(page).tags
    assert_safe(page)


def test_the_other_trace_is_picked(alice: Client, reads: Reads) -> None:
    reads.show(two_calls())
    reads.rows = [row(7, name="earlier run")]
    page = alice.get(PAGE, {"a": TRACE_ID}).text
    assert [q.filter for _, q in reads.asked if hasattr(q, "filter")] == ['name:"run"'] * 2
    assert "earlier run" in page
    assert f"?a={TRACE_ID}&amp;b={7:032x}" in page
    assert "The one before it" in page
    assert alice.get(PAGE, {"a": "not an id"}).status_code == 400
    assert alice.get(PAGE).status_code == 200


def test_a_large_trace_is_compared_in_part_and_it_says_so(alice: Client, reads: Reads) -> None:
    reads.show(trace([span(1), *(span(i, 1) for i in range(2, limits.COMPARED_STEPS + 50))]))
    page = alice.get(PAGE, {"a": TRACE_ID, "b": TRACE_ID}).text
    assert "Too many steps" in page
    assert "more rows are not shown" in page
    assert page.count("<tr") < limits.COMPARED_ROWS_SHOWN + 50
