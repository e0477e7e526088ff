"""The form of a budget: what may be typed, and what is said when it may not."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from backend.budgets.services import Terms
from backend.core.errors import InvalidInput
from backend.core.limits import BUDGET_NOTE_CHARS, BUDGET_VALUE_CHARS

OF = (
    ("project", "the whole project"),
    ("environment", "one environment"),
    ("each environment", "each environment"),
    ("user", "one user"),
    ("each user", "each user"),
    ("tag", "one tag"),
    ("each tag", "each tag"),
)
PERIODS = (("day", "day"), ("week", "week, from Monday"), ("month", "month"))
# What a refusal is about → the field that shows it.
FIELDS = {"scope": "of", "each": "of"}


class BudgetForm(forms.Form):
    of = forms.ChoiceField(choices=OF, error_messages={"required": "Choose what the budget is for."})
    value = forms.CharField(required=False, max_length=BUDGET_VALUE_CHARS)
    amount = forms.FloatField(
        error_messages={"required": "Give an amount in dollars.", "invalid": "An amount is a number such as 250."}
    )
    period = forms.ChoiceField(choices=PERIODS, initial="month")
    zone = forms.CharField(max_length=64, error_messages={"required": "Name a time zone, such as UTC."})
    thresholds = forms.CharField(required=False, max_length=100, initial="50, 80, 100")
    note = forms.CharField(required=False, max_length=BUDGET_NOTE_CHARS)

    @classmethod
    def of_terms(cls, terms: Terms) -> dict[str, Any]:
        return {
            "of": f"each {terms.scope}" if terms.each else terms.scope,
            "value": terms.value,
            "amount": f"{terms.amount:.12g}",
            "period": terms.period,
            "zone": terms.zone,
            "thresholds": ", ".join(str(one) for one in terms.thresholds),
            "note": terms.note,
        }

    def clean_thresholds(self) -> tuple[int, ...]:
        parts = [part for part in re.split(r"[\s,;%]+", self.cleaned_data["thresholds"]) if part]
        if not all(part.isascii() and part.isdigit() and len(part) <= 6 for part in parts):
            raise forms.ValidationError("Write per cents with commas between, such as 50, 80, 100.")
        return tuple(int(part) for part in parts)

    def terms(self) -> Terms:
        found = self.cleaned_data
        scope = found["of"].removeprefix("each ")
        each = found["of"].startswith("each ")
        # Who chose each or the whole project after typing a value means what was chosen.
        value = "" if each or scope == "project" else found["value"]
        return Terms(
            scope, value, each, found["amount"], found["period"], found["zone"], found["note"], found["thresholds"]
        )

    def refuse(self, error: InvalidInput) -> None:
        """Show it at its field."""
        field = FIELDS.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, error.message)
