"""Terms put into a filter and taken out of it by a click."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import InvalidInput
from backend.store.filter_edit import add, choices, remove, without_field
from backend.store.filter_syntax import And, Node, Not, Or, Term, Word, parse
from tests.store.test_filters import ANY_TEXT

VALUES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
PIECES = st.sampled_from(
    ["model:x", 'model:x,"a b"', "-model:y", "NOT tool:z", "refund", '"a AND b"', "(type:llm)", "-(user:u)", "user!=u",
     "(tag:a tag:b)", "(tag:a OR tag:b)", "latency>2s", "NOT (model:x)", "-NOT model:x", "name:a*"]
)  # fmt: skip
FILTERS = st.lists(PIECES, max_size=5).flatmap(
    lambda pieces: st.sampled_from([" ", " AND ", " OR ", "  "]).map(lambda joint: joint.join(pieces))
)


def readable(text: str) -> bool:
    try:
        parse(text)
    except InvalidInput:
        return False
    return True


def holds(node: Node, span: dict[str, str]) -> bool:
    """Whether a span of plain fields matches; what is no plain term counts as true."""
    if isinstance(node, And):
        return all(holds(one, span) for one in node.nodes)
    if isinstance(node, Or):
        return any(holds(one, span) for one in node.nodes)
    if isinstance(node, Not):
        return not holds(node.node, span)
    if isinstance(node, Word) or node.operator not in (":", "=", "!="):
        return True
    found = any(value.text.lower() == span.get(node.field, "").lower() for value in node.values)
    return found != (node.operator == "!=")


def conjuncts(text: str) -> list[Node]:
    tree = parse(text)
    return list(tree.nodes) if isinstance(tree, And) else [tree]


@settings(max_examples=300, deadline=None)
@given(st.one_of(FILTERS, ANY_TEXT.filter(readable)), VALUES, st.booleans())
def test_what_was_added_is_chosen_and_can_be_taken_out_again(text: str, value: str, exclude: bool) -> None:
    value = f"v{value}"  # not by chance one that the filter has
    added = add(text, "release", value, exclude=exclude)
    assert (value, exclude) in [(one.value, one.excluded) for one in choices(added)]
    assert add(added, "release", value, exclude=exclude) == added
    assert parse(remove(added, "release", value, exclude=exclude)) == parse(text)


@settings(max_examples=300, deadline=None)
@given(FILTERS, st.sampled_from(["x", "y", "new"]), st.sampled_from(["x", "y", "new", ""]))
def test_a_span_matches_when_it_matched_before_and_has_no_excluded_value(text: str, value: str, has: str) -> None:
    span = {"model": has, "type": "llm", "tag": "a"}
    changed = add(text, "model", value, exclude=True)
    expected = holds(parse(remove(text, "model", value)), span) and has != value
    assert holds(parse(changed), span) == expected


@settings(max_examples=300, deadline=None)
@given(FILTERS, st.sampled_from(["model", "user", "tag", "type", "tool"]))
def test_all_of_a_field_can_be_taken_out(text: str, field: str) -> None:
    left = without_field(text, field)
    assert [one for one in choices(left) if one.field == field and not one.excluded] == []
    assert len(conjuncts(left)) <= max(len(conjuncts(text)), 1)


@settings(max_examples=300, deadline=None)
@given(st.one_of(FILTERS, ANY_TEXT.filter(readable)))
def test_a_choice_says_where_its_term_stands(text: str) -> None:
    for one in choices(text):
        (term,) = [node for node in conjuncts(text[one.start : one.end]) if not isinstance(node, Word)]
        while isinstance(term, Not):
            term = term.node
        assert isinstance(term, Term)
        assert one.value in [value.text for value in term.values]


@pytest.mark.parametrize(
    ("text", "change", "result"),
    [
        ("", ("model", "gpt-4o"), "model:gpt-4o"),
        ("refund", ("model", "a b"), 'refund model:"a b"'),
        ("refund model:x", ("model", "y"), "refund model:x,y"),
        ("-model:x refund", ("model", "x"), "refund model:x"),
        ("refund OR type:llm", ("tool", "f"), "(refund OR type:llm) tool:f"),
        ("model:x", ("model", "gpt*"), 'model:x,"gpt*"'),
    ],
)
def test_it_writes_as_people_do(text: str, change: tuple[str, str], result: str) -> None:
    assert add(text, *change) == result


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("model:x", ""),
        ("a model:x b", "a b"),
        ("a AND model:x AND b", "a b"),
        ("model:x AND b", "b"),
        ("model:x,y", "model:y"),
        ("model:y,x,z", "model:y,z"),
        ("refund (model:x)", "refund"),
        ("model:X", ""),
        ("model:x* b", "model:x* b"),
        ("model:x OR b", "model:x OR b"),
        ("request_model:x", "request_model:x"),
        ("name= AND model:x", "name= AND"),
        ("name= AND model:x b", "name= AND b"),
    ],
)
def test_taking_out_leaves_the_rest_as_it_was(text: str, result: str) -> None:
    assert remove(text, "model", "x") == result
