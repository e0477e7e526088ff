"""Saved views: listed, made, changed, deleted, begun with. What others see too leaves an audit event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.accounts.models import User
from backend.audit import services as audit
from backend.core import limits
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.projects import services as projects
from backend.projects.models import Project
from backend.store.filters import compile_filter
from backend.views.models import DefaultView, SavedView

# What a view keeps of the address of the list.
PARTS = ("filter", "range", "from", "to", "order", "cols", "zone")


@dataclass(frozen=True)
class Actor:
    """Who asks: a person, or a key (`user` is None), which sees shared views only."""

    name: str
    user: User | None = None

    @classmethod
    def of(cls, user: User) -> Actor:
        return cls(user.email, user)


def list_views(project: Project, actor: Actor) -> list[SavedView]:
    """One's own and the shared ones, by name."""
    return list(_seen(project, actor)[: limits.SAVED_VIEWS])


def get_view(project: Project, actor: Actor, view_id: UUID) -> SavedView:
    """Raises NotFound, also for a private view of somebody else."""
    view = _seen(project, actor).filter(id=view_id).first()
    if view is None:
        raise NotFound("This project has no such view.")
    return view


def _seen(project: Project, actor: Actor) -> QuerySet[SavedView]:
    mine = Q(shared=True) | Q(owner=actor.user) if actor.user else Q(shared=True)
    return SavedView.objects.filter(mine, project=project).select_related("owner")


@transaction.atomic
def create_view(
    *, project: Project, actor: Actor, name: str, state: Mapping[str, str], shared: bool = False
) -> SavedView:
    """Raises InvalidInput with the field, Forbidden when the role may not share or a key makes a private view."""
    if not shared and actor.user is None:
        raise InvalidInput("A key belongs to nobody: its views are shared.", field="shared")
    if shared:
        _check_may_share(project, actor)
    if _seen(project, actor).count() >= limits.SAVED_VIEWS:
        raise InvalidInput(f"A project has at most {limits.SAVED_VIEWS} views. Delete one first.", field="name")
    view = SavedView.objects.create(
        project=project, owner=actor.user, name=_name(name), shared=shared, state=checked_state(state)
    )
    _record(view, actor, "view.create")
    return view


@transaction.atomic
def change_view(
    *,
    project: Project,
    actor: Actor,
    view_id: UUID,
    name: str | None = None,
    state: Mapping[str, str] | None = None,
    shared: bool | None = None,
) -> SavedView:
    """What is None stays. Raises NotFound, Forbidden, InvalidInput with the field."""
    view = _mine(project, actor, view_id)
    was_shared = view.shared
    if shared and not was_shared:
        _check_may_share(project, actor)
    if shared is False and view.owner_id is None:
        raise InvalidInput("A view that a key made belongs to nobody: it stays shared.", field="shared")
    view.name = view.name if name is None else _name(name)
    view.state = view.state if state is None else checked_state(state)
    view.shared = view.shared if shared is None else shared
    view.save()
    if was_shared and not view.shared:  # nobody else begins with what they cannot see
        DefaultView.objects.filter(view=view).exclude(user=view.owner).delete()
    _record(view, actor, "view.change")
    return view


@transaction.atomic
def delete_view(*, project: Project, actor: Actor, view_id: UUID) -> None:
    """Raises NotFound, Forbidden."""
    view = _mine(project, actor, view_id)
    _record(view, actor, "view.delete")
    view.delete()


def _mine(project: Project, actor: Actor, view_id: UUID) -> SavedView:
    """A view that the actor may change: their own; a shared one also with the permission to manage the project."""
    view = get_view(project, actor, view_id)
    if not may_change(view, project, actor):
        raise Forbidden("This view is somebody else's.")
    return view


def may_change(view: SavedView, project: Project, actor: Actor) -> bool:
    if actor.user is None:  # a key that may write
        return True
    return view.owner_id == actor.user.id or projects.may(actor.user, project, "project:manage")


def _check_may_share(project: Project, actor: Actor) -> None:
    if actor.user is not None and not projects.may(actor.user, project, "score:write"):
        raise Forbidden("Your role may not share views.")


def default_view(project: Project, user: User) -> SavedView | None:
    """With which the user's list begins."""
    found = DefaultView.objects.filter(project=project, user=user).select_related("view").first()
    return found.view if found else None


@transaction.atomic
def set_default(*, project: Project, user: User, view_id: UUID | None) -> None:
    """None: begin with all traces again. Raises NotFound."""
    if view_id is None:
        DefaultView.objects.filter(project=project, user=user).delete()
        return
    view = get_view(project, Actor.of(user), view_id)
    DefaultView.objects.update_or_create(project=project, user=user, defaults={"view": view})


def checked_state(state: Mapping[str, str]) -> dict[str, str]:
    """What a view may hold, what is empty left out. Raises InvalidInput with the field."""
    for part, value in state.items():
        if part not in PARTS:
            raise InvalidInput(f"A view keeps {', '.join(PARTS)}; not {part[:50]!r}.", field=f"state.{part[:50]}")
        if len(value) > limits.MAX_FILTER_CHARS:
            raise InvalidInput("This is too long.", field=f"state.{part}")
    if state.get("filter", "").strip():
        compile_filter(state["filter"])
    return {part: state[part] for part in PARTS if state.get(part)}


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= limits.VIEW_NAME_CHARS:
        raise InvalidInput(f"A view needs a name of 1 to {limits.VIEW_NAME_CHARS} characters.", field="name")
    return name


def _record(view: SavedView, actor: Actor, action: str) -> None:
    details = {"view": str(view.id), "shared": view.shared}
    audit.record_in(view.project, actor.name, action, view.name, details)
