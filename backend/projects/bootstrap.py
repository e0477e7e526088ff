"""The first start: one user, organisation, default project and key, however many processes start at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from backend.accounts.models import User
from backend.audit import services as audit
from backend.projects.keys import SCOPES, make_key
from backend.projects.models import Membership, Organisation, Project

DEFAULT_EMAIL = "admin@localhost"
DEFAULT_PROJECT = "Default"


@dataclass(frozen=True)
class Bootstrap:
    """What is printed once. `password` and `secret` are None when they were given: whoever gave them knows them."""

    email: str
    password: str | None
    project: Project
    public_id: str
    secret: str | None


def bootstrap(email: str = "", password: str = "", project: str = "", api_key: str = "") -> Bootstrap | None:
    """Make the first user, project and key; None when that was done already. Empty arguments mean 'make one'."""
    if Project.objects.filter(is_default=True).exists():
        return None
    try:
        with transaction.atomic():
            return _first_start(email or DEFAULT_EMAIL, password, project or DEFAULT_PROJECT, api_key)
    except IntegrityError:
        # Another process was first: `one_default_project` held until it had committed.
        if Project.objects.filter(is_default=True).exists():
            return None
        raise


def _first_start(email: str, password: str, name: str, api_key: str) -> Bootstrap | None:
    if Project.objects.filter(is_default=True).exists():  # asked again inside the transaction
        return None
    organisation = Organisation.objects.create(name=name, slug="default")
    made = Project.objects.create(
        organisation=organisation, name=name, slug=slugify(name)[:50] or "default", is_default=True
    )
    chosen = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email, chosen)
    Membership.objects.create(user=user, organisation=organisation, role="owner")
    key = make_key(made, "First key", SCOPES, api_key)
    audit.record(
        organisation_id=organisation.id,
        project_id=made.id,
        action="installation.create",
        target=made.slug,
        details={"user": user.email},
    )
    return Bootstrap(user.email, None if password else chosen, made, key.public_id, None if api_key else key.secret)
