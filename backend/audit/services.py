"""Writes the audit trail. Call it inside the transaction of the change that it records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from backend.audit.models import AuditEvent

SYSTEM = "system"


def record(
    *,
    organisation_id: UUID,
    action: str,
    target: str,
    actor: str = SYSTEM,
    project_id: UUID | None = None,
    details: Mapping[str, object] | None = None,
) -> AuditEvent:
    """`action` is `thing.verb` (`key.create`), `target` names the thing; `details` hold no secrets."""
    return AuditEvent.objects.create(
        organisation_id=organisation_id,
        project_id=project_id,
        actor=actor[:254],
        action=action,
        target=target[:254],
        details=dict(details or {}),
    )


class OfProject(Protocol):
    """What the trail needs of a project."""

    @property
    def id(self) -> Any: ...  # a UUID, behind a field of Django

    @property
    def organisation_id(self) -> Any: ...


def record_in(
    project: OfProject, actor: str, action: str, target: str, details: Mapping[str, object] | None = None
) -> AuditEvent:
    """`record` for a change inside a project."""
    return record(
        organisation_id=project.organisation_id,
        project_id=project.id,
        actor=actor,
        action=action,
        target=target,
        details=details,
    )
