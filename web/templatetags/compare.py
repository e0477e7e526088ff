"""The marks of a text comparison: <del> and <ins>, each said in words for those who see no colour."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from web.compare.words import Piece

register = template.Library()

DEL = '<del><span class="hidden">[removed: </span>{}<span class="hidden">]</span></del>'
INS = '<ins><span class="hidden">[added: </span>{}<span class="hidden">]</span></ins>'


@register.simple_tag
def pieces(shown: Iterable[Piece]) -> SafeString:
    """Not a template: a blank or a line break of its own would be shown, the text is preformatted."""
    out = [
        conditional_escape(piece.text)
        if piece.kind == "same"
        else format_html(DEL if piece.kind == "del" else INS, piece.text)
        for piece in shown
    ]
    return mark_safe("".join(out))  # noqa: S308 (every piece is escaped above)
