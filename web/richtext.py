"""Turns text that a model or a stranger wrote into safe HTML: Markdown, and JSON with colours. All of it is hostile."""

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

from backend.core import limits

TAGS = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a"),
}
# Only whole addresses of these schemes stay links: a relative one would act inside Spanhouse.
LINK = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
# Shorter JSON stays on one line: most tool arguments are.
ONE_LINE_CHARS = 72
JSON_TOKEN = re.compile(
    r'(?P<string>"(?:\\.|[^"\\])*")(?P<colon>\s*:)?|(?P<word>\b(?:true|false|null)\b)|(?P<number>-?\d[\d.eE+-]*)'
)


def _image_as_words(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType
) -> str:
    """A remote image would tell its host who reads this trace, and when: its address is shown instead."""
    token = tokens[index]
    return f"[image {escape(token.content)} {escape(str(token.attrs.get('src', '')))}]"


_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_parser.add_render_rule("image", _image_as_words)


def _whole_links_only(_tag: str, name: str, value: str) -> str | None:
    """`rel` and `target` are set by the cleaner itself. nh3 asks before it drops what is not allowed."""
    return value if name in ("rel", "target") or (name == "href" and LINK.match(value)) else None


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}},
    attribute_filter=_whole_links_only,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}},
)


def markdown(text: str) -> SafeString:
    """Markdown without raw HTML, images and any link that is not http, https or mailto."""
    return mark_safe(_cleaner.clean(_parser.render(text)))  # noqa: S308 (cleaned by nh3)


def pretty_json(value: object) -> SafeString | None:
    """Indented JSON with a class per token. None when it nests too deep to be written."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        if len(text) > ONE_LINE_CHARS:
            text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return None
    return coloured_json(text)


def coloured_json(text: str) -> SafeString:
    """Wraps strings, keys, numbers and words of JSON text; every character of the text is escaped."""
    out: list[str] = []
    end = 0
    for match in JSON_TOKEN.finditer(text):
        out.append(escape(text[end : match.start()]))
        kind = "k" if match["colon"] else "s" if match["string"] else "w" if match["word"] else "d"
        body = match["string"] or match[0]
        out.append(f'<span class="{kind}">{escape(body)}</span>{escape(match["colon"] or "")}')
        end = match.end()
    out.append(escape(text[end:]))
    return mark_safe("".join(out))  # noqa: S308 (every piece is escaped above)


def parsed_json(text: str) -> object | None:
    """The object or array that the text is, or None. Numbers and plain strings stay text: they read better."""
    trimmed = text.strip()
    if not trimmed or trimmed[0] not in "{[" or trimmed[-1] not in "}]" or len(trimmed) > limits.RENDERED_CHARS:
        return None
    try:
        return json.loads(trimmed)
    except (RecursionError, ValueError):
        return None
