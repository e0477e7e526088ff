"""The grammar of the filter bar: text → a tree of terms, and back. What a field means is not known here.

    or      = and { "OR" and }
    and     = not { ["AND"] not }
    not     = ("NOT" | "-") not | "(" or ")" | term
    term    = field operator value { "," value } | word | "quoted text"
    operator = ":" | "=" | "!=" | ">" | ">=" | "<" | "<="

AND, OR and NOT are operators in capitals only. `*` in a value that is not quoted stands for any text. In quotes, `\\"`
and `\\\\` are a quote and a backslash.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass

from backend.core import limits
from backend.core.errors import InvalidInput

# A field is a name right before an operator; the part behind a dot may be quoted: attr."my key":x
FIELD = re.compile(
    r'(?P<name>[^\W\d][^\s"():<>=!,]*)(?P<key>"(?:[^"\\]|\\.)*")?(?P<op>:(?:[<>]=?|!=|=)?|\s*(?:[<>]=?|!=|=))'
)
VALUE = re.compile(r'[^\s",()]+')
WORD = re.compile(r'[^\s"()]+')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
SPACE = re.compile(r"\s*")
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
KEYWORDS = ("AND", "OR", "NOT")


@dataclass(frozen=True)
class Value:
    text: str
    quoted: bool
    position: int = dataclasses.field(compare=False, default=0)


@dataclass(frozen=True)
class Word:
    """Text to search for."""

    text: str
    position: int = dataclasses.field(compare=False, default=0)


@dataclass(frozen=True)
class Term:
    """field operator values: any of the values will do."""

    field: str
    operator: str
    values: tuple[Value, ...]
    position: int = dataclasses.field(compare=False, default=0)


@dataclass(frozen=True)
class Not:
    node: Node


@dataclass(frozen=True)
class And:
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    nodes: tuple[Node, ...]


Node = Word | Term | Not | And | Or
EVERYTHING = And(())


def wrong(message: str, position: int) -> InvalidInput:
    return InvalidInput(message, field="filter", position=position)


def parse(source: str) -> Node:
    """The tree of a filter. InvalidInput points at the character that is wrong. Empty text means everything."""
    if len(source) > limits.MAX_FILTER_CHARS:
        raise wrong(f"A filter has at most {limits.MAX_FILTER_CHARS:,} characters.", limits.MAX_FILTER_CHARS)
    forbidden = FORBIDDEN.search(source)
    if forbidden:
        raise wrong("A filter cannot hold control characters.", forbidden.start())
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.position = 0
        self.terms = 0

    def whole(self) -> Node:
        self._space()
        if self._ended():
            return EVERYTHING
        node = self._or(0)
        if not self._ended():  # only a closing bracket stops an expression early
            raise wrong("This bracket closes nothing.", self.position)
        return node

    def _or(self, depth: int) -> Node:
        nodes = [self._and(depth)]
        while self._keyword("OR"):
            nodes.append(self._and(depth))
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _and(self, depth: int) -> Node:
        nodes = [self._not(depth)]
        while not self._ended() and not self._next(")") and not self._at_keyword("OR"):
            self._keyword("AND")
            nodes.append(self._not(depth))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _not(self, depth: int) -> Node:
        start = self.position
        if depth > limits.MAX_FILTER_NESTING:
            raise wrong(f"Brackets and NOTs go at most {limits.MAX_FILTER_NESTING} deep.", start)
        minus = self._next("-") and self.source[start + 1 : start + 2].strip() not in ("", ")")
        if minus:
            self.position += 1
        if minus or self._keyword("NOT"):
            return Not(self._not(depth + 1))
        if not self._next("("):
            return self._term()
        self._advance(1)
        if self._next(")"):
            raise wrong("There is nothing between these brackets.", start)
        node = self._or(depth + 1)
        if not self._next(")"):
            raise wrong("This bracket is never closed.", start)
        self._advance(1)
        return node

    def _term(self) -> Node:
        start = self.position
        if self._ended() or self._next(")"):
            raise wrong("Something to look for is missing here.", start)
        for keyword in ("AND", "OR"):
            if self._at_keyword(keyword):
                raise wrong(f"{keyword} stands between two things to look for. Quote it to look for the word.", start)
        found = FIELD.match(self.source, start)
        if found is None or (found["key"] and not found["name"].endswith(".")):
            self._count(start)
            return Word(self._quoted() if self._next('"') else self._match(WORD), start)
        name = found["name"] + (_unescaped(found["key"][1:-1]) if found["key"] else "")
        operator = found["op"].strip()
        self.position = found.end()
        if operator in (":", ":="):
            operator = ":" if operator == ":" else "="
        else:  # `latency > 2s` is as people write it; `latency:>2s` means the same
            operator = operator.removeprefix(":")
            self._space()
        return Term(name, operator, self._values(name + found["op"]), start)

    def _values(self, before: str) -> tuple[Value, ...]:
        values: list[Value] = []
        while True:
            start = self.position
            self._count(start)
            if self._next('"'):
                values.append(Value(self._quoted(skip_space=False), True, start))
            elif VALUE.match(self.source, start):
                values.append(Value(self._match(VALUE, skip_space=False), False, start))
            else:
                raise wrong(f"A value is missing after {before}", start)
            if not self._next(","):
                self._space()
                return tuple(values)
            self.position += 1
            before = "the comma."

    def _count(self, position: int) -> None:
        self.terms += 1
        if self.terms > limits.MAX_FILTER_TERMS:
            raise wrong(f"A filter has at most {limits.MAX_FILTER_TERMS} terms.", position)

    def _quoted(self, *, skip_space: bool = True) -> str:
        found = QUOTED.match(self.source, self.position)
        if found is None:
            raise wrong("This quote is never closed.", self.position)
        if not found[1]:
            raise wrong("There is nothing between these quotes.", self.position)
        self.position = found.end()
        if skip_space:
            self._space()
        return _unescaped(found[1])

    def _match(self, pattern: re.Pattern[str], *, skip_space: bool = True) -> str:
        found = pattern.match(self.source, self.position)
        if found is None:
            raise wrong("This cannot be read.", self.position)
        self.position = found.end()
        if skip_space:
            self._space()
        return found[0]

    def _keyword(self, word: str) -> bool:
        if not self._at_keyword(word):
            return False
        self._advance(len(word))
        return True

    def _at_keyword(self, word: str) -> bool:
        end = self.position + len(word)
        stands_alone = end >= len(self.source) or self.source[end] in " \t\r\n()"
        return self.source.startswith(word, self.position) and stands_alone

    def _next(self, character: str) -> bool:
        return self.source.startswith(character, self.position)

    def _ended(self) -> bool:
        return self.position >= len(self.source)

    def _advance(self, count: int) -> None:
        self.position += count
        self._space()

    def _space(self) -> None:
        found = SPACE.match(self.source, self.position)
        self.position = found.end() if found else self.position


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def to_text(node: Node) -> str:
    """A filter that parses to the same tree."""
    if isinstance(node, Word):
        return quote(node.text)
    if isinstance(node, Term):
        space = "" if node.operator == ":" else " "  # so that `> =1` stays what it was
        values = (quote(value.text) if value.quoted else value.text for value in node.values)
        return _name(node.field) + node.operator + space + ",".join(values)
    if isinstance(node, Not):
        return "NOT " + _grouped(node.node)
    return (" OR " if isinstance(node, Or) else " ").join(_grouped(one) for one in node.nodes)


def _grouped(node: Node) -> str:
    return f"({to_text(node)})" if isinstance(node, (And, Or)) else to_text(node)


def _name(name: str) -> str:
    if FIELD.fullmatch(name + ":"):
        return name
    prefix, _, key = name.partition(".")
    return prefix + "." + quote(key)


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
