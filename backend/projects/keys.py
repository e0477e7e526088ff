"""API keys: how they are made, found, shown once and revoked."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import User
from backend.audit import services as audit
from backend.core.errors import InvalidInput, NotFound
from backend.projects.models import ApiKey, Project

SCOPES = ("ingest", "read", "write")
SECRET_PREFIX = "sk-sph-"
PUBLIC_PREFIX = "pk-sph-"
# "Last used" is written at most this often per key: it is for people, and a write for every request would be the price.
LAST_USED_STEP = timedelta(minutes=1)


@dataclass(frozen=True)
class KeyGrant:
    """What a key allows; `key_id` is None for the default project without a key."""

    project_id: UUID
    key_id: UUID | None
    scopes: frozenset[str]
    rate_limit_spans_per_s: int | None
    monthly_span_quota: int | None
    name: str = ""


@dataclass(frozen=True)
class NewKey:
    """A key just made: the only moment when its secret is known."""

    key: ApiKey
    secret: str

    @property
    def public_id(self) -> str:
        return self.key.public_id


def hash_secret(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def make_key(project: Project, name: str, scopes: Sequence[str], secret: str = "") -> NewKey:
    """Store a key without asking who may; `secret` is made when it is not given. Raises InvalidInput with the field."""
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise InvalidInput("A key needs a name of 1 to 100 characters.", field="name")
    chosen = [scope for scope in SCOPES if scope in set(scopes)]
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not chosen:
        raise InvalidInput(f"Scopes are {', '.join(SCOPES)}; a key has at least one.", field="scopes")
    secret = secret or SECRET_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        project=project,
        name=name,
        public_id=PUBLIC_PREFIX + secrets.token_hex(8),
        secret_hash=hash_secret(secret),
        hint=secret[-4:],
        scopes=",".join(chosen),
    )
    return NewKey(key, secret)


@transaction.atomic
def create_key(*, project: Project, actor: User | None, name: str, scopes: Sequence[str]) -> NewKey:
    """A new key; `actor` None is the system (a command). Whether the actor may is checked by `project_for`."""
    created = make_key(project, name, scopes)
    audit.record_in(
        project,
        actor.email if actor else audit.SYSTEM,
        "key.create",
        created.key.name,
        {"key": created.public_id, "scopes": created.key.scope_list},
    )
    return created


@transaction.atomic
def revoke_key(*, project: Project, actor: User | None, key_id: UUID) -> ApiKey:
    """The key stops working at once in the API, within KEY_CACHE_S in the receivers. Revoking twice changes nothing."""
    key = ApiKey.objects.filter(project=project, id=key_id).first()
    if key is None:
        raise NotFound("This project has no such key.")
    # Exactly one of two who revoke at once writes the event.
    if ApiKey.objects.filter(id=key.id, revoked_at=None).update(revoked_at=timezone.now()):
        audit.record_in(project, actor.email if actor else audit.SYSTEM, "key.revoke", key.name, {"key": key.public_id})
    key.refresh_from_db()
    return key


def list_keys(project: Project) -> list[ApiKey]:
    """Newest first, revoked ones too."""
    return list(ApiKey.objects.filter(project=project))


def resolve_key(secret: str, public_id: str | None = None) -> KeyGrant | None:
    """What the key allows; None when it is unknown or revoked, or when `public_id` belongs to another key."""
    key = ApiKey.objects.select_related("project").filter(secret_hash=hash_secret(secret), revoked_at=None).first()
    if key is None or (public_id is not None and public_id != key.public_id):
        return None
    _touch(key)
    return _grant(key.project, key.id, frozenset(key.scope_list), key.name)


def default_grant() -> KeyGrant | None:
    """The default project for senders without a key; they may send and nothing else."""
    project = Project.objects.filter(is_default=True).first()
    return None if project is None else _grant(project, None, frozenset({"ingest"}), "")


def _grant(project: Project, key_id: UUID | None, scopes: frozenset[str], name: str) -> KeyGrant:
    return KeyGrant(project.id, key_id, scopes, project.rate_limit_spans_per_s, project.monthly_span_quota, name)


def _touch(key: ApiKey) -> None:
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_STEP)
    if key.last_used_at is not None and now - key.last_used_at < LAST_USED_STEP:
        return
    try:
        with transaction.atomic():
            ApiKey.objects.filter(stale, id=key.id).update(last_used_at=now)
    except DatabaseError:
        return  # a date for people is no reason to refuse a request
