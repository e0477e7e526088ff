"""Dashboards that people put together: a name and a list of widgets."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Dashboard(models.Model):
    """`widgets`: a list as document.py writes it, each with an id. One without an owner was made with a key."""

    project_id: uuid.UUID
    owner_id: uuid.UUID | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="dashboards"
    )
    owner: models.ForeignKey[Any] = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, null=True, blank=True, related_name="dashboards"
    )
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=500, blank=True, default="")
    shared = models.BooleanField(default=True)
    widgets: models.JSONField[Any] = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["project", "name"])]
        constraints = [
            models.CheckConstraint(condition=Q(shared=True) | Q(owner__isnull=False), name="dashboard_is_somebodys"),
        ]

    def __str__(self) -> str:
        return self.name
