"""Links to one trace for people without an account, and whether a project allows them."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class SharingPolicy(models.Model):
    """Whether a project's traces may be shared. No row says no; switched off, links that were made stop working."""

    project: models.OneToOneField[Any] = models.OneToOneField(
        "projects.Project", on_delete=models.CASCADE, primary_key=True, related_name="sharing_policy"
    )
    enabled = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.project} {'on' if self.enabled else 'off'}"


class ShareLink(models.Model):
    """The token is shown once and kept as its SHA-256: it has 256 random bits, so a slow hash would add nothing."""

    project_id: uuid.UUID

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project: models.ForeignKey[Any] = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="share_links"
    )
    trace_id = models.CharField(max_length=32)
    trace_name = models.CharField(max_length=200, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4)
    with_content = models.BooleanField()
    created_by = models.CharField(max_length=254)  # text: the link outlives the user
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    first_viewed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["project", "-created_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="share_link_expires_later"),
        ]

    def __str__(self) -> str:
        return f"{self.trace_id} until {self.expires_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """active, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "active" if self.expires_at > timezone.now() else "expired"
