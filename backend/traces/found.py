"""What a filter searches for, and where a trace says it: for marks and for snippets around a hit."""

from __future__ import annotations

import re
from uuid import UUID

from backend.core import limits
from backend.core.errors import InvalidInput
from backend.store import client
from backend.store.filter_syntax import And, Node, Or, Related, Term, Word, parse
from backend.store.queries import found as queries


def words(text: str) -> list[str]:
    """The texts that a filter looks for; none of those that it excludes, none when it cannot be read."""
    try:
        found = list(dict.fromkeys(_said(parse(text))))
    except InvalidInput:
        return []
    return found[: limits.MARKED_WORDS]


def _said(node: Node) -> list[str]:
    if isinstance(node, Word):
        return [node.text]
    if isinstance(node, Term):
        looked = node.field.lower() in ("input", "output") and node.operator in (":", "=")
        return [one.text for one in node.values if one.text != "*"] if looked else []
    if isinstance(node, Related):
        return _said(node.node)
    return [text for one in node.nodes for text in _said(one)] if isinstance(node, (And, Or)) else []


def snippets(project_id: UUID, trace_ids: list[str], text: str, start_ns: int, end_ns: int) -> dict[str, str]:
    """By trace: the text around the first hit of what `text` searches for. Reads the content of these traces only."""
    wanted = words(text)
    if not wanted or not trace_ids:
        return {}
    if len(trace_ids) > limits.PAGE_SIZE:
        raise InvalidInput(f"At most {limits.PAGE_SIZE} traces at once.", field="ids")
    found = queries.snippets(
        client.current(), project_id, trace_ids, wanted, start_ns, end_ns, around=limits.SNIPPET_CHARS
    )  # fmt: skip
    return {trace_id: _unescaped(snippet) for trace_id, snippet in found.items()}


def _unescaped(snippet: str) -> str:
    """Content is often JSON; a piece of it reads better without its escapes. Those that were cut stay."""
    text = re.sub(r"(?:\\u[0-9a-fA-F]{4})+", lambda one: _units(one[0]), snippet)
    return re.sub(r"\\(.)", lambda one: " " if one[1] in "nrt" else one[1], text)


def _units(escapes: str) -> str:
    """\\ud83c\\udf26 is one character in two UTF-16 units."""
    return bytes.fromhex(escapes.replace("\\u", "")).decode("utf-16-be", errors="replace")
