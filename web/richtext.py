"""Turns text that a model or a stranger wrote into safe HTML: Markdown with coloured code. All of it is hostile."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from backend.core import limits

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "span"),
}
# Only whole addresses of these schemes stay links: a relative one would act inside Spanhouse.
LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# Longer blocks of code stay plain: a lexer is a pile of regular expressions, and they read hostile text.
HIGHLIGHTED_CHARS = 12_000
TOKEN_CLASS = re.compile(r"hl-[a-z0-9]{1,4}")
_formatter = HtmlFormatter(nowrap=True, classprefix="hl-")


def _highlighted(code: str, language: str, _attributes: str) -> str:
    """A block of code with a class a token; "" leaves it to the renderer, which escapes it."""
    if not language or len(code) > HIGHLIGHTED_CHARS:
        return ""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    return highlight(code, lexer, _formatter)


def _image_as_words(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """A remote image would tell its host who reads this trace, and when: its address is shown instead."""
    token = tokens[index]
    return f"[image {escape(token.content)} {escape(str(token.attrs.get('src', '')))}]"


_parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "highlight": _highlighted}).enable(
    ["table", "strikethrough"]
)
_parser.add_render_rule("image", _image_as_words)


def _known_values_only(_tag: str, name: str, value: str) -> str | None:
    """`rel` and `target` are set by the cleaner itself. nh3 asks before it drops what is not allowed."""
    allowed = {"rel": True, "target": True, "href": LINK.match(value), "class": TOKEN_CLASS.fullmatch(value)}
    return value if allowed.get(name) else None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "span": {"class"}},
    attribute_filter=_known_values_only,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def markdown(text: str) -> SafeString:
    """Markdown without raw HTML, images and any link that is not http, https or mailto."""
    return mark_safe(_cleaner.clean(_parser.render(text)))  # noqa: S308 (cleaned by nh3)


def parsed_json(text: str) -> object | None:
    """The object or array that the text is, or None. Numbers and plain strings stay text: they read better."""
    trimmed = text.strip()
    if not trimmed or trimmed[0] not in "{[" or trimmed[-1] not in "}]" or len(trimmed) > limits.JSON_CHARS:
        return None
    try:
        return json.loads(trimmed)
    except (RecursionError, ValueError):
        return None
