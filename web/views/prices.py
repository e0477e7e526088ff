"""Models and prices: which models the project used, what they cost, and the prices that the project sets itself."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend.core.errors import Forbidden, InvalidInput
from backend.pricing import overrides, seen
from backend.projects import services as projects
from web.access import ProjectRequest, project_view
from web.forms import PriceForm
from web.htmx import render_page
from web.prices import first_values


@project_view("trace:read")
def prices_page(request: ProjectRequest) -> HttpResponse:
    """`?model=` opens the form for a model; with `from` for a price that is set."""
    may_manage = projects.may(request.user, request.project, "price:manage")
    if request.method == "POST" and not may_manage:
        raise Forbidden("Your role does not include setting prices.")
    models, own = seen.used_models(request.project.id), overrides.own_prices(request.project.id)
    form = PriceForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and _set(request, form):
        return redirect("prices", project=request.project.slug)
    if form is None and may_manage and "model" in request.GET:
        form = PriceForm(initial=first_values(request.GET, models, own))
    return render_page(
        request,
        "prices/prices.html",
        partial="content",
        models=models,
        unpriced=sum(one.price is None for one in models),
        own=own,
        form=form,
        may_manage=may_manage,
        days=seen.COUNTED_DAYS,
    )


def _set(request: ProjectRequest, form: PriceForm) -> bool:
    new = overrides.NewPrice(**form.numbers())
    try:
        overrides.set_price(project_id=request.project.id, actor=request.user.email, new=new)
    except InvalidInput as error:
        form.add_error(error.field or None, error.message)
        return False
    messages.success(request, f"The price of {new.model} is set. Every cost uses it, that of past calls too.")
    return True


@project_view("price:manage")
@require_POST
def price_remove(request: ProjectRequest) -> HttpResponse:
    """The page asked before it sent this."""
    provider, model, begins = (request.POST.get(name, "") for name in ("provider", "model", "from"))
    try:
        effective_from = datetime.fromtimestamp(int(begins), UTC) if begins else None
    except (ValueError, OverflowError, OSError):
        raise InvalidInput("A time is a number of seconds.", field="from") from None
    overrides.remove_price(
        project_id=request.project.id,
        actor=request.user.email,
        provider=provider,
        model=model,
        effective_from=effective_from,
    )
    messages.success(request, f"The project's price of {model} is removed.")
    return redirect("prices", project=request.project.slug)
