"""Models compared like for like, each number with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from backend.core.errors import InvalidInput
from backend.metrics import services as metrics
from backend.metrics.comparison import MOST_MODELS, Compared, CompareQuestion, Comparison, compare
from backend.metrics.intervals import Estimate
from backend.metrics.services import dimensions_of
from web import formats
from web.access import ProjectRequest, project_view
from web.figures import units
from web.figures.intervals import Whisker, whiskers
from web.htmx import render_page
from web.timerange import PRESETS, parse_range

DEFAULT_BY = "service"
NOT_ALIKE = frozenset({"model", "request_model", "trace", "tag", "status", "error"})


@dataclass(frozen=True)
class Cell:
    """`verdict`: better, worse, more or less than the first model when that is clear; else "" """

    value: str
    interval: str
    more: str
    rows: int
    whisker: Whisker | None
    verdict: str
    by: str


@project_view("trace:read")
def models_page(request: ProjectRequest) -> HttpResponse:
    problem: InvalidInput | None = None
    found: Comparison | None = None
    text = request.GET.get("filter", "").strip()
    by = request.GET.get("by", DEFAULT_BY).strip()
    chosen = parse_range({} if _wrong_range(request) else request.GET)
    try:
        parse_range(request.GET)
        metrics.check_filter(text)
        models = tuple(request.GET.getlist("model"))
        found = compare(CompareQuestion(request.project.id, chosen.start_ns, chosen.end_ns, by, models, text))
    except InvalidInput as error:
        problem = error
    times = {"from": formats.iso(chosen.start_ns), "to": formats.iso(chosen.end_ns)}
    list_url = reverse("traces", args=[request.project.slug])
    return render_page(
        request,
        "models/models.html",
        partial="page",
        status=400 if problem else 200,
        range=chosen,
        presets=PRESETS.items(),
        filter=text,
        keep=[*chosen.params.items(), ("by", by), *(("model", name) for name in request.GET.getlist("model"))],
        kept=[*chosen.params.items(), ("filter", text)],
        problem=problem,
        by=by,
        ways=[("", "nothing: all calls as they are")]
        + [(one.name, one.label.lower()) for one in dimensions_of("calls") if one.name not in NOT_ALIKE],
        found=found,
        most=MOST_MODELS,
        rows=[(one, _cells(one)) for one in found.measures] if found else [],
        heads=[
            (m, n, f"{list_url}?{urlencode({**times, 'filter': _narrowed(text, m)})}") for m, n in found.models.items()
        ]
        if found
        else [],
        strata=[(name or "(none)", f"{weight * 100:.1f} %") for name, weight in list(found.strata.items())[:30]]
        if found
        else [],
    )


def _wrong_range(request: ProjectRequest) -> bool:
    try:
        parse_range(request.GET)
    except InvalidInput:
        return True
    return False


def _narrowed(text: str, model: str) -> str:
    return metrics.narrowed(text, "model", model) or text


def _cells(one: Compared) -> list[Cell | None]:
    made: list[Cell | None] = []
    first = next(iter(one.estimates.values()), None)
    lines = whiskers(list(one.estimates.values()))
    for (model, estimate), line in zip(one.estimates.items(), lines, strict=True):
        if estimate is None:
            made.append(None)
            continue
        sign = one.clear.get(model, 0)
        verdict = ""
        if sign:
            verdict = {
                "": {1: "more", -1: "less"},
                "up": {1: "better", -1: "worse"},
                "down": {1: "worse", -1: "better"},
            }[one.better][sign]
        more = f"{_text(estimate.value * 1000, one)} per 1,000" if one.name == "cost_per_call" else ""
        low = estimate.low if one.unit == "score" else max(estimate.low, 0.0)
        made.append(
            Cell(
                _text(estimate.value, one),
                f"{_text(low, one)} to {_text(estimate.high, one)}",
                more,
                estimate.rows,
                line,
                verdict,
                _by(estimate, first, one) if verdict else "",
            )
        )
    return made


def _by(estimate: Estimate, first: Estimate | None, one: Compared) -> str:
    return units.change(estimate.value, first.value, one.unit) if first else ""


def _text(value: float, one: Compared) -> str:
    return units.text(round(value) if one.unit == "ns" else value, one.unit)
