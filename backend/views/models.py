"""Saved views: a name for what the address of the traces list says; and which one a person begins with."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.utils import timezone


class SavedView(models.Model):
    """`state` holds the parameters of the list's address (services.PARTS). One without an owner was made with a key."""

    project_id: uuid.UUID
    owner_id: uuid.UUID | None

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="saved_views"
    )
    owner: models.ForeignKey[Any] = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(max_length=100)
    shared = models.BooleanField(default=False)
    state: models.JSONField[Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["project", "name"])]
        constraints = [
            models.CheckConstraint(condition=Q(shared=True) | Q(owner__isnull=False), name="view_is_somebodys"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """The query string that shows it."""
        return "?" + urlencode({**self.state, "view": str(self.id)})


class DefaultView(models.Model):
    """With which view a person's list of traces begins."""

    user: models.ForeignKey[Any] = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="default_views"
    )
    project: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="default_views"
    )
    view: models.ForeignKey[Any] = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "project"], name="one_default_view")]

    def __str__(self) -> str:
        return f"{self.user}: {self.view}"
