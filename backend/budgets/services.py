"""Budgets: listed, made, changed, deleted. Each change leaves an audit event."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from backend.audit import services as audit
from backend.budgets.models import THRESHOLDS, Budget
from backend.budgets.periods import KINDS, is_zone
from backend.core import limits
from backend.core.errors import InvalidInput, NotFound
from backend.projects.models import Project

SCOPES = ("project", "environment", "user", "tag")
LEAST = Decimal("0.0001")


@dataclass(frozen=True)
class Terms:
    """What a budget says; `amount` in US dollars."""

    scope: str = "project"
    value: str = ""
    each: bool = False
    amount: float = 0.0
    period: str = "month"
    zone: str = "UTC"
    note: str = ""
    thresholds: Sequence[int] = THRESHOLDS


def list_budgets(project: Project) -> list[Budget]:
    """The oldest first."""
    return list(Budget.objects.filter(project=project)[: limits.BUDGETS])


def get_budget(project: Project, budget_id: UUID) -> Budget:
    """Raises NotFound."""
    found = Budget.objects.filter(project=project, id=budget_id).first()
    if found is None:
        raise NotFound("This project has no such budget.")
    return found


def terms_of(budget: Budget) -> Terms:
    return Terms(
        budget.scope,
        budget.value,
        budget.each,
        float(budget.amount),
        budget.period,
        budget.zone,
        budget.note,
        tuple(budget.thresholds),
    )


@transaction.atomic
def create_budget(*, project: Project, actor: str, terms: Terms) -> Budget:
    """Raises InvalidInput with the field."""
    checked = check(terms)
    if Budget.objects.filter(project=project).count() >= limits.BUDGETS:
        raise InvalidInput(f"A project has at most {limits.BUDGETS} budgets. Delete one first.")
    budget = Budget.objects.create(project=project, created_by=actor[:254], **_columns(checked))
    _record(budget, actor, "budget.create")
    return budget


@transaction.atomic
def change_budget(*, project: Project, actor: str, budget_id: UUID, terms: Terms) -> Budget:
    """Raises NotFound, InvalidInput with the field."""
    budget = get_budget(project, budget_id)
    for name, value in _columns(check(terms)).items():
        setattr(budget, name, value)
    budget.save()
    _record(budget, actor, "budget.change")
    return budget


@transaction.atomic
def delete_budget(*, project: Project, actor: str, budget_id: UUID) -> None:
    """Raises NotFound."""
    budget = get_budget(project, budget_id)
    _record(budget, actor, "budget.delete")
    budget.delete()


def check(terms: Terms) -> Terms:
    """As it is stored. Raises InvalidInput with the field."""
    if terms.scope not in SCOPES:
        raise InvalidInput(f"A budget is of one of {', '.join(SCOPES)}.", field="scope")
    if terms.period not in KINDS:
        raise InvalidInput(f"A budget is for a {', a '.join(KINDS)}.", field="period")
    value, note = terms.value.strip(), " ".join(terms.note.split())
    _check_value(terms.scope, value, each=terms.each)
    if not math.isfinite(terms.amount) or not LEAST <= terms.amount <= limits.BUDGET_DOLLARS:
        raise InvalidInput(
            f"An amount is a number of dollars from {LEAST} to {limits.BUDGET_DOLLARS:,}.", field="amount"
        )
    if not is_zone(terms.zone):
        raise InvalidInput("Name a time zone such as Europe/Berlin or UTC.", field="zone")
    if len(note) > limits.BUDGET_NOTE_CHARS:
        raise InvalidInput(f"A note has at most {limits.BUDGET_NOTE_CHARS} characters.", field="note")
    return replace(terms, value=value, note=note, thresholds=_thresholds(terms.thresholds))


def _check_value(scope: str, value: str, *, each: bool) -> None:
    if scope == "project" and each:
        raise InvalidInput("The whole project is one: there is no each.", field="each")
    if scope == "project" and value:
        raise InvalidInput("A budget of the whole project has no value.", field="value")
    if scope != "project" and each and value:
        raise InvalidInput(f"It is for each {scope} or for one, not both.", field="value")
    if scope != "project" and not each and not value:
        raise InvalidInput(f"Name the {scope}, or take each {scope}.", field="value")
    if len(value) > limits.BUDGET_VALUE_CHARS or "\0" in value:
        raise InvalidInput(f"A value has at most {limits.BUDGET_VALUE_CHARS} characters.", field="value")


def _thresholds(given: Sequence[int]) -> tuple[int, ...]:
    if len(given) > limits.BUDGET_THRESHOLDS or any(not 1 <= one <= limits.BUDGET_MOST_PER_CENT for one in given):
        raise InvalidInput(
            f"At most {limits.BUDGET_THRESHOLDS} thresholds, each from 1 to {limits.BUDGET_MOST_PER_CENT} per cent.",
            field="thresholds",
        )
    return tuple(sorted(set(given)))


def _columns(terms: Terms) -> dict[str, object]:
    amount = Decimal(repr(terms.amount)).quantize(LEAST)
    return {**asdict(terms), "amount": amount, "thresholds": list(terms.thresholds)}


def _record(budget: Budget, actor: str, action: str) -> None:
    details = {
        "budget": str(budget.id),
        "amount": float(budget.amount),
        "period": budget.period,
        "zone": budget.zone,
        "thresholds": budget.thresholds,
    }
    audit.record_in(budget.project, actor, action, budget.title, details)
