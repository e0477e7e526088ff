"""The filter language: what it accepts, what it refuses and where it points."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.store.filter_fields import FIELDS
from backend.store.filter_syntax import Flag, Or, Related, Term, Word, parse
from backend.store.filter_text import to_text
from backend.store.filters import Compiled, compile_filter

FIELD_NAMES = [*(field.name for field in FIELDS), "attr.k", "metadata.k", "resource.k", "score.k", "has"]
ATOMS = st.sampled_from(
    [
        *FIELD_NAMES,
        "child(",
        "parent(",
        "trace(",
        "error",
        "root",
        ":",
        ">",
        ">=",
        "!=",
        "=",
        ",",
        "(",
        ")",
        " ",
        "-",
        "NOT ",
        " AND ",
        " OR ",
        '"',
        "*",
    ]
)
ANY_TEXT = st.one_of(st.text(max_size=80), st.lists(st.one_of(ATOMS, st.text(max_size=6)), max_size=20).map("".join))


def outcome(text: str) -> tuple[Compiled | None, InvalidInput | None]:
    try:
        return compile_filter(text), None
    except InvalidInput as error:
        return None, error


def refused(text: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        compile_filter(text)
    assert caught.value.field == "filter"
    return caught.value


@settings(max_examples=400, deadline=None)
@given(ANY_TEXT)
def test_any_text_compiles_or_is_refused_with_a_position(text: str) -> None:
    compiled, error = outcome(text)
    if error is not None:
        assert error.field == "filter"
        assert error.position in range(len(text) + 1)
        return
    assert compiled is not None
    assert set(re.findall(r"\{(f\d+|near_\w+):", compiled.where)) == set(compiled.params)
    assert compiled.where.count("(") == compiled.where.count(")")


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_a_filter_written_out_again_is_the_same_filter(text: str) -> None:
    try:
        tree = parse(text)
    except InvalidInput:
        return
    assert parse(to_text(tree)) == tree


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([name for name in FIELD_NAMES if name != "has"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1),
)
def test_values_are_bound_and_never_in_the_sql(name: str, value: str) -> None:
    value = f"zq9{value}9qz"  # cannot be part of the SQL by chance
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    try:
        compiled = compile_filter(f'{name}:"{quoted}" "{quoted}"')
    except InvalidInput:
        return  # a number or a known word was wanted
    assert "zq9" not in compiled.where
    # As it is, or (in a search for one word) in a list.
    bound = [one for given in compiled.params.values() for one in (given if isinstance(given, list) else [given])]
    assert value in bound or value.lower() in bound


def test_an_injection_is_only_text() -> None:
    compiled = compile_filter("""name:"x' OR 1=1 --" attr."k'] OR 1":y""")
    assert "1=1" not in compiled.where
    assert "OR 1" not in compiled.where
    assert {"x' OR 1=1 --", "k'] OR 1"} <= set(compiled.params.values())


def test_an_empty_filter_matches_everything() -> None:
    assert compile_filter("  ").where == "1"


def test_a_small_filter_reads_as_expected() -> None:
    compiled = compile_filter("latency>1.5s -agent:u_1*")
    assert compiled.where == "((duration_ns > {f0:Int64}) AND NOT (lowerUTF8(agent_name) LIKE lowerUTF8({f1:String})))"
    assert compiled.params == {"f0": 1_500_000_000, "f1": "u\\_1%"}


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("latency>2s", 2_000_000_000),
        ("latency:>2s", 2_000_000_000),
        ("latency > 150ms", 150_000_000),
        ("latency>=0.1us", 100),
        ("duration<1m", 60_000_000_000),
        ("ttft<1h", 3_600_000_000_000),
        ("latency>0", 0),
        ("tokens>1k", 1_000),
        ("tokens>1.5k", 1_500),
        ("tokens>2M", 2_000_000),
        ("tokens:10_000", 10_000),
        ("attr.temperature>0.5", 0.5),
    ],
)
def test_numbers_have_units(text: str, bound: float) -> None:
    assert list(compile_filter(text).params.values())[-1] == bound


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("modl:gpt-4o", 0, "Did you mean model"),
        ("name:x modl:gpt-4o", 7, "Did you mean model"),
        ("status:failed", 7, "ok, error, unset"),
        ("type:lm", 5, "Did you mean llm"),
        ("http://example.com", 0, "quotes"),
        ("latency>fast", 8, "2s or 150ms"),
        ("latency>2", 8, "unit"),
        ("latency>2x", 8, "unit of time"),
        ("tokens>2s", 7, "unit"),
        ("tokens>99999999999999999b", 7, "too large"),
        ("model>3", 6, "no number"),
        ("latency>1s,2s", 11, "one value"),
        ("model:", 6, "missing"),
        ("model:a,", 8, "missing"),
        ("(model:a", 0, "never closed"),
        ("model:a)", 7, "closes nothing"),
        ("()", 0, "nothing between"),
        ('say "hello', 4, "never closed"),
        ("a OR", 4, "missing"),
        ("OR a", 0, "between two"),
        ("NOT", 3, "missing"),
        ("attr.:x", 0, "key is missing"),
        ("has:colour", 4, "no field"),
        ("score.:x", 0, "name is missing"),
        ("score:x", 0, "score.NAME"),
        ("cost>cheap", 5, "0.01"),
        ("is:roto", 3, "Did you mean root"),
        ("child(tool:search", 5, "never closed"),
        ("child()", 5, "nothing between"),
        ("parent(modl:x)", 7, "Did you mean model"),
        ("child(a) " * 6, 45, "at most 5 times"),
        ("a\x00b", 1, "control"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, position: int, words: str) -> None:
    error = refused(text)
    assert words in error.message
    assert error.position == position


def test_length_depth_and_number_of_terms_have_limits() -> None:
    assert "characters" in refused("x" * (limits.MAX_FILTER_CHARS + 1)).message
    assert "deep" in refused("(" * 500 + "x" + ")" * 500).message
    assert "deep" in refused("-" * 500 + "x").message
    assert "terms" in refused("x " * (limits.MAX_FILTER_TERMS + 1)).message
    assert "terms" in refused("model:" + ",".join("x" * (limits.MAX_FILTER_TERMS + 1))).message


def test_or_binds_less_than_and() -> None:
    tree = parse("a b OR c")
    assert isinstance(tree, Or)
    assert tree.nodes[1] == Word("c")


def test_lower_case_or_is_a_word() -> None:
    params = compile_filter("this or that").params
    assert list(params.values()) == [["this"], ["or"], ["that"]]


def test_words_that_say_something_of_a_span() -> None:
    assert parse("error") == Flag("error")
    assert [parse(text) for text in ('"error"', "Error", "errors")] == [Word("error"), Word("Error"), Word("errors")]
    assert parse("child(root)") == Related("child", Flag("root"))
    assert parse('"child" (root)') == parse('"child" root')


def test_what_holds_for_a_trace_needs_no_sub_query_when_nothing_else_is_asked() -> None:
    alone = [compile_filter(text, of="traces").where for text in ("user:a", "user:a OR tag:b,c", "trace(tool:x)")]
    assert [where.count("SELECT") for where in alone] == [0, 0, 0]
    assert compile_filter("user:a type:llm", of="traces").where.count("SELECT") == 1
    assert compile_filter("user:a session:b -tag:c", of="traces").where.count("SELECT") == 2


def test_a_hyphen_inside_a_word_is_no_not() -> None:
    assert parse("gpt-4o") == Word("gpt-4o")


def test_the_key_of_an_attribute_may_be_quoted() -> None:
    tree = parse('attr."my key":"a b"')
    assert isinstance(tree, Term)
    assert tree.field == "attr.my key"
