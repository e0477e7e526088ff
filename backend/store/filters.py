"""The filter language → a WHERE fragment over `spans`: `compile_filter('model:gpt-4* latency>2s -status:error')`.

What a person types becomes bound values only; columns come from filter_fields, the grammar from filter_syntax.
A term is about one span. A field of the trace (Field.of_trace) holds for every span of a trace when one span says it:
it becomes a sub-query for the traces of which a span matches. docs/filter.md describes the language.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, LiteralString

from backend.conventions import metadata
from backend.store import filter_scores
from backend.store.filter_fields import BY_NAME, MAPS, TOTALS, Field, find, suggestion
from backend.store.filter_search import EVERYWHERE, search
from backend.store.filter_syntax import And, Flag, Node, Not, Or, Related, Term, Value, Word, parse, wrong
from backend.store.filter_totals import traces_with
from backend.store.filter_values import COMPARISONS, Bound, amount, is_anything, joined

# Spans near the window of a statement: what belongs to a trace may begin outside it. Unbounded unless `within` says so.
NEAR: LiteralString = """
  FROM spans WHERE project_id = {project_id:UUID}
  AND start_time >= fromUnixTimestamp64Nano({near_from:Int64}) AND start_time < fromUnixTimestamp64Nano({near_to:Int64})
  AND toStartOfMinute(start_time) >= toStartOfMinute(fromUnixTimestamp64Nano({near_from:Int64}))
  AND toStartOfMinute(start_time) <= toStartOfMinute(fromUnixTimestamp64Nano({near_to:Int64})) AND ("""
RELATED: dict[str, LiteralString] = {
    "trace": "trace_id IN (SELECT trace_id" + NEAR,
    "child": "(trace_id, span_id) IN (SELECT trace_id, parent_span_id" + NEAR,
    "parent": "(parent_span_id != '' AND (trace_id, parent_span_id) IN (SELECT trace_id, span_id" + NEAR,
}
CLOSED: dict[str, LiteralString] = {"trace": "))", "child": "))", "parent": ")))"}
ANY_TIME: dict[str, object] = {"near_from": 0, "near_to": 2**63 - 1}
# Every value of a key that some convention wrote down, as texts. Parameters: keys, the key, objects.
METADATA_HEAD: LiteralString = "arrayFilter(x -> x != '', arrayConcat(arrayFilter((x, k) -> has("
METADATA_MAP: LiteralString = (
    ", toString(k)), mapValues(attributes), mapKeys(attributes)), arrayMap(o -> if(JSONType(o, "
)
METADATA_TAIL: LiteralString = "), arrayFilter((x, k) -> has("
METADATA_END: LiteralString = ", toString(k)), mapValues(attributes), mapKeys(attributes)))))"


@dataclass(frozen=True)
class Compiled:
    """`where` goes into a statement as it is; `params` are bound by the client, and so is `project_id`.

    `fields`: what is asked of the row itself, and not of other spans; "words" is a search.
    """

    where: LiteralString
    params: dict[str, object] = field(default_factory=dict[str, object])
    fields: frozenset[str] = frozenset()

    @property
    def searches(self) -> bool:
        """Whether it looks for words by the text index."""
        return "hasAllTokens(" in self.where

    def within(self, from_ns: int, to_ns: int) -> dict[str, object]:
        """The parameters of a statement that is about spans in [from_ns, to_ns): other spans are sought there too."""
        return {**self.params, "near_from": max(from_ns, 0), "near_to": to_ns}


def compile_filter(text: str, of: Literal["traces", "spans"] = "spans") -> Compiled:
    """InvalidInput (field "filter", position of the character) when the text is no filter.

    The fragment tells for each span whether it matches. `of="traces"`: only whether a trace has any span for which
    it holds will be asked, which saves most sub-queries.
    """
    compiler = _Compiler()
    where = compiler.node(parse(text), alone=of == "traces")
    params = {**(ANY_TIME if "{near_from:" in where else {}), **compiler.bound.params}
    return Compiled(where, params, frozenset(compiler.fields))


class _Compiler:
    def __init__(self) -> None:
        self.bound = Bound()
        self.fields: set[str] = set()

    def node(self, node: Node, *, alone: bool) -> LiteralString:
        """`alone`: nothing else is asked of the same span, so that what holds for a trace may be asked of any."""
        if isinstance(node, (Word, Flag)):
            return self._lone(node)
        if isinstance(node, Not):
            return self._not(node.node)
        if isinstance(node, Related):
            own = set(self.fields)
            inner = self.node(node.node, alone=node.how == "trace")
            if not (alone and node.how == "trace"):
                self.fields = own | ({"parent"} if node.how == "parent" else set[str]())
                inner = RELATED[node.how] + inner + CLOSED[node.how]
            return inner
        if isinstance(node, Term):
            return self._has(node, alone) if node.field.lower() == "has" else self._term(node, alone)
        if not node.nodes:
            return "1"
        if isinstance(node, Or):
            return joined(" OR ", [self.node(one, alone=alone) for one in node.nodes])
        return joined(" AND ", self._all(node, alone))

    def _lone(self, node: Word | Flag) -> LiteralString:
        if isinstance(node, Word):
            self.fields.add("words")
            return search(self.bound, EVERYWHERE, node.text)
        self.fields.add("is")
        return "(" + _state(node.name) + ")"

    def _all(self, node: And, alone: bool) -> list[LiteralString]:
        """What holds for the whole trace is a sub-query each; the one thing left is still alone."""
        own = [one for one in node.nodes if not _of_trace(one)]
        own = own or [one for one in node.nodes if not isinstance(one, Not)][-1:]
        return [self.node(one, alone=alone and len(own) == 1 and one is own[0]) for one in node.nodes]

    def _not(self, node: Node) -> LiteralString:
        """NOT (a OR b) is written as NOT a AND NOT b: beside hasAllTokens, ClickHouse 26.5 turns `NOT (x = 1 OR x = 2)`
        into NOT IN and then compares words without the lower-casing of the text index."""
        if isinstance(node, Or):
            return joined(" AND ", [self._not(one) for one in node.nodes])
        if isinstance(node, Term) and len(node.values) > 1 and node.operator in (":", "="):
            return joined(" AND ", [self._not(replace(node, values=(one,))) for one in node.values])
        return "NOT " + self.node(node, alone=False)

    def _term(self, term: Term, alone: bool) -> LiteralString:
        found, key = _field(term.field, term.position)
        if term.operator == "!=":
            return self._not(replace(term, operator=":"))
        if term.operator not in (":", "=") and len(term.values) > 1:
            raise wrong(f"{term.operator} compares with one value, not with a list.", term.values[1].position)
        any_of: list[LiteralString] = [self._one(found, key, term.operator, value) for value in term.values]
        return self._whole(found, "(" + joined(" OR ", any_of) + ")", alone)

    def _one(self, found: Field, key: str, operator: str, value: Value) -> LiteralString:
        if found.kind == "score":
            return self._score(key, filter_scores.compared(self.bound, found, operator, value))
        if is_anything(value) and operator in (":", "="):
            return self._given(found, key)
        if found.kind in ("number", "duration"):
            return self._number(found, operator, value)
        if found.kind in ("map", "metadata"):
            return self._map(found, key, operator, value)
        if operator not in (":", "="):
            raise wrong(f"{found.name} is no number: write {found.name}:VALUE.", value.position)
        return self._is(found, value)

    def _is(self, found: Field, value: Value) -> LiteralString:
        if found.kind == "word":
            return found.columns[0] + " = " + _word(found, value)
        if found.kind == "state":
            return "(" + _word(found, value) + ")"
        if found.kind == "search":
            return search(self.bound, found.columns, value.text)
        if found.kind == "list":
            return "arrayExists(x -> " + self.bound.text("x", value, fold=True) + ", " + found.columns[0] + ")"
        text = value.text.lower() if found.name in ("trace", "span") else value.text  # their ids are lower-case hex
        value = Value(text, value.quoted, value.position)
        matches: list[LiteralString] = [
            self.bound.text(column, value, fold=found.kind == "text") for column in found.columns
        ]
        return matches[0] if len(matches) == 1 else "(" + " OR ".join(matches) + ")"

    def _number(self, found: Field, operator: str, value: Value) -> LiteralString:
        compared = COMPARISONS[operator] + self.bound.number(amount(found, value))
        if found in TOTALS:
            return traces_with(found, compared)
        condition = found.columns[0] + compared
        return condition if found.given in (None, "1") else "(" + found.given + " AND " + condition + ")"

    def _map(self, found: Field, key: str, operator: str, value: Value) -> LiteralString:
        if found.kind == "map":
            held = found.columns[0] + "[" + self.bound.bind(key, "String") + "]"
            return self._held(found, held, operator, value)
        return "arrayExists(v -> " + self._held(found, "v", operator, value) + ", " + self._metadata(key) + ")"

    def _held(self, found: Field, held: LiteralString, operator: str, value: Value) -> LiteralString:
        if operator in (":", "="):
            return self.bound.text(held, value, fold=True)
        number = self.bound.number(amount(found, value))
        return "ifNull(toFloat64OrNull(" + held + ")" + COMPARISONS[operator] + number + ", 0)"

    def _metadata(self, key: str) -> LiteralString:
        keys = self.bound.bind(metadata.attribute_keys(key), "Array(String)")
        name, objects = self.bound.bind(key, "String"), self.bound.bind(list(metadata.OBJECTS), "Array(String)")
        read: LiteralString = name + ") = 'String', JSONExtractString(o, " + name + "), JSONExtractRaw(o, " + name + ")"
        return METADATA_HEAD + keys + METADATA_MAP + read + METADATA_TAIL + objects + METADATA_END

    def _score(self, name: str, condition: LiteralString) -> LiteralString:
        if not name:
            return filter_scores.scored(condition)
        return filter_scores.scored("(" + filter_scores.named(self.bound, name) + " AND " + condition + ")")

    def _has(self, term: Term, alone: bool) -> LiteralString:
        if term.operator == "!=":
            return self._not(replace(term, operator=":"))
        if term.operator not in (":", "="):
            raise wrong("Write has:FIELD.", term.position)
        any_of: list[LiteralString] = []
        for value in term.values:
            if value.text.lower() in ("error", "score"):  # not every failed span says its error's type
                self.fields.add("status" if value.text.lower() == "error" else "score")
                any_of.append("status_code = 2" if value.text.lower() == "error" else filter_scores.scored("1"))
                continue
            found, key = _field(value.text, value.position)
            any_of.append(self._whole(found, self._given(found, key), alone))
        return "(" + joined(" OR ", any_of) + ")"

    def _whole(self, found: Field, condition: LiteralString, alone: bool) -> LiteralString:
        """A condition on a field of the trace, asked of all its spans."""
        if alone or not found.of_trace or found in TOTALS:
            self.fields.add(found.name)
            return condition
        return RELATED["trace"] + condition + CLOSED["trace"]

    def _given(self, found: Field, key: str) -> LiteralString:
        if found.kind == "score":
            return self._score(key, "1")
        if found.kind == "map":
            return "mapContains(" + found.columns[0] + ", " + self.bound.bind(key, "String") + ")"
        if found.kind == "metadata":
            return "notEmpty(" + self._metadata(key) + ")"
        if found in TOTALS:
            return traces_with(found)
        if found.given is not None:
            return "(" + found.given + ")"
        return "(" + " OR ".join([column + " != ''" for column in found.columns]) + ")"


def _of_trace(node: Node) -> bool:
    """Whether it says the same of every span of a trace."""
    if isinstance(node, Term):
        names = [value.text for value in node.values] if node.field.lower() == "has" else [node.field]
        return all(found is not None and found[0].of_trace for found in map(find, names))
    if isinstance(node, Related):
        return node.how == "trace"
    if isinstance(node, Not):
        return _of_trace(node.node)
    return isinstance(node, (And, Or)) and all(_of_trace(one) for one in node.nodes)


def _state(name: str) -> LiteralString:
    return (BY_NAME["is"].words or {})[name]


def _field(name: str, position: int) -> tuple[Field, str]:
    found = find(name)
    if found is not None:
        return found
    prefix, dot, key = name.partition(".")
    if prefix.lower() in MAPS and not (dot and key):
        what = "name" if prefix.lower() == "score" else "key"
        raise wrong(f"A {what} is missing: write {prefix.lower()}.{what.upper()}:VALUE.", position)
    hint = (
        suggestion(name if prefix == "trace" else prefix, [*BY_NAME, *MAPS, "has"])
        or " Put it in quotes to search for the text."
    )
    raise wrong(f'There is no field "{name[:60]}".{hint}', position)


def _word(found: Field, value: Value) -> LiteralString:
    words = found.words or {}
    literal = words.get(value.text.lower())
    if literal is None:
        hint = suggestion(value.text, list(words))
        raise wrong(f'"{value.text[:60]}" is no {found.name}.{hint}', value.position)
    return literal
