"""Which project is the example of an organisation, and how far it is made."""

from __future__ import annotations

from django.db import models

from backend.projects.models import Organisation, Project

STATES = ("waiting", "running", "done", "failed")


class Example(models.Model):
    """One an organisation. `anchor_ns` is the hour at which its two weeks end: making it again gives the same spans."""

    id: int
    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="example")
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="example")
    anchor_ns = models.BigIntegerField()
    scale = models.FloatField(default=1.0)
    state = models.CharField(max_length=10, choices=[(state, state) for state in STATES], default="waiting")
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    traces = models.PositiveIntegerField(default=0)
    spans = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.project} ({self.state})"
