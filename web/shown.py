"""Values made ready for the template: long ones cut, JSON foldable, Markdown rendered, all of it harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import urlencode

from django.utils.safestring import SafeString

from backend.core import limits
from web import richtext
from web.jsonview import JsonView, vector_note
from web.values import text_of

Mode = Literal["auto", "markdown", "text", "json", "raw"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True)
class Shown:
    """One value. `kind`: text (shown as it is), markdown or json (`html` is safe). `cut`: characters left out.

    `size`: characters in all. `address`: where in the span it is (web/values.py).
    """

    kind: str
    text: str
    html: SafeString | None = None
    cut: int = 0
    size: int = 0
    address: str = ""
    note: str = ""


@dataclass(frozen=True)
class ShownAttribute:
    key: str
    value: Shown


def link(base: str, page: str, **query: object) -> str:
    """An address below the span's own."""
    return f"{base}{page}/?{urlencode(query)}"


def json_view(base: str, address: str, nodes: int = limits.JSON_NODES) -> JsonView:
    """A viewer that loads what it leaves out of the value at `address`; without a base it draws everything."""
    if not base:
        return JsonView(nodes)
    return JsonView(
        nodes,
        more=lambda at, start: link(base, "json", of=address, at=at, start=start),
        text=lambda at, _: link(base, "text", of=address, at=at),
    )


@dataclass
class Reader:
    """Makes values ready while there is room left in the panel; `cut` says whether any had to be cut."""

    base: str = ""
    mode: Mode = "auto"
    left: int = limits.PANEL_CHARS
    nodes: int = limits.PANEL_NODES
    cut: bool = field(default=False, init=False)

    def value(
        self, value: object, address: str, *, prose: bool = False, limit: int = limits.SHOWN_CHARS, text: bool = False
    ) -> Shown:
        """Objects and JSON text in the viewer, `prose` as Markdown, else as it is. `text`: as it is always."""
        as_text = text or self.mode in ("text", "raw")
        if not as_text and not (prose and self.mode == "markdown"):
            parsed = richtext.parsed_json(value) if isinstance(value, str) else value
            if isinstance(parsed, dict | list) and (shown := self._json(parsed, value, address)) is not None:
                return shown
        said = text_of(value)
        if prose and not as_text and len(said) <= min(limits.RENDERED_CHARS, self.left):
            self.left -= len(said)
            return Shown("markdown", said, richtext.markdown(said), size=len(said), address=address)
        return self._text(said, address, limit)

    def _json(self, parsed: dict | list, value: object, address: str) -> Shown | None:
        view = json_view(self.base, address, min(limits.JSON_NODES, max(self.nodes, 1)))
        allowed = view.nodes
        try:
            html = view.whole(parsed)
        except (RecursionError, ValueError):
            return None
        self.nodes -= allowed - view.nodes
        said = value if isinstance(value, str) else ""
        return Shown("json", said[:400] or text_of(parsed, pretty=False)[:400], html, size=len(said), address=address)

    def _text(self, said: str, address: str, limit: int) -> Shown:
        room = min(limit, max(self.left, 400))
        cut = max(0, len(said) - room)
        self.cut = self.cut or cut > 0
        self.left -= len(said) - cut
        return Shown("text", said[: len(said) - cut], cut=cut, size=len(said), address=address)

    def attributes(self, attributes: Mapping[str, str], prefix: str) -> list[ShownAttribute]:
        """By name. JSON is pretty when it is short; a vector is told in a line."""
        return [
            ShownAttribute(key, self.attribute(attributes[key], f"{prefix}:{key}"))
            for key in sorted(attributes)[: limits.SHOWN_ATTRIBUTES]
        ]

    def attribute(self, said: str, address: str) -> Shown:
        if said[:1] in ("[", "{") and len(said) <= limits.JSON_CHARS:
            parsed = richtext.parsed_json(said)
            if isinstance(parsed, list) and len(parsed) > 16 and all(isinstance(n, int | float) for n in parsed):
                return Shown("vector", vector_note(parsed), size=len(said), address=address)
            if len(said) <= limits.SHOWN_ATTRIBUTE_CHARS and isinstance(parsed, dict | list):
                shown = self._json(parsed, said, address)
                if shown is not None:
                    return shown
        shown = self._text(said, address, limits.SHOWN_ATTRIBUTE_CHARS)
        if said[:1] in ("[", "{"):
            return Shown(shown.kind, shown.text, cut=shown.cut, size=shown.size, address=address, note="json")
        return shown
