"""Two numbers and their difference: how much, how many per cent, and whether that is better or worse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from backend.traces.view import SpanView, TraceView
from web import formats

Verdict = Literal["better", "worse", "neutral", "same"]
# What is wanted of a number: less of it, more of it, or neither.
Wanted = Literal["less", "more", "neither"]
# Two runs of the same code differ by some per cent in time; that is not called better or worse.
TIME_NOISE = 0.05


@dataclass(frozen=True)
class Measure:
    """Everything written out; `difference` is "" when one side has no number."""

    label: str
    a: str
    b: str
    difference: str = ""
    percent: str = ""
    verdict: Verdict = "same"

    @property
    def icon(self) -> str:
        return {"+": "arrow-up", "−": "arrow-down"}.get(self.difference[:1], "equal")


def measure(
    label: str,
    a: float | None,
    b: float | None,
    *,
    write: Callable[..., str] = formats.count,
    wanted: Wanted = "less",
    noise: float = 0.0,
) -> Measure:
    if a is None or b is None:
        return Measure(label, write(a), write(b))
    change = b - a
    if not change:
        return Measure(label, write(a), write(b), "±0")
    sign = "+" if change > 0 else "−"
    verdict: Verdict = "neutral"
    if wanted != "neither" and abs(change) > noise * max(abs(a), abs(b)):
        verdict = "better" if (change < 0) == (wanted == "less") else "worse"
    return Measure(label, write(a), write(b), sign + write(abs(change)), _percent(a, change, sign), verdict)


def _percent(a: float, change: float, sign: str) -> str:
    """ "" when there was nothing before: no number of per cent leads from 0 to something."""
    if not a:
        return ""
    share = abs(change) * 100 / abs(a)
    if share >= 1000:
        return f"×{(a + change) / a:,.0f}" if sign == "+" else ""
    return f"{sign}{share:.0f} %" if share >= 10 else f"{sign}{share:.1f} %"


def of_traces(a: TraceView, b: TraceView) -> list[Measure]:
    """The totals of two traces."""
    use_a, use_b = a.usage, b.usage
    return [
        measure("Duration", a.duration_ns, b.duration_ns, write=formats.duration, noise=TIME_NOISE),
        measure("Cost", a.cost.total, b.cost.total, write=formats.money),
        measure("Tokens in", use_a.input_tokens, use_b.input_tokens),
        measure("… cached", use_a.cache_read_tokens, use_b.cache_read_tokens, wanted="more"),
        measure("Tokens out", use_a.output_tokens, use_b.output_tokens),
        measure("Spans", a.span_count, b.span_count, wanted="neither"),
        measure("Errors", a.error_count, b.error_count),
    ]


def of_spans(a: SpanView | None, b: SpanView | None) -> list[Measure]:
    """The numbers of two spans, those that at least one of them has."""

    def both(
        label: str,
        read: Callable[[SpanView], float | None],
        write: Callable[..., str] = formats.count,
        wanted: Wanted = "less",
        noise: float = 0.0,
    ) -> Measure | None:
        one, other = read(a) if a else None, read(b) if b else None
        if one is None and other is None:
            return None
        return measure(label, one, other, write=write, wanted=wanted, noise=noise)

    found = (
        both("Duration", lambda s: s.duration_ns, formats.duration, noise=TIME_NOISE),
        both("First token", lambda s: s.time_to_first_token_ns, formats.duration, noise=TIME_NOISE),
        both("Cost", lambda s: s.cost.total, formats.money),
        both("Tokens in", lambda s: s.usage.input_tokens),
        both("… cached", lambda s: s.usage.cache_read_tokens, wanted="more"),
        both("… audio in", lambda s: s.usage.audio_input_tokens),
        both("Tokens out", lambda s: s.usage.output_tokens),
        both("… reasoning", lambda s: s.usage.reasoning_tokens),
        both("… audio out", lambda s: s.usage.audio_output_tokens),
    )
    return [one for one in found if one is not None]
