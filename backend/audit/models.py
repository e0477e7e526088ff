"""Who changed what, and when. Rows are only ever added."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models


class AuditEvent(models.Model):
    """`actor` is text: the event outlives the user."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Organisation", on_delete=models.CASCADE, related_name="audit_events"
    )
    project = models.ForeignKey(
        "projects.Project", on_delete=models.SET_NULL, null=True, blank=True, related_name="audit_events"
    )
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=64)
    target = models.CharField(max_length=254)
    details: models.JSONField[Any] = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"]), models.Index(fields=["project", "-at"])]
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.target}"
