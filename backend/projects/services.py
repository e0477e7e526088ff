"""Who may see which project, and how projects come to be."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.text import slugify

from backend.accounts.models import User
from backend.audit import services as audit
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.projects import roles
from backend.projects.bootstrap import Bootstrap, bootstrap
from backend.projects.keys import (
    SCOPES,
    KeyGrant,
    NewKey,
    create_key,
    default_grant,
    list_keys,
    resolve_key,
    revoke_key,
)
from backend.projects.models import Membership, Organisation, Project

__all__ = [
    "SCOPES", "Bootstrap", "KeyGrant", "NewKey", "bootstrap", "create_key", "create_project", "default_grant",
    "list_keys", "may", "project_by_slug", "project_for", "resolve_key", "revoke_key", "role_in", "user_projects",
]  # fmt: skip


def user_projects(user: User) -> list[Project]:
    """All projects of the user's organisations, the default one first."""
    return list(Project.objects.filter(organisation__memberships__user=user).select_related("organisation"))


def role_in(user: User, project: Project) -> str | None:
    """owner, admin, member or viewer; None for outsiders."""
    memberships = Membership.objects.filter(user=user, organisation=project.organisation_id)
    return memberships.values_list("role", flat=True).first()


def may(user: User, project: Project, permission: str) -> bool:
    return roles.allows(role_in(user, project) or "", permission)


def project_for(user: User, project_slug: str, permission: str) -> Project:
    """The project when the user may do this in it. Outsiders get NotFound: they do not learn that it exists.
    Members whose role does not allow it get Forbidden."""
    project = Project.objects.select_related("organisation").filter(slug=project_slug).first()
    role = role_in(user, project) if project is not None and user.is_active else None
    if project is None or role is None:
        raise NotFound("There is no such project.", field="project")
    if not roles.allows(role, permission):
        raise Forbidden(f"The role {role} does not include {permission}.")
    return project


def project_by_slug(slug: str = "") -> Project:
    """For commands: the named project, or the default one. NotFound says which names there are."""
    found = Project.objects.filter(slug=slug) if slug else Project.objects.filter(is_default=True)
    project = found.first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)) or "none yet; start the server once"
        raise NotFound(f"There is no project {slug!r}. Projects: {known}.", field="project")
    return project


@transaction.atomic
def create_project(*, organisation: Organisation, actor: User | None, name: str) -> Project:
    """A project with an address made from its name. Raises InvalidInput for a name that is empty or too long."""
    name = name.strip()
    if not 0 < len(name) <= 100:
        raise InvalidInput("A project needs a name of 1 to 100 characters.", field="name")
    project = Project.objects.create(organisation=organisation, name=name, slug=free_slug(name))
    audit.record(
        organisation_id=organisation.id,
        project_id=project.id,
        actor=actor.email if actor else audit.SYSTEM,
        action="project.create",
        target=project.slug,
        details={"name": name},
    )
    return project


def free_slug(name: str) -> str:
    slug = slugify(name)[:50] or "project"
    return slug if not Project.objects.filter(slug=slug).exists() else f"{slug}-{secrets.token_hex(3)}"
