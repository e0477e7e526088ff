"""Explore: a heatmap of one number, a region of it, and what the rows inside differ in."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from backend.core.errors import InvalidInput
from backend.metrics import services as metrics
from backend.metrics.differences import Difference, Varying, differences, size_class
from backend.metrics.distribution import QUANTITIES, Quantity, SpreadQuestion, distribution, find_quantity
from web import formats, regions
from web.access import ProjectRequest, project_view
from web.figures import spread
from web.figures.heatmap import heatmap
from web.htmx import render_page
from web.timerange import PRESETS, TimeRange, parse_range

DEFAULT = "call_latency"
# Values shown of one field, and fields shown: what people look through.
VALUES, FIELDS = 6, 24


@dataclass(frozen=True)
class Asked:
    """What the address says; `region` None: the whole is looked at."""

    quantity: Quantity
    window: TimeRange
    filter: str
    region: regions.Region | None

    @property
    def params(self) -> dict[str, str]:
        """Of the page, without the region."""
        chosen = {"measure": self.quantity.name} if self.quantity.name != DEFAULT else {}
        return {**chosen, **self.window.params, **({"filter": self.filter} if self.filter else {})}

    @property
    def fixed(self) -> dict[str, str]:
        """Moments instead of "the last day": parts of the page that ask a second later ask for the same."""
        times = {"from": formats.iso(self.window.start_ns), "to": formats.iso(self.window.end_ns)}
        region = regions.region_params(self.region, self.quantity) if self.region else {}
        return {"measure": self.quantity.name, **times, "filter": self.filter, **region}


@dataclass(frozen=True)
class ShownValue:
    """`only`: this page, narrowed down to the value; `list`: its traces of the region. "" without a field for it."""

    one: Difference
    label: str
    share_inside: str
    share_outside: str
    width_inside: str
    width_outside: str
    certain: str
    only: str
    list: str


@project_view("trace:read")
def explore_page(request: ProjectRequest) -> HttpResponse:
    problem: InvalidInput | None = None
    try:
        asked = _asked(request)
        metrics.check_filter(asked.filter)
    except InvalidInput as error:
        problem = error
        wrong = error.field or ""
        kept = {} if wrong in ("range", "from", "to") else request.GET
        asked = Asked(QUANTITIES[0], parse_range(kept), request.GET.get("filter", "").strip(), None)
    here = reverse("explore", args=[request.project.slug])
    typed = {name: request.GET.get(name, "") for name in regions.NAMES}
    if asked.region is not None:
        typed = regions.region_params(asked.region, asked.quantity)
    return render_page(
        request,
        "explore/explore.html",
        partial="page",
        status=400 if problem else 200,
        asked=asked,
        range=asked.window,
        presets=PRESETS.items(),
        filter=asked.filter,
        quantities=QUANTITIES,
        keep=[(k, v) for k, v in asked.params.items() if k != "filter"],
        kept=list(asked.params.items()),
        problem=problem,
        typed=typed,
        heatmap_url=f"{here}heatmap/?{urlencode(asked.fixed)}",
        differences_url=f"{here}differences/?{urlencode(asked.fixed)}" if asked.region else "",
        whole_url=f"{here}?{urlencode(asked.params)}",
    )


@project_view("trace:read")
def explore_heatmap(request: ProjectRequest) -> HttpResponse:
    """The heatmap; without htmx a page of its own, for reading without JavaScript."""
    asked = _asked(request)
    found = distribution(_question(request, asked))
    figure = heatmap(found, label=asked.quantity.label)
    if asked.region is not None:
        high = min(asked.region.high, figure["edges"][-1]) if figure["edges"] else 0
        edges = {"low": asked.region.low, "high": high}
        figure["region"] = {"from": asked.region.start_ns // 1_000_000, "to": asked.region.end_ns // 1_000_000, **edges}
    figure["unit"] = asked.quantity.unit
    table = spread.table(found)
    return render_page(
        request,
        "explore/heatmap.html",
        partial="inside",
        asked=asked,
        figure=figure,
        head=table.head,
        rows=[(*row, "") for row in table.rows],
        first="From",
        empty=not found.total.rows,
        found=found,
        widget={"title": asked.quantity.label, "key": "heatmap"},
    )


@project_view("trace:read")
def explore_differences(request: ProjectRequest) -> HttpResponse:
    asked = _asked(request)
    region = asked.region
    if region is None:
        return render_page(request, "explore/differences.html", partial="inside", asked=asked, found=None)
    found = differences(_question(request, asked), region)
    clear = [one for one in found.fields if one.clear]
    list_url = reverse("traces", args=[request.project.slug])
    return render_page(
        request,
        "explore/differences.html",
        partial="inside",
        asked=asked,
        found=found,
        fields=[(one, _shown(request, asked, one)) for one in clear[:FIELDS]],
        same=[one.label for one in found.fields if not one.clear],
        list_url=f"{list_url}?{urlencode(_list_params(asked, ''))}",
    )


def _shown(request: ProjectRequest, asked: Asked, field: Varying) -> list[ShownValue]:
    here = reverse("explore", args=[request.project.slug])
    list_url = reverse("traces", args=[request.project.slug])
    shown: list[ShownValue] = []
    for one in field.values[:VALUES]:
        term = _term(one)
        only = {**asked.params, "filter": _joined(asked.filter, term)}
        if asked.region is not None:
            only |= regions.region_params(asked.region, asked.quantity)
        shown.append(
            ShownValue(
                one,
                _label(one),
                f"{one.share_inside * 100:.1f} %",
                f"{one.share_outside * 100:.1f} %",
                f"{one.share_inside * 100:.1f}",
                f"{one.share_outside * 100:.1f}",
                f"{'+' if one.certain > 0 else '−'}{abs(one.certain) * 100:.1f} pt" if one.certain else "",
                f"{here}?{urlencode(only)}" if term else "",
                f"{list_url}?{urlencode(_list_params(asked, term))}" if term else "",
            )
        )
    return shown


def _label(one: Difference) -> str:
    if one.field not in ("input_tokens", "output_tokens"):
        return one.value
    low, high = size_class(one.value)
    return f"{low:,} to {high - 1:,}"


def _term(one: Difference) -> str:
    """The value as a term of a filter; "" when no field of the language says it."""
    if one.field in ("input_tokens", "output_tokens"):
        low, high = size_class(one.value)
        return f"{one.field}>={low} {one.field}<{high}"
    return metrics.narrowed("", one.field, one.value) or ""


def _list_params(asked: Asked, term: str) -> dict[str, str]:
    """The traces of the region. A root's length and a model may stand on two spans of one trace."""
    region = asked.region
    if region is None:
        return asked.params
    times = {"from": formats.iso(region.start_ns), "to": formats.iso(region.end_ns)}
    texts = [asked.filter, term]
    if asked.quantity.family == "traces":
        texts = [f"trace({text})" for text in texts if text]
    text = ""
    for more in (*texts, regions.region_filter(region, asked.quantity)):
        text = _joined(text, more)
    return {**times, "filter": text}


def _joined(text: str, more: str) -> str:
    if not more or not text:
        return text or more
    return f"{text} {more}" if " or " not in text.lower() else f"({text}) {more}"


def _question(request: ProjectRequest, asked: Asked) -> SpreadQuestion:
    window = asked.window
    return SpreadQuestion(request.project.id, window.start_ns, window.end_ns, asked.quantity.name, filter=asked.filter)


def _asked(request: ProjectRequest) -> Asked:
    """Raises InvalidInput."""
    window = parse_range(request.GET)
    quantity = find_quantity(request.GET.get("measure", "").strip() or DEFAULT)
    region = regions.parse_region(request.GET, quantity, window)
    return Asked(quantity, window, request.GET.get("filter", "").strip(), region)
