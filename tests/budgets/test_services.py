"""Budgets are made, changed and deleted; wrong ones are refused by the field; each change is audited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.audit.models import AuditEvent
from backend.budgets import services
from backend.budgets.models import Budget
from backend.budgets.services import Terms
from backend.core import limits
from backend.core.errors import InvalidInput, NotFound
from tests.conftest import World

pytestmark = pytest.mark.django_db
TERMS = Terms(scope="user", value=" ann ", amount=12.5, period="week", zone="Europe/Berlin", thresholds=(90, 50, 50))
STORED = replace(TERMS, value="ann", thresholds=(50, 90))


def made(world: World, terms: Terms = TERMS) -> Budget:
    return services.create_budget(project=world.project, actor="alice@example.com", terms=terms)


def test_a_budget_is_made_changed_and_deleted(world: World):
    budget = made(world)
    assert services.terms_of(services.get_budget(world.project, budget.id)) == STORED
    changed = services.change_budget(
        project=world.project, actor="bob", budget_id=budget.id, terms=replace(STORED, value="", each=True, amount=0.1)
    )
    assert (changed.title, float(changed.amount)) == ("Each user", 0.1)
    services.delete_budget(project=world.project, actor="bob", budget_id=budget.id)
    assert services.list_budgets(world.project) == []
    events = AuditEvent.objects.filter(action__startswith="budget.").order_by("at")
    assert [(one.action, one.target, one.actor) for one in events] == [
        ("budget.create", "User ann", "alice@example.com"),
        ("budget.change", "Each user", "bob"),
        ("budget.delete", "Each user", "bob"),
    ]


def test_it_hides_other_projects(world: World):
    budget = made(world)
    assert services.list_budgets(world.other) == []
    for change in (services.get_budget, lambda p, i: services.delete_budget(project=p, actor="c", budget_id=i)):
        with pytest.raises(NotFound):
            change(world.other, budget.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scope": "model"}, "scope"),
        ({"scope": "project"}, "value"),
        ({"scope": "project", "value": "", "each": True}, "each"),
        ({"value": " "}, "value"),
        ({"each": True}, "value"),
        ({"value": "x" * 1001}, "value"),
        ({"amount": 0.0}, "amount"),
        ({"amount": float("nan")}, "amount"),
        ({"amount": 1e10}, "amount"),
        ({"period": "year"}, "period"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"note": "x" * 501}, "note"),
        ({"thresholds": (0,)}, "thresholds"),
        ({"thresholds": range(1, 12)}, "thresholds"),
    ],
)
def test_what_is_wrong_is_named(world: World, wrong, field):
    with pytest.raises(InvalidInput) as error:
        made(world, replace(TERMS, **wrong))
    assert error.value.field == field


def test_there_is_an_end_to_budgets(world: World, monkeypatch):
    monkeypatch.setattr(limits, "BUDGETS", 1)
    made(world)
    with pytest.raises(InvalidInput, match="Delete one first"):
        made(world)
