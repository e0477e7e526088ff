"""Share links: switched on per project, made, found by their token, revoked. Each of these leaves an audit event."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from backend.accounts.models import User
from backend.audit import services as audit
from backend.core import limits
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.projects.models import Project
from backend.sharing.models import ShareLink, SharingPolicy
from backend.sharing.structure import span_structure, trace_structure
from backend.traces import services as traces
from backend.traces.view import SpanView, TraceView

LIFETIMES: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
ANYBODY = "anybody with the link"


@dataclass(frozen=True)
class NewLink:
    """A link just made: the only moment when its token is known."""

    link: ShareLink
    token: str


def sharing_enabled(project: Project) -> bool:
    return SharingPolicy.objects.filter(project=project, enabled=True).exists()


@transaction.atomic
def set_sharing(*, project: Project, actor: User, enabled: bool) -> None:
    """Allow share links or end all of them. Saying the same twice changes nothing."""
    policy, _ = SharingPolicy.objects.select_for_update().get_or_create(project=project)
    if policy.enabled == enabled:
        return
    policy.enabled = enabled
    policy.save()
    audit.record_in(project, actor.email, "sharing.enable" if enabled else "sharing.disable", project.slug)


@transaction.atomic
def create_link(*, project: Project, actor: User, trace_id: str, lifetime: str, with_content: bool) -> NewLink:
    """A link to one trace. `lifetime` is a key of LIFETIMES. Whether the actor may is checked by `project_for`.

    Raises Forbidden when the project does not share, NotFound when it has no such trace, InvalidInput with the field.
    """
    if not sharing_enabled(project):
        raise Forbidden("Share links are switched off in this project.")
    if lifetime not in LIFETIMES:
        raise InvalidInput(f"A link lives for {', '.join(LIFETIMES)}.", field="lifetime")
    trace = traces.get_trace(project.id, trace_id, payloads=False)
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    link = ShareLink.objects.create(
        project=project,
        trace_id=trace.trace_id,
        trace_name=trace.name[:200],
        token_hash=hash_token(token),
        hint=token[-4:],
        with_content=with_content,
        created_by=actor.email,
        created_at=now,
        expires_at=now + LIFETIMES[lifetime],
    )
    details = {"link": str(link.id), "expires_at": link.expires_at.isoformat(), "with_content": with_content}
    audit.record_in(project, actor.email, "share_link.create", trace.trace_id, details)
    return NewLink(link, token)


@transaction.atomic
def revoke_link(*, project: Project, actor: User, link_id: UUID) -> ShareLink:
    """The link stops working at once. Revoking twice changes nothing."""
    link = ShareLink.objects.filter(project=project, id=link_id).first()
    if link is None:
        raise NotFound("This project has no such share link.")
    # Exactly one of two who revoke at once writes the event.
    if ShareLink.objects.filter(id=link.id, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record_in(project, actor.email, "share_link.revoke", link.trace_id, {"link": str(link.id)})
    link.refresh_from_db()
    return link


def list_links(project: Project) -> list[ShareLink]:
    """Newest first; expired and revoked ones too."""
    return list(ShareLink.objects.filter(project=project)[: limits.SHARE_LINKS_LISTED])


def find_link(*, token: str, viewer: str) -> ShareLink | None:
    """The link of this token while it lives; None for a wrong, expired or revoked one, and when its project stopped
    sharing. The first look at a link is recorded; `viewer` says from where it came."""
    if not token or len(token) > limits.MAX_SHARE_TOKEN_CHARS:
        return None
    link = (
        ShareLink.objects.select_related("project")
        .filter(token_hash=hash_token(token), revoked_at=None, expires_at__gt=timezone.now())
        .filter(project__sharing_policy__enabled=True)
        .first()
    )
    if link is not None and link.first_viewed_at is None:
        _first_look(link, viewer)
    return link


@transaction.atomic
def _first_look(link: ShareLink, viewer: str) -> None:
    # Of two who look at once one is the first.
    if ShareLink.objects.filter(id=link.id, first_viewed_at=None).update(first_viewed_at=timezone.now()):
        audit.record_in(
            link.project, ANYBODY, "share_link.view", link.trace_id, {"link": str(link.id), "address": viewer}
        )


def shared_trace(link: ShareLink) -> TraceView:
    """The trace without payloads; of a link without content also without anything that quotes it. Raises NotFound."""
    trace = traces.get_trace(link.project_id, link.trace_id, payloads=False)
    return trace if link.with_content else trace_structure(trace)


def shared_span(link: ShareLink, span_id: str) -> SpanView:
    """One span of the shared trace, its content only when the link includes it. Raises NotFound, InvalidInput."""
    span = traces.get_span(link.project_id, link.trace_id, span_id)
    return span if link.with_content else span_structure(span)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
