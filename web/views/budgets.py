"""Budgets: what is spent of each, one in detail, and the form that makes and changes one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from backend.budgets import services, spending
from backend.budgets.models import Budget
from backend.budgets.periods import zone_names
from backend.budgets.view import Line, State
from backend.core.errors import InvalidInput
from backend.metrics.services import narrowed
from backend.projects import services as projects
from web import formats
from web.access import ProjectRequest, project_view
from web.budget_form import BudgetForm
from web.figures import budget as figures
from web.htmx import render_page


@dataclass(frozen=True)
class Shown:
    """A line of a budget in words. `on`: the day on which the amount is or will be spent."""

    line: Line
    bar: figures.Bar
    on: str
    traces: str

    @property
    def per_cent(self) -> str:
        return f"{self.line.share * 100:,.0f} %"


@project_view("trace:read")
def budgets_page(request: ProjectRequest) -> HttpResponse:
    states = spending.states(request.project.id, services.list_budgets(request.project))
    return render_page(
        request,
        "budgets/budgets.html",
        partial="content",
        budgets=[(state, [_shown(request, state, line) for line in state.lines or (state.head,)]) for state in states],
        may_manage=projects.may(request.user, request.project, "budget:manage"),
    )


@project_view("trace:read")
def budget_page(request: ProjectRequest, budget_id: uuid.UUID) -> HttpResponse:
    """`?of=`: which value of a budget for each; without it the one that spends most."""
    budget = services.get_budget(request.project, budget_id)
    of = request.GET.get("of", "") if budget.each else ""
    state = spending.state(request.project.id, budget, of=of)
    line = next((one for one in state.lines if one.value == of), state.head)
    figure = figures.burn_up(state, line, label=budget.title)
    return render_page(
        request,
        "budgets/budget.html",
        partial="content",
        state=state,
        budget=budget,
        shown=_shown(request, state, line),
        spenders=[_shown(request, state, one) for one in state.lines] if budget.each else [],
        figure=figure,
        rows=figures.rows(state, line),
        may_manage=projects.may(request.user, request.project, "budget:manage"),
        **_rest(state, line),
    )


@project_view("budget:manage")
def budget_new(request: ProjectRequest) -> HttpResponse:
    form = BudgetForm(request.POST) if request.method == "POST" else BudgetForm(initial=_first(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_budget(project=request.project, actor=request.user.email, terms=form.terms())
        except InvalidInput as error:
            form.refuse(error)
        else:
            messages.success(request, f"The budget of {made.title} is set.")
            return redirect("budget", project=request.project.slug, budget_id=made.id)
    return _form_page(request, form, None)


@project_view("budget:manage")
def budget_edit(request: ProjectRequest, budget_id: uuid.UUID) -> HttpResponse:
    budget = services.get_budget(request.project, budget_id)
    form = (
        BudgetForm(request.POST)
        if request.method == "POST"
        else BudgetForm(initial=BudgetForm.of_terms(services.terms_of(budget)))
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.change_budget(
                project=request.project, actor=request.user.email, budget_id=budget_id, terms=form.terms()
            )
        except InvalidInput as error:
            form.refuse(error)
        else:
            messages.success(request, "The budget is changed.")
            return redirect("budget", project=request.project.slug, budget_id=budget_id)
    return _form_page(request, form, budget)


@project_view("budget:manage")
@require_POST
def budget_delete(request: ProjectRequest, budget_id: uuid.UUID) -> HttpResponse:
    """The page asked before it sent this."""
    title = services.get_budget(request.project, budget_id).title
    services.delete_budget(project=request.project, actor=request.user.email, budget_id=budget_id)
    messages.success(request, f"The budget of {title} is deleted.")
    return redirect("budgets", project=request.project.slug)


def _form_page(request: ProjectRequest, form: BudgetForm, budget: Budget | None) -> HttpResponse:
    return render_page(
        request,
        "budgets/form.html",
        partial="content",
        form=form,
        budget=budget,
        zones=zone_names(),
    )


def _first(request: ProjectRequest) -> dict[str, Any]:
    """What the empty form shows: the zone of the last budget; `?of=` and `?value=` for links from other pages."""
    before = services.list_budgets(request.project)
    zone = before[-1].zone if before else "UTC"
    return {"of": request.GET.get("of", "project"), "value": request.GET.get("value", ""), "zone": zone}


def _shown(request: ProjectRequest, state: State, line: Line) -> Shown:
    on = line.reached_on or line.expected_on
    said = figures.day_label(on) if on else ""
    if line.expected_ns and state.period.kind == "day":
        said = f"about {figures.clock_label(line.expected_ns, state.budget.zone)}"
    return Shown(line, figures.bar(line, state.budget.thresholds), said, _traces(request, state, line.value))


def _traces(request: ProjectRequest, state: State, value: str) -> str:
    """The list of what a line counts."""
    scope = state.budget.scope
    text = (narrowed("", scope, value) or "") if value and scope != "project" else ""
    times = {"from": formats.iso(state.period.start_ns), "to": formats.iso(state.period.end_ns)}
    listed = reverse("traces", args=[request.project.slug])
    return f"{listed}?{urlencode({**times, **({'filter': text} if text else {})})}"


def _rest(state: State, line: Line) -> dict[str, Any]:
    """What may still be spent, and how much of it a day; today counts for what is left of it."""
    left = line.amount - line.spent
    length = state.period.end_ns - state.now_ns
    days = length / formats.DAY_NS
    return {
        "left": left if left > 0 else None,
        "a_day": left / days if left > 0 and state.period.kind != "day" and days > 1 else None,
        "first": figures.day_label(state.period.first),
        "last": figures.day_label(state.period.last),
    }
