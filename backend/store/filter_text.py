"""A filter's tree of terms written out again as text."""

from __future__ import annotations

from backend.store.filter_syntax import FIELD, And, Flag, Node, Not, Or, Related, Term, Word


def to_text(node: Node) -> str:
    """A filter that parses to the same tree."""
    if isinstance(node, Word):
        return quote(node.text)
    if isinstance(node, Flag):
        return node.name
    if isinstance(node, Related):
        return f"{node.how}({to_text(node.node)})"
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
