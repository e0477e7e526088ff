"""The grammar of the filter bar: text → a tree of terms. What a field means is not known here.

    or      = and { "OR" and }
    and     = not { ["AND"] not }
    not     = ("NOT" | "-") not | "(" or ")" | relation "(" or ")" | term
    relation = "child" | "parent" | "trace"
    term    = field operator value { "," value } | flag | word | "quoted text"
    flag    = "error" | "root"
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
RELATION = re.compile(r"(child|parent|trace)\(")
# Words that say something of a span when they stand alone; in quotes they are text like any other.
FLAGS = ("error", "root")


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
class Flag:
    """A word of FLAGS."""

    name: str
    position: int = dataclasses.field(compare=False, default=0)


@dataclass(frozen=True)
class Related:
    """Another span for which `node` holds: a child or the parent of this one, or any span of its trace."""

    how: str
    node: Node
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
    position: int = dataclasses.field(compare=False, default=0)


@dataclass(frozen=True)
class And:
    """`joints`: where an AND was written."""

    nodes: tuple[Node, ...]
    joints: tuple[int, ...] = dataclasses.field(compare=False, default=())


@dataclass(frozen=True)
class Or:
    nodes: tuple[Node, ...]


Node = Word | Flag | Term | Related | Not | And | Or
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
        self.relations = 0

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
        nodes, joints = [self._not(depth)], list[int]()
        while not self._ended() and not self._next(")") and not self._at_keyword("OR"):
            position = self.position
            if self._keyword("AND"):
                joints.append(position)
            nodes.append(self._not(depth))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes), tuple(joints))

    def _not(self, depth: int) -> Node:
        start = self.position
        if depth > limits.MAX_FILTER_NESTING:
            raise wrong(f"Brackets and NOTs go at most {limits.MAX_FILTER_NESTING} deep.", start)
        minus = self._next("-") and self.source[start + 1 : start + 2].strip() not in ("", ")")
        if minus:
            self.position += 1
        if minus or self._keyword("NOT"):
            return Not(self._not(depth + 1), start)
        relation = RELATION.match(self.source, start)
        if relation:
            self._related()
            self.position = relation.end() - 1
            return Related(relation[1], self._group(depth), start)
        return self._group(depth) if self._next("(") else self._term()

    def _group(self, depth: int) -> Node:
        start = self.position
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
            if self._next('"'):
                return Word(self._quoted(), start)
            word = self._match(WORD)
            return Flag(word, start) if word in FLAGS else Word(word, start)
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

    def _related(self) -> None:
        self.relations += 1
        if self.relations > limits.MAX_FILTER_RELATIONS:
            most = limits.MAX_FILTER_RELATIONS
            raise wrong(f"A filter looks at other spans (child, parent, trace) at most {most} times.", self.position)

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
