"""Budgets: how much a project, or a part of it, may cost in a day, a week or a month."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

THRESHOLDS = (50, 80, 100)


def default_thresholds() -> list[int]:
    return list(THRESHOLDS)


class Budget(models.Model):
    """`value` of the scope (an environment, a user, a tag); `each`: the amount holds for every value by itself.

    `thresholds`: per cent of the amount at which somebody wants to know. `created_by`: an address or a key's name.
    """

    project_id: uuid.UUID

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="budgets"
    )
    scope = models.CharField(max_length=20)
    value = models.CharField(max_length=1000, blank=True)
    each = models.BooleanField(default=False)
    amount: models.DecimalField[Decimal] = models.DecimalField(max_digits=16, decimal_places=4)
    period = models.CharField(max_length=10)
    zone = models.CharField(max_length=64, default="UTC")
    note = models.CharField(max_length=500, blank=True)
    thresholds: models.JSONField[Any] = models.JSONField(default=default_thresholds)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["project", "created_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_is_more_than_nothing"),
            models.CheckConstraint(
                condition=Q(scope="project", value="", each=False)
                | (~Q(scope="project") & (Q(value="", each=True) | (~Q(value="") & Q(each=False)))),
                name="budget_is_of_something",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Whole project, Environment production, Each user."""
        if self.scope == "project":
            return "Whole project"
        return f"Each {self.scope}" if self.each else f"{self.scope.capitalize()} {self.value}"
