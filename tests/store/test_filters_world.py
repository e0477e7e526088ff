"""Random filters over a small random world of spans: the engine finds what a plain reading of the language finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.errors import InvalidInput
from backend.store.client import Store
from backend.store.filter_syntax import And, Flag, Node, Not, Or, Related, Term, Value, Word, parse
from backend.store.filter_text import to_text
from backend.traces.totals import Call, counted, total_cost, total_usage
from tests.store.test_filters import ANY_TEXT
from tests.support.filter_world import PROJECT, FilterWorld, Row

pytestmark = pytest.mark.store
TYPES, TOOLS, USERS, TAGS = (
    ["llm", "tool", "agent", "span"],
    ["", "search", "Mail"],
    ["", "alice", "bob"],
    ["beta", "x"],
)
TEXTS = ["red fox", "blue fish", "Red Sea", ""]
SECONDS = {"1s": 10**9, "2000ms": 2 * 10**9, "0": 0}
SCORES = {"good": "numeric", "right": "boolean", "tone": "categorical"}


def random_world(seed: int) -> tuple[list[Row], list[Row]]:
    pick = random.Random(seed)
    spans: list[Row] = []
    for trace in range(12):
        ids = [f"{trace:02}{i}" for i in range(pick.randint(1, 6))]
        for i, span_id in enumerate(ids):
            spans.append({
                "project_id": PROJECT, "trace_id": f"t{trace:02}", "span_id": span_id,
                "parent_span_id": pick.choice([*ids[:i], "lost"]) if i else "",
                "type": pick.choice(TYPES), "status_code": pick.choice([0, 1, 2]), "tool_name": pick.choice(TOOLS),
                "user_id": pick.choice(USERS) if pick.random() < 0.3 else "",
                "tags": [tag for tag in TAGS if pick.random() < 0.2],
                "duration_ns": pick.choice([0, 1, 2, 3]) * 10**9, "input": pick.choice(TEXTS),
                "name": pick.choice(TEXTS),
                "input_tokens": pick.choice([-1, 0, 10]), "output_tokens": pick.choice([-1, 5]),
                "reported_cost": pick.choice([-1.0, 0.0, 0.02]),
                "attributes": {key: pick.choice(["acme", "7"]) for key in ("metadata.k", "k") if pick.random() < 0.3},
            })  # fmt: skip
    scores: list[Row] = []
    for number, span in enumerate(pick.sample(spans, 12)):
        name = pick.choice(list(SCORES))
        scores.append({
            "project_id": PROJECT, "id": str(number), "trace_id": span["trace_id"], "data_type": SCORES[name],
            "name": name, "span_id": pick.choice(["", span["span_id"]]), "deleted": int(pick.random() < 0.2),
            "value": pick.choice([0.0, 1.0]), "text_value": pick.choice(["kind", "yes"]) if name == "tone" else "",
        })  # fmt: skip
    return spans, scores


SPANS, ALL_SCORES = random_world(7)


@pytest.fixture(scope="module")
def filters(_migrated_store: Store) -> FilterWorld:
    world = FilterWorld(_migrated_store)
    world.insert("spans", SPANS)
    world.insert("scores", ALL_SCORES)
    return world


# --- filters ---
def value(text: str) -> Value:
    return Value(text, quoted=False)


def term(field: str, *texts: str, operator: str = ":") -> Term:
    return Term(field, operator, tuple(map(value, texts)))


COMPARED = st.sampled_from([":", "=", "!=", ">", ">=", "<", "<="])
EQUAL = st.sampled_from([":", "!=", "="])
LEAVES: st.SearchStrategy[Node] = st.one_of(
    st.sampled_from([Word("fox"), Word("red"), Word("red sea"), Word("d f"), Flag("error"), Flag("root")]),
    st.builds(lambda o, v: term("type", *v, operator=o), EQUAL,
              st.lists(st.sampled_from(TYPES), min_size=1, max_size=2)),
    st.builds(lambda o, v: term("tool", v, operator=o), EQUAL, st.sampled_from(["search", "mail", "*a*", "*"])),
    st.builds(lambda o, v: term("user", v, operator=o), EQUAL, st.sampled_from(["alice", "bob", "a*", "*", "eve"])),
    st.builds(lambda o, v: term("tag", v, operator=o), EQUAL, st.sampled_from(["beta", "X", "b*", "*"])),
    st.builds(lambda o, v: term("latency", v, operator=o), COMPARED, st.sampled_from(["1s", "2000ms", "0"])),
    st.builds(lambda o, v: term("input_tokens", v, operator=o), COMPARED, st.sampled_from(["0", "10", "5"])),
    st.builds(lambda o, v: term("cost", v, operator=o), COMPARED, st.sampled_from(["0", "0.01", "0.02"])),
    st.builds(lambda o, v: term("trace.cost", v, operator=o), COMPARED, st.sampled_from(["0", "0.02", "0.03"])),
    st.builds(lambda o, v: term("trace.tokens", v, operator=o), COMPARED, st.sampled_from(["0", "10", "15"])),
    st.builds(lambda o, v: term("trace.latency", v, operator=o), COMPARED, st.sampled_from(["1s", "2000ms", "0"])),
    st.builds(lambda o, v: term("trace.spans", v, operator=o), COMPARED, st.sampled_from(["1", "3"])),
    st.builds(lambda o, v: term("trace.errors", v, operator=o), COMPARED, st.sampled_from(["0", "2"])),
    st.builds(lambda o, v: term("metadata.k", v, operator=o), COMPARED, st.sampled_from(["7", "6"])),
    st.builds(lambda v: term("attr.k", v), st.sampled_from(["ACME", "7", "a*"])),
    st.builds(lambda o, v: term("score.good", v, operator=o), COMPARED, st.sampled_from(["0", "1", "0.5"])),
    st.builds(lambda v: term("score.right", v), st.sampled_from(["yes", "no", "1"])),
    st.builds(lambda v: term("score.tone", v), st.sampled_from(["kind", "yes", "k*", "*"])),
    st.builds(lambda o, v: term("has", *v, operator=o), EQUAL, st.lists(
        st.sampled_from(["user", "tag", "tool", "error", "score", "score.tone", "metadata.k", "attr.k", "cost",
                         "trace.cost", "trace.tokens"]),
        min_size=1, max_size=2)),
)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda nodes: And(tuple(nodes)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda nodes: Or(tuple(nodes)), st.lists(inner, min_size=2, max_size=3)),
        st.builds(Related, st.sampled_from(["child", "parent", "trace"]), inner),
    ),
    max_leaves=6,
).filter(
    lambda tree: to_text(tree).count("child(") + to_text(tree).count("parent(") + to_text(tree).count("trace(") <= 5
)


# --- what they mean ---
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    ":": lambda a, b: a == b, "=": lambda a, b: a == b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
}  # fmt: skip


def like(text: str, pattern: str) -> bool:
    return fnmatchcase(text.lower(), pattern.lower())


def same_trace(span: Row) -> list[Row]:
    return [one for one in SPANS if one["trace_id"] == span["trace_id"]]


def scores_of(span: Row, name: str = "") -> list[Row]:
    return [
        score
        for score in ALL_SCORES
        if not score["deleted"] and score["trace_id"] == span["trace_id"]
        and score["span_id"] in ("", span["span_id"]) and name in ("", score["name"])
    ]  # fmt: skip


def metadata(span: Row) -> list[str]:
    return [text for key in ("metadata.k", "k") if (text := span["attributes"].get(key))]


def total_of(span: Row, field: str) -> float | None:
    """A number of the whole trace, by the rules of the trace page; None when nothing says it."""
    family = same_trace(span)
    if field in ("trace.cost", "trace.tokens"):
        calls = counted(Call(
            one["span_id"], one["parent_span_id"], one["type"], one["input_tokens"], one["output_tokens"], -1, -1, -1,
            -1, one["reported_cost"], -1.0, -1.0, reported=True,
        ) for one in family if max(one["input_tokens"], one["output_tokens"], one["reported_cost"]) >= 0)  # fmt: skip
        return total_cost(calls).total if field == "trace.cost" else total_usage(calls).total_tokens
    by_field = {
        "trace.latency": max(one["duration_ns"] for one in family),
        "trace.spans": len(family),
        "trace.errors": sum(one["status_code"] == 2 for one in family),
    }
    return by_field[field]


def given_of(span: Row, field: str) -> bool:
    by_field: dict[str, Callable[[], object]] = {
        "user": lambda: any(one["user_id"] for one in same_trace(span)),
        "tag": lambda: any(one["tags"] for one in same_trace(span)),
        "tool": lambda: span["tool_name"],
        "error": lambda: span["status_code"] == 2,
        "cost": lambda: span["reported_cost"] >= 0,
        "trace.cost": lambda: total_of(span, "trace.cost") is not None,
        "trace.tokens": lambda: total_of(span, "trace.tokens") is not None,
        "attr.k": lambda: "k" in span["attributes"],
        "metadata.k": lambda: metadata(span),
    }
    if field.startswith("score"):
        return bool(scores_of(span, field.partition(".")[2]))
    return bool(by_field[field]())


def scored(score: Row, operator: str, text: str) -> bool:
    if score["data_type"] == "categorical":
        return operator in (":", "=") and like(score["text_value"], text)
    number = {"yes": 1.0, "no": 0.0}.get(text) if score["data_type"] == "boolean" else None
    if text == "*":
        return True
    try:
        number = float(text) if number is None else number
    except ValueError:
        return False
    return OPERATORS[operator](score["value"], number)


def term_holds(span: Row, field: str, operator: str, text: str) -> bool:
    if field == "has":
        return given_of(span, text)
    if field.startswith("score."):
        return any(scored(score, operator, text) for score in scores_of(span, field.partition(".")[2]))
    if field in ("user", "tag", "tool") and text == "*":
        return given_of(span, field)
    if field.startswith("trace."):
        total, wanted = total_of(span, field), SECONDS[text] if field == "trace.latency" else float(text)
        return total is not None and OPERATORS[operator](total, wanted)
    if field in ("user", "tag"):
        family = same_trace(span)
        users = any(fnmatchcase(one["user_id"], text) for one in family)
        return users if field == "user" else any(like(tag, text) for one in family for tag in one["tags"])
    if field in ("type", "tool", "attr.k"):
        held = {"type": span["type"], "tool": span["tool_name"], "attr.k": span["attributes"].get("k", "")}[field]
        return like(held, text)
    if field == "metadata.k":
        equal = operator in (":", "=")
        return any(
            held == text if equal else held.isdigit() and OPERATORS[operator](int(held), int(text))
            for held in metadata(span)
        )
    number = {"latency": span["duration_ns"], "cost": span["reported_cost"]}.get(field, span.get(field))
    wanted = SECONDS[text] if field == "latency" else float(text)
    return number >= 0 and OPERATORS[operator](number, wanted)


def holds(node: Node, span: Row) -> bool:
    match node:
        case Word(text):
            said = [span["input"].lower(), span["name"].lower()]
            return any(text in one and (" " in text or text in one.split()) for one in said) and text != "d f"
        case Flag(name):
            return span["status_code"] == 2 if name == "error" else span["parent_span_id"] == ""
        case Not(inner):
            return not holds(inner, span)
        case And(nodes):
            return all(holds(one, span) for one in nodes)
        case Or(nodes):
            return any(holds(one, span) for one in nodes)
        case Related(how, inner):
            family = {
                "trace": lambda _: True,
                "child": lambda one: one["parent_span_id"] == span["span_id"],
                "parent": lambda one: one["span_id"] == span["parent_span_id"],
            }[how]
            return any(holds(inner, one) for one in same_trace(span) if family(one))
        case Term(field, operator, values):
            positive = ":" if operator == "!=" else operator
            return any(term_holds(span, field, positive, one.text) for one in values) != (operator == "!=")


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_the_engine_finds_the_spans_that_a_plain_reading_finds(filters: FilterWorld, tree: Node) -> None:
    assert filters.find(to_text(tree)) == sorted(one["span_id"] for one in SPANS if holds(tree, one))


@settings(max_examples=150, deadline=None)
@given(TREES)
def test_the_engine_finds_the_traces_that_a_plain_reading_finds(filters: FilterWorld, tree: Node) -> None:
    expected = sorted({one["trace_id"] for one in SPANS if holds(tree, one)})
    assert filters.find(to_text(tree), traces=True) == expected


@settings(max_examples=200, deadline=None)
@given(TREES)
def test_printing_and_parsing_give_the_same_tree(tree: Node) -> None:
    assert parse(to_text(tree)) == tree


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_any_text_is_refused_or_runs(filters: FilterWorld, text: str) -> None:
    try:
        found = filters.find(text)
    except InvalidInput:
        return
    assert set(found) <= {one["span_id"] for one in SPANS}
