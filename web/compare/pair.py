"""Two spans side by side: what went in, what came out, and the parameters and attributes that differ."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.core import limits
from backend.traces.view import Message, SpanView
from web.compare import measures
from web.compare.alignment import blocks, matches
from web.compare.measures import Measure
from web.compare.words import DiffRow, diff_text, with_context


@dataclass(frozen=True)
class Passage:
    """One message (or value) of A beside the one of B that took its place. `cut`: characters that were not compared."""

    label: str
    rows: list[DiffRow]
    side: str = "both"  # "a" or "b" when the other has none
    cut: int = 0

    @property
    def same(self) -> bool:
        return self.side == "both" and not self.cut and all(row.same for row in self.rows)

    @property
    def preview(self) -> str:
        start = "".join(piece.text for row in self.rows[:3] for piece in row.pieces if piece.kind != "del")
        return " ".join(start[:400].split())[:160]


@dataclass(frozen=True)
class Difference:
    """A parameter or attribute that differs; "" when a side has none."""

    key: str
    a: str
    b: str


@dataclass(frozen=True)
class Pair:
    a: SpanView | None
    b: SpanView | None
    measures: list[Measure]
    prompt: list[Passage]
    answer: list[Passage]
    parameters: list[Difference]
    attributes: list[Difference]
    same_attributes: int
    more_attributes: int

    @property
    def span(self) -> SpanView:
        found = self.b or self.a
        assert found is not None
        return found


Said = tuple[str, str]  # who says it (or what it is), and the text


def compare_spans(a: SpanView | None, b: SpanView | None) -> Pair:
    """At least one is given."""
    differing, same = _differences(a.attributes if a else {}, b.attributes if b else {})
    said = [text for span in (a, b) if span for text in (span.input, span.output) if text]
    shown = [one for one in differing if one.a not in said and one.b not in said]
    return Pair(
        a=a,
        b=b,
        measures=measures.of_spans(a, b),
        prompt=passages(_prompt(a), _prompt(b)),
        answer=passages(_answer(a), _answer(b)),
        parameters=_parameters(a, b),
        attributes=[_shortened(one) for one in shown[: limits.COMPARED_ATTRIBUTES]],
        same_attributes=same,
        more_attributes=max(len(shown) - limits.COMPARED_ATTRIBUTES, 0),
    )


def passages(a: Sequence[Said], b: Sequence[Said]) -> list[Passage]:
    """Equal ones side by side; between them those of one role in order, word by word."""
    out: list[Passage] = []
    for block in blocks(matches(a, b, limits.COMPARED_LINE_EDITS), len(a), len(b)):
        left, right = a[block.a_from : block.a_to], b[block.b_from : block.b_to]
        roles_a, roles_b = [role for role, _ in left], [role for role, _ in right]
        for part in blocks(matches(roles_a, roles_b, limits.COMPARED_LINE_EDITS), len(left), len(right)):
            before, after = left[part.a_from : part.a_to], right[part.b_from : part.b_to]
            if part.same:
                out += [_passage(role, x, y) for (role, x), (_, y) in zip(before, after, strict=True)]
            else:
                out += [_passage(role, text, "", side="a") for role, text in before]
                out += [_passage(role, "", text, side="b") for role, text in after]
    return out


def _passage(label: str, a: str, b: str, side: str = "both") -> Passage:
    most = limits.COMPARED_CHARS
    cut = max(len(a) - most, 0) + max(len(b) - most, 0)
    rows = diff_text(a[:most], b[:most])
    changed = any(not row.same for row in rows)
    return Passage(label, with_context(rows) if changed else rows, side, cut)


def _prompt(span: SpanView | None) -> list[Said]:
    if span is None:
        return []
    tool = span.tool or {}
    offered = [("tools offered", _written(span.tool_definitions))] if span.tool_definitions else []
    if span.input_messages:
        return [*offered, *map(_said, span.input_messages)]
    value = tool.get("arguments") if tool.get("arguments") not in (None, "") else span.input
    return [*offered, *([("input", _written(value))] if value not in (None, "") else [])]


def _answer(span: SpanView | None) -> list[Said]:
    if span is None:
        return []
    tool = span.tool or {}
    documents = [(f"document {one.get('id') or n}", _document(one)) for n, one in enumerate(span.documents, start=1)]
    failed = [("error", f"{span.error.type}: {span.error.message}".strip(": "))] if span.error else []
    if span.output_messages:
        return [*map(_said, span.output_messages), *documents, *failed]
    value = tool.get("result") if tool.get("result") not in (None, "") else span.output
    return [*([("output", _written(value))] if value not in (None, "") and not documents else []), *documents, *failed]


def _document(document: Mapping[str, Any]) -> str:
    score = document.get("score")
    return (f"[score {score}]\n" if score is not None else "") + _written(document.get("content") or "")


def _said(message: Message) -> Said:
    parts = message.get("parts") or []
    texts = [_part(part) for part in (parts if isinstance(parts, list) else [parts])]
    return str(message.get("role") or "unknown"), "\n".join(text for text in texts if text)


def _part(part: Any) -> str:
    """A part of a message as text; what is not text says what it is first."""
    if not isinstance(part, dict):
        return _written(part)
    kind, name = str(part.get("type") or ""), str(part.get("name") or "")
    if kind == "text":
        return _written(part.get("content") or "")
    if kind == "reasoning":
        return "[reasoning]\n" + _written(part.get("content") or "")
    if kind == "tool_call":
        return f"[calls {name or 'a tool'}]\n" + _written(part.get("arguments") or {})
    if kind == "tool_call_response":
        return f"[result{' of ' + name if name else ''}]\n" + _written(part.get("response", part.get("result")) or "")
    if kind == "blob":
        return f"[{part.get('mime_type') or 'media'}, {len(str(part.get('content') or '')):,} characters of base64]"
    return _written(part)


def _written(value: object) -> str:
    """Text as it is; JSON with a line for each member, so that lines can be compared."""
    if isinstance(value, str):
        trimmed = value.strip()
        if not trimmed or trimmed[0] not in "{[" or trimmed[-1] not in "}]" or len(value) > limits.COMPARED_CHARS:
            return value
        try:
            value = json.loads(trimmed)
        except (RecursionError, ValueError):
            return str(value)
    try:
        return json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return str(value)[: limits.COMPARED_CHARS]


def _parameters(a: SpanView | None, b: SpanView | None) -> list[Difference]:
    if a is None or b is None:
        return []
    found = (Difference(key, str(one), str(other)) for (key, one), (_, other) in zip(_facts(a), _facts(b), strict=True))
    return [one for one in found if one.a != one.b]


def _facts(span: SpanView) -> list[tuple[str, object]]:
    return [
        ("Name", span.name),
        ("Type", span.type),
        ("Status", span.status.code),
        ("Status message", span.status.message),
        ("Provider", span.provider),
        ("Model asked for", span.request_model),
        ("Model that answered", span.response_model),
        ("Operation", span.operation),
        ("Prompt", f"{span.prompt_name} {span.prompt_version}".strip()),
        ("Finish reasons", ", ".join(span.finish_reasons)),
        ("Streamed", "" if span.streaming is None else "yes" if span.streaming else "no"),
        ("Tool", span.tool_name),
        ("Agent", span.agent_name),
        ("Service", span.service_name),
        ("Environment", span.environment),
        ("Release", span.release),
        ("Instrumentation", f"{span.scope_name} {span.scope_version}".strip()),
        ("User", span.user_id),
        ("Session", span.session_id),
        ("Tags", ", ".join(sorted(span.tags))),
    ]


def _differences(a: Mapping[str, str], b: Mapping[str, str]) -> tuple[list[Difference], int]:
    keys: Iterable[str] = sorted({*a, *b})
    differing = [Difference(key, a.get(key, ""), b.get(key, "")) for key in keys if a.get(key) != b.get(key)]
    return differing, len({*a, *b}) - len(differing)


def _shortened(one: Difference) -> Difference:
    """The parts of two long values from just before where they begin to differ."""
    most = limits.COMPARED_ATTRIBUTE_CHARS
    if max(len(one.a), len(one.b)) <= most:
        return one
    differs_at = next((i for i, (x, y) in enumerate(zip(one.a, one.b, strict=False)) if x != y), 0)
    start = max(differs_at - most // 4, 0)

    def part(text: str) -> str:
        end = start + most
        return ("…" if start and text else "") + text[start:end] + ("…" if len(text) > end else "")

    return Difference(one.key, part(one.a), part(one.b))
