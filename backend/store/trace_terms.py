"""A filter over spans in which what belongs to a trace (user, session, tag, …) is asked of the whole trace.

A sender may set the user on one span only; it holds for every span of the trace. `type:llm user:alice` as a filter of
spans is then: model calls in traces that have this user.
"""

from __future__ import annotations

from typing import LiteralString

from backend.store.filter_fields import find
from backend.store.filter_syntax import Term, parse
from backend.store.filters import Compiled, _Compiler  # pyright: ignore[reportPrivateUsage] - the same language
from backend.store.queries.counted import FROM_SPANS

OF_TRACE = frozenset({"user", "session", "tag", "environment", "release"})
TRACES: LiteralString = "trace_id IN (SELECT trace_id" + FROM_SPANS + " AND "


class _OfTrace(_Compiler):
    def _term(self, term: Term) -> LiteralString:
        found = find(term.field)
        if found is None or found[0].name not in OF_TRACE:
            return super()._term(term)
        if term.operator != "!=":
            return TRACES + super()._term(term) + ")"
        positive = Term(term.field, ":", term.values, term.position)
        return "NOT " + TRACES + super()._term(positive) + ")"

    def _has(self, term: Term) -> LiteralString:
        fields = [find(value.text) for value in term.values]
        if any(field is None or field[0].name not in OF_TRACE for field in fields):
            return super()._has(term)
        positive = Term(term.field, ":", term.values, term.position)
        condition = TRACES + super()._has(positive) + ")"
        return "NOT " + condition if term.operator == "!=" else condition


def compile_for_spans(text: str) -> Compiled:
    """Like `compile_filter`; the statement binds project_id, scan_from and scan_to. Raises InvalidInput."""
    compiler = _OfTrace()
    return Compiled(compiler.node(parse(text)), compiler.params)
