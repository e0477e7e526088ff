"""Filters that write prices exactly: every digit, so that a reader can check the sum."""

from __future__ import annotations

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def exact(dollars: float | None) -> str:
    """$0.00123: no digit more or less than the number has, to 12 digits that say something."""
    if dollars is None:
        return "—"
    return f"${_plain(dollars)}"


@register.filter
def per_million(dollars: float) -> str:
    """A price per token as people know it: $2.50/M"""
    return f"${_plain(dollars * 1_000_000)}/M"


@register.filter
def million(dollars: float) -> str:
    """A price per token as dollars per million tokens, where a heading says so: $2.50"""
    return f"${_plain(dollars * 1_000_000)}"


def _plain(value: float) -> str:
    """12 significant digits hide what binary fractions add at the 17th; at least two decimals, as for all money."""
    number = Decimal(f"{value:.12g}").normalize()
    text = f"{number:f}"
    whole, _, decimals = text.partition(".")
    return f"{int(whole):,}.{decimals.ljust(2, '0')}" if whole.lstrip("-") else text
