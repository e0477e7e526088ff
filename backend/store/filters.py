"""The filter language → a WHERE fragment over `spans`: `compile_filter('model:gpt-4* latency>2s -status:error')`.

What a person types becomes bound values only; columns come from filter_fields, the grammar from filter_syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import LiteralString

from backend.store.filter_fields import BY_NAME, MAPS, Field, find, suggestion
from backend.store.filter_syntax import Node, Not, Or, Term, Value, Word, parse, wrong

# How the text index splits (tokenizer splitByNonAlpha).
NOT_IN_WORDS = re.compile(r"[^0-9A-Za-z\x80-\U0010ffff]+")
NUMBER = re.compile(r"([+-]?\d{1,18}(?:[._]\d{1,18})*)\s*([a-zµμ]*)", re.IGNORECASE)
NANOSECONDS: dict[str, int] = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "sec": 1_000_000_000,
    "m": 60_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000, "g": 1_000_000_000}
COMPARISONS: dict[str, LiteralString] = {">": " > ", ">=": " >= ", "<": " < ", "<=": " <= ", ":": " = ", "=": " = "}
DIGITS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
LARGEST = 2**63 - 1
# What was said in a GenAI log event belongs to the content of its span (docs/decisions/0011).
SAID_IN_LOGS: dict[LiteralString, LiteralString] = {"input": "said_in", "output": "said_out"}
SPANS_OF_LOGS: LiteralString = (
    "(trace_id, span_id) IN (SELECT trace_id, span_id FROM log_events WHERE project_id = {project_id:UUID} AND ("
)


@dataclass(frozen=True)
class Compiled:
    """`where` goes into a statement as it is; `params` are bound by the client, and so is `project_id`."""

    where: LiteralString
    params: dict[str, object] = field(default_factory=dict[str, object])


def compile_filter(text: str) -> Compiled:
    """InvalidInput (field "filter", position of the character) when the text is no filter."""
    compiler = _Compiler()
    return Compiled(compiler.node(parse(text)), compiler.params)


class _Compiler:
    def __init__(self) -> None:
        self.params: dict[str, object] = {}

    def node(self, node: Node) -> LiteralString:
        if isinstance(node, Word):
            return self._search(("input", "output", "name"), node.text)
        if isinstance(node, Not):
            return "NOT " + self.node(node.node)
        if isinstance(node, Term):
            return self._has(node) if node.field.lower() == "has" else self._term(node)
        if not node.nodes:
            return "1"
        joint: LiteralString = " OR " if isinstance(node, Or) else " AND "
        return "(" + joint.join([self.node(one) for one in node.nodes]) + ")"

    def _term(self, term: Term) -> LiteralString:
        found, key = _field(term.field, term.position)
        positive = ":" if term.operator == "!=" else term.operator
        if positive not in (":", "=") and len(term.values) > 1:
            raise wrong(f"{term.operator} compares with one value, not with a list.", term.values[1].position)
        any_of: list[LiteralString] = [self._one(found, key, positive, value) for value in term.values]
        condition = "(" + " OR ".join(any_of) + ")"
        return "NOT " + condition if term.operator == "!=" else condition

    def _one(self, found: Field, key: str, operator: str, value: Value) -> LiteralString:
        if value.text == "*" and not value.quoted and operator in (":", "="):
            return self._given(found, key)
        if found.kind in ("number", "duration"):
            return self._number(found, operator, value)
        if found.kind == "map":
            return self._map(found, key, operator, value)
        if operator not in (":", "="):
            raise wrong(f"{found.name} is no number: write {found.name}:VALUE.", value.position)
        if found.kind == "word":
            return found.columns[0] + " = " + _word(found, value)
        if found.kind == "search":
            return self._search(found.columns, value.text)
        if found.kind == "list":
            return "arrayExists(x -> " + self._text("x", value, fold=True) + ", " + found.columns[0] + ")"
        text = value.text.lower() if found.name in ("trace", "span") else value.text  # their ids are lower-case hex
        value = Value(text, value.quoted, value.position)
        matches: list[LiteralString] = [
            self._text(column, value, fold=found.kind == "text") for column in found.columns
        ]
        return matches[0] if len(matches) == 1 else "(" + " OR ".join(matches) + ")"

    def _search(self, columns: tuple[LiteralString, ...], text: str) -> LiteralString:
        """Whether one of these columns holds the text, in any case: its words by the text index, then the text itself.

        Content that came as log events is looked through, too.
        A single word is found as a whole word. Words outside ASCII are looked for letter by letter: the index does not
        fold their case, and knows no words in languages without spaces.
        """
        words = [word.lower() for word in NOT_IN_WORDS.split(text) if word]
        indexed = bool(words) and text.isascii()
        exact = not indexed or words != [text.lower()]
        tests: list[tuple[LiteralString, LiteralString]] = []  # what stands before and after the name of a column
        if indexed:
            tests.append(("hasAllTokens(", ", " + self._bind(words, "Array(String)") + ")"))
        if exact:
            tests.append(("positionCaseInsensitiveUTF8(", ", " + self._bind(text, "String") + ") > 0"))

        def held_by(column: LiteralString) -> LiteralString:
            both: list[LiteralString] = [before + column + after for before, after in tests]
            return " AND ".join(both)

        any_of: list[LiteralString] = [held_by(column) for column in columns]
        in_logs: list[LiteralString] = [held_by(SAID_IN_LOGS[one]) for one in columns if one in SAID_IN_LOGS]
        if in_logs:
            any_of.append(SPANS_OF_LOGS + " OR ".join(in_logs) + "))")
        return "(" + " OR ".join(any_of) + ")"

    def _text(self, column: LiteralString, value: Value, *, fold: bool) -> LiteralString:
        wild = "*" in value.text and not value.quoted
        placeholder = self._bind(_like(value.text) if wild else value.text, "String")
        comparison: LiteralString = " LIKE " if wild else " = "
        if fold:
            return "lowerUTF8(" + column + ")" + comparison + "lowerUTF8(" + placeholder + ")"
        return column + comparison + placeholder

    def _number(self, found: Field, operator: str, value: Value) -> LiteralString:
        amount = _duration(found, value) if found.kind == "duration" else _amount(found, value)
        condition = found.columns[0] + COMPARISONS[operator] + self._bind_number(amount)
        return condition if found.given in (None, "1") else "(" + found.given + " AND " + condition + ")"

    def _map(self, found: Field, key: str, operator: str, value: Value) -> LiteralString:
        held = found.columns[0] + "[" + self._bind(key, "String") + "]"
        if operator in (":", "="):
            return self._text(held, value, fold=True)
        amount = self._bind_number(_amount(found, value))
        return "ifNull(toFloat64OrNull(" + held + ")" + COMPARISONS[operator] + amount + ", 0)"

    def _has(self, term: Term) -> LiteralString:
        if term.operator not in (":", "=", "!="):
            raise wrong("Write has:FIELD.", term.position)
        any_of: list[LiteralString] = []
        for value in term.values:
            found, key = _field(value.text, value.position)
            is_error = value.text.lower() == "error"  # not every failed span says its error's type
            any_of.append("status_code = 2" if is_error else self._given(found, key))
        condition = "(" + " OR ".join(any_of) + ")"
        return "NOT " + condition if term.operator == "!=" else condition

    def _given(self, found: Field, key: str) -> LiteralString:
        if found.kind == "map":
            return "mapContains(" + found.columns[0] + ", " + self._bind(key, "String") + ")"
        if found.given is not None:
            return found.given
        return "(" + " OR ".join([column + " != ''" for column in found.columns]) + ")"

    def _bind_number(self, amount: Decimal) -> LiteralString:
        return self._bind(int(amount), "Int64") if amount == int(amount) else self._bind(float(amount), "Float64")

    def _bind(self, value: object, type_name: LiteralString) -> LiteralString:
        number = "".join([DIGITS[int(digit)] for digit in str(len(self.params))])
        name: LiteralString = "f" + number
        self.params[name] = value
        return "{" + name + ":" + type_name + "}"


def _field(name: str, position: int) -> tuple[Field, str]:
    found = find(name)
    if found is not None:
        return found
    prefix, dot, key = name.partition(".")
    if prefix.lower() in MAPS and not (dot and key):
        raise wrong(f"A key is missing: write {prefix.lower()}.KEY:VALUE.", position)
    hint = suggestion(prefix, [*BY_NAME, *MAPS, "has"]) or " Put it in quotes to search for the text."
    raise wrong(f'There is no field "{name[:60]}".{hint}', position)


def _word(found: Field, value: Value) -> LiteralString:
    words = found.words or {}
    literal = words.get(value.text.lower())
    if literal is None:
        hint = suggestion(value.text, list(words))
        raise wrong(f'"{value.text[:60]}" is no {found.name}.{hint}', value.position)
    return literal


def _like(text: str) -> str:
    """`gpt-4*` → `gpt-4%`; what LIKE would read as its own wildcards is escaped."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def _parts(found: Field, value: Value) -> tuple[Decimal, str]:
    read = NUMBER.fullmatch(value.text)
    digits = read[1].replace("_", "") if read else ""
    if read is None or digits.count(".") > 1:
        example = "2s or 150ms" if found.kind == "duration" else "100 or 1.5k"
        raise wrong(
            f'{found.name} is compared with a number such as {example}, not with "{value.text[:60]}".', value.position
        )
    return Decimal(digits), read[2].lower()


def _amount(found: Field, value: Value) -> Decimal:
    amount, unit = _parts(found, value)
    if unit not in MULTIPLES:
        raise wrong(f'"{unit[:20]}" is no unit here: write 1500, 1.5k or 2M.', value.position)
    return _fitting(amount * MULTIPLES[unit], value)


def _duration(found: Field, value: Value) -> Decimal:
    amount, unit = _parts(found, value)
    if unit not in NANOSECONDS and amount != 0:
        problem = f'"{unit[:20]}" is no unit of time' if unit else f"{found.name} needs a unit"
        raise wrong(f"{problem}: write 2s, 150ms or 1m.", value.position)
    return Decimal(int(_fitting(amount * NANOSECONDS.get(unit, 1), value)))


def _fitting(amount: Decimal, value: Value) -> Decimal:
    if abs(amount) > LARGEST:
        raise wrong("This number is too large.", value.position)
    return amount
