"""Budgets and how they stand as JSON: US dollars, calendar days of the budget's time zone."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s

from backend.budgets.models import Budget as StoredBudget
from backend.budgets.periods import KINDS
from backend.budgets.services import SCOPES
from backend.budgets.view import Line, State
from backend.core.times import rfc3339


class BudgetChange(s.Serializer[Any]):
    scope = s.ChoiceField(choices=SCOPES, required=False, help_text="What of the project it is for.")
    value = s.CharField(required=False, allow_blank=True, help_text="The environment, user or tag.")
    each = s.BooleanField(required=False, help_text="The amount holds for every environment, user or tag by itself.")
    amount = s.FloatField(required=False, help_text="US dollars a period.")
    period = s.ChoiceField(choices=KINDS, required=False, help_text="A calendar day, week from Monday, or month.")
    zone = s.CharField(required=False, help_text="In which days begin, such as `Europe/Berlin`.")
    note = s.CharField(required=False, allow_blank=True)
    thresholds = s.ListField(
        child=s.IntegerField(), required=False, help_text="Per cent of the amount at which somebody wants to know."
    )


class NewBudget(BudgetChange):
    amount = s.FloatField(help_text="US dollars a period.")


class BudgetLine(s.Serializer[Any]):
    """`forecast`, `low` and `high`: what the period ends with. null: there is nothing to tell it from."""

    spent = s.FloatField(help_text="US dollars so far in the period.")
    share = s.FloatField(help_text="Of the amount: 1 when it is spent.")
    method = s.ChoiceField(
        choices=("weekday", "mean", "none"), help_text="How it is foretold: by weekday, by one mean, or not at all."
    )
    forecast = s.FloatField(allow_null=True)
    low = s.FloatField(allow_null=True, help_text="Four of five periods are expected to end between low and high.")
    high = s.FloatField(allow_null=True)
    reached_on = s.DateField(allow_null=True, help_text="The day on which the amount was spent.")
    expected_on = s.DateField(allow_null=True, help_text="The day on which it will be, if it goes on like this.")


class Spender(BudgetLine):
    value = s.CharField()


class BudgetState(BudgetLine):
    """Of a budget for each value the numbers are those of the value that spends most."""

    period_start = s.DateTimeField()
    period_end = s.DateTimeField()
    days_left = s.IntegerField(help_text="Whole days after today.")
    unpriced_calls = s.IntegerField(help_text="Calls of the period without a price: they are not in what is spent.")
    values = s.IntegerField(help_text="Of a budget for each: how many spent anything.")
    values_over = s.IntegerField(help_text="How many of them reached the amount.")
    spenders = Spender(many=True, allow_null=True, help_text="Of a budget for each: those that spend most.")


class Budget(s.Serializer[Any]):
    id = s.UUIDField()
    scope = s.ChoiceField(choices=SCOPES)
    value = s.CharField(allow_blank=True)
    each = s.BooleanField()
    amount = s.FloatField()
    period = s.ChoiceField(choices=KINDS)
    zone = s.CharField()
    note = s.CharField(allow_blank=True)
    thresholds = s.ListField(child=s.IntegerField())
    created_by = s.CharField(help_text="An email address, or a key's name.")
    created_at = s.DateTimeField()
    changed_at = s.DateTimeField()
    state = BudgetState()


class BudgetList(s.Serializer[Any]):
    results = Budget(many=True)


def shape(state: State) -> dict[str, Any]:
    budget: StoredBudget = state.budget
    return {
        "id": str(budget.id),
        "scope": budget.scope,
        "value": budget.value,
        "each": budget.each,
        "amount": float(budget.amount),
        "period": budget.period,
        "zone": budget.zone,
        "note": budget.note,
        "thresholds": budget.thresholds,
        "created_by": budget.created_by,
        "created_at": budget.created_at,
        "changed_at": budget.changed_at,
        "state": {
            "period_start": rfc3339(state.period.start_ns),
            "period_end": rfc3339(state.period.end_ns),
            "days_left": state.days_left,
            **_line(state.head),
            "unpriced_calls": state.unpriced,
            "values": state.values,
            "values_over": state.over,
            "spenders": [{"value": one.value, **_line(one)} for one in state.lines] if budget.each else None,
        },
    }


def _line(line: Line) -> dict[str, Any]:
    end = line.end
    return {
        "spent": line.spent,
        "share": line.share,
        "method": line.method,
        "forecast": end.expected if end else None,
        "low": end.low if end else None,
        "high": end.high if end else None,
        "reached_on": line.reached_on.isoformat() if line.reached_on else None,
        "expected_on": line.expected_on.isoformat() if line.expected_on else None,
    }
