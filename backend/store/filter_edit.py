"""Changing a filter's text by a click: a term is added or taken away, and all that a person typed stays as it stands.

Only terms that must all match are touched: those at the top of the filter, not those inside brackets or beside an OR.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend.store.filter_fields import find
from backend.store.filter_syntax import QUOTED, VALUE, And, Node, Not, Or, Related, Term, Value, parse
from backend.store.filter_text import quote

# A value made of these needs no quotes: nothing in it could be read as an operator, a wildcard or a bracket.
PLAIN = re.compile(r"\w[\w./@+-]*")
NEGATION = re.compile(r"(?:-|NOT\s*)\Z")
BRACKET_BEFORE = re.compile(r"\(\s*\Z")
BRACKET_AFTER = re.compile(r"\s*\)")
AND_BEFORE = re.compile(r"AND\s*\Z")
AND_AFTER = re.compile(r"\s*(AND)?")


@dataclass(frozen=True)
class Choice:
    """One value that a top-level term asks for, or with `excluded` forbids. [start, end): the term with its minus.

    `field`: the name of the field, also where an alias of it was written.
    """

    field: str
    value: str
    excluded: bool
    start: int
    end: int
    term: Term


def choices(source: str) -> list[Choice]:
    """What the filter chooses by plain terms. Raises InvalidInput when it cannot be read."""
    return [choice for term, negations in _top(parse(source)) for choice in _of_term(source, term, negations)]


def add(source: str, field: str, value: str, *, exclude: bool = False) -> str:
    """The filter with one more choice; a term of the same field gets one more value. Raises InvalidInput."""
    source = remove(source, field, value, exclude=not exclude)
    if any(_is(one, field, value, exclude) for one in choices(source)):
        return source
    written = value if PLAIN.fullmatch(value) else quote(value)
    same = [one for one in choices(source) if _same_field(one.field, field) and not one.excluded]
    if same and not exclude:
        end = _value_end(source, same[-1].term.values[-1])
        return _checked(source[:end] + "," + written + source[end:])
    kept = f"({source.strip()})" if isinstance(parse(source), Or) else source.rstrip()
    return _checked(f"{kept} {'-' if exclude else ''}{field}:{written}".strip())


def remove(source: str, field: str, value: str, *, exclude: bool = False) -> str:
    """The filter without this choice; the same text when it has no such choice."""
    found = next((one for one in choices(source) if _is(one, field, value, exclude)), None)
    while found is not None:
        source = _without(source, found)
        found = next((one for one in choices(source) if _is(one, field, value, exclude)), None)
    return source


def without_field(source: str, field: str) -> str:
    """The filter without what it asks for in this field; what it forbids stays."""
    while found := next((o for o in choices(source) if not o.excluded and _same_field(o.field, field)), None):
        source = _cut(source, found.start, found.end)
    return source


def _top(node: Node) -> Iterator[tuple[Term, int]]:
    """Terms that must hold, each with the number of NOTs before it."""
    for one in node.nodes if isinstance(node, And) else (node,):
        negations, inner = 0, one
        while isinstance(inner, Not):
            negations, inner = negations + 1, inner.node
        if isinstance(inner, Term):
            yield inner, negations


def _of_term(source: str, term: Term, negations: int) -> Iterator[Choice]:
    known = find(term.field)
    if term.operator not in (":", "=", "!=") or known is None:
        return
    name = term.field if known[1] else known[0].name
    excluded = (negations % 2 == 1) != (term.operator == "!=")
    start = _negated_from(source, term.position, _written(parse(source))[0])
    if negations and start == term.position:
        return  # the NOT stands before a bracket
    for value in term.values:
        if value.quoted or "*" not in value.text:
            yield Choice(name, value.text, excluded, start, _value_end(source, term.values[-1]), term)


def _without(source: str, choice: Choice) -> str:
    values = choice.term.values
    if len(values) == 1:
        return _cut(source, choice.start, choice.end)
    index = next(i for i, one in enumerate(values) if one.text == choice.value and (one.quoted or "*" not in one.text))
    if index == 0:
        return _checked(source[: values[0].position] + source[values[1].position :])
    return _checked(source[: values[index].position - 1] + source[_value_end(source, values[index]) :])


def _cut(source: str, start: int, end: int) -> str:
    """Takes a term out, with the brackets that held it alone and the AND that joined it to its neighbours."""
    nots, joints = _written(parse(source))
    while (inside := BRACKET_BEFORE.search(source, 0, start)) and (closing := BRACKET_AFTER.match(source, end)):
        start, end = _negated_from(source, inside.start(), nots), closing.end()
    before, after = AND_BEFORE.search(source, 0, start), AND_AFTER.match(source, end)
    if before and before.start() in joints:
        start = before.start()
    if after and after.start(1) in joints:
        end = after.end()
    return _checked(f"{source[:start].rstrip()} {source[end:].lstrip()}".strip())


def _written(node: Node) -> tuple[set[int], set[int]]:
    """Where a NOT or a minus, and where an AND stands. The same letters may be part of a word or a value."""
    if isinstance(node, Not):
        nots, joints = _written(node.node)
        return nots | {node.position}, joints
    if isinstance(node, Related):
        return _written(node.node)
    if not isinstance(node, (And, Or)):
        return set(), set()
    parts = [_written(one) for one in node.nodes]
    joints = {position for _, found in parts for position in found}
    return {position for found, _ in parts for position in found}, joints | set(
        node.joints if isinstance(node, And) else ()
    )


def _negated_from(source: str, position: int, nots: set[int]) -> int:
    """Where the negations before a term or a bracket begin."""
    while (found := NEGATION.search(source, 0, position)) and found.start() in nots:
        position = found.start()
    return position


def _value_end(source: str, value: Value) -> int:
    found = (QUOTED if value.quoted else VALUE).match(source, value.position)
    return found.end() if found else value.position


def _checked(source: str) -> str:
    parse(source)
    return source


def _is(choice: Choice, field: str, value: str, excluded: bool) -> bool:
    known = find(field)
    fold = known is not None and known[0].kind not in ("id", "map", "metadata")
    same = choice.value.lower() == value.lower() if fold else choice.value == value
    return same and choice.excluded == excluded and _same_field(choice.field, field)


def _same_field(one: str, other: str) -> bool:
    return find(one) == find(other)
