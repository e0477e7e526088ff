"""Reads a page as a browser would and lists what could act: scripts, handlers, styles, addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Markup(HTMLParser):
    tags: list[str] = field(default_factory=list)
    inline_scripts: int = 0
    handlers: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.inline_scripts += tag == "script" and "src" not in given
        self.handlers += [name for name in given if name.startswith(("on", "hx-on", "style"))]
        self.addresses += [
            given[name] or "" for name in ("href", "src", "action", "hx-get", "hx-post") if name in given
        ]


def read(page: str) -> Markup:
    markup = Markup()
    markup.feed(page)
    return markup


def assert_safe(page: str) -> None:
    """No inline script, no handler, no style, nothing from or to another host."""
    markup = read(page)
    assert markup.inline_scripts == 0
    assert markup.handlers == []
    outside = [a for a in markup.addresses if not a.startswith(("/", "?", "#")) or a.startswith("//")]
    assert outside == []
