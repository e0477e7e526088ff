"""Writes the audit trail. Call it inside the transaction of the change that it records."""

from __future__ import annotations

from collections.abc import Mapping
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
