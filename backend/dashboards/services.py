"""Dashboards: listed, made, changed, copied, deleted, imported. What others see too leaves an audit event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from backend.audit import services as audit
from backend.core import limits
from backend.core.errors import Forbidden, InvalidInput, NotFound
from backend.dashboards import document
from backend.dashboards.document import Document
from backend.dashboards.models import Dashboard
from backend.dashboards.widgets import OVERVIEW, Widget
from backend.projects import services as projects
from backend.projects.models import Project
from backend.views.services import Actor

__all__ = ["Actor", "Document"]
PERMISSION = "dashboard:write"


def list_dashboards(project: Project, actor: Actor) -> list[Dashboard]:
    """One's own and the shared ones, by name."""
    return list(_seen(project, actor)[: limits.DASHBOARDS])


def get_dashboard(project: Project, actor: Actor, dashboard_id: UUID) -> Dashboard:
    """Raises NotFound, also for a private one of somebody else."""
    found = _seen(project, actor).filter(id=dashboard_id).first()
    if found is None:
        raise NotFound("This project has no such dashboard.")
    return found


def widgets_of(dashboard: Dashboard) -> tuple[Widget, ...]:
    return document.read_widgets(dashboard.widgets)


def widget_of(dashboard: Dashboard, widget_id: str) -> Widget:
    """Raises NotFound."""
    found = next((one for one in widgets_of(dashboard) if one.key == widget_id), None)
    if found is None:
        raise NotFound("This dashboard has no such widget.")
    return found


def may_write(project: Project, actor: Actor) -> bool:
    """A key that may write, and members."""
    return actor.user is None or projects.may(actor.user, project, PERMISSION)


def may_own(dashboard: Dashboard, project: Project, actor: Actor) -> bool:
    """Whether one may delete it, and say who sees it: its owner, admins, a key that may write."""
    if actor.user is None:
        return True
    return dashboard.owner_id == actor.user.id or projects.may(actor.user, project, "project:manage")


@transaction.atomic
def create_dashboard(
    *,
    project: Project,
    actor: Actor,
    name: str,
    description: str = "",
    widgets: Sequence[Widget] = (),
    shared: bool = True,
) -> Dashboard:
    """Raises InvalidInput with the field, Forbidden."""
    _check_may_write(project, actor)
    if not shared and actor.user is None:
        raise InvalidInput("A key belongs to nobody: its dashboards are shared.", field="shared")
    if _seen(project, actor).count() >= limits.DASHBOARDS:
        raise InvalidInput(f"A project has at most {limits.DASHBOARDS} dashboards. Delete one first.", field="name")
    made = Dashboard.objects.create(
        project=project,
        owner=actor.user,
        name=document.read_name(name),
        description=document.read_text(description),
        shared=shared,
        widgets=_written(widgets),
    )
    _record(made, actor, "dashboard.create")
    return made


def import_dashboard(*, project: Project, actor: Actor, raw: object, shared: bool = True) -> Dashboard:
    """From what export_dashboard gave. All of it is right, or nothing is made."""
    _check_may_write(project, actor)
    read = document.read_document(raw)
    return create_dashboard(
        project=project,
        actor=actor,
        name=read.name,
        description=read.description,
        widgets=read.widgets,
        shared=shared,
    )


def export_dashboard(dashboard: Dashboard) -> dict[str, object]:
    return document.write_document(Document(dashboard.name, dashboard.description, widgets_of(dashboard)))


def overview_widgets() -> list[Widget]:
    """The charts of the overview, to begin a dashboard with."""
    return [document.copied(one) for one in OVERVIEW]


def copy_dashboard(*, project: Project, actor: Actor, dashboard_id: UUID) -> Dashboard:
    """One's own copy; private when the first is."""
    first = get_dashboard(project, actor, dashboard_id)
    return create_dashboard(
        project=project,
        actor=actor,
        name=f"{first.name[: limits.DASHBOARD_NAME_CHARS - 8]}, copied",
        description=first.description,
        widgets=[document.copied(one) for one in widgets_of(first)],
        shared=first.shared,
    )


@transaction.atomic
def change_dashboard(
    *,
    project: Project,
    actor: Actor,
    dashboard_id: UUID,
    name: str | None = None,
    description: str | None = None,
    shared: bool | None = None,
    widgets: Sequence[Widget] | None = None,
) -> Dashboard:
    """What is None stays. Raises NotFound, Forbidden, InvalidInput with the field."""
    found = _mine(project, actor, dashboard_id)
    if shared is not None and shared != found.shared:
        if not may_own(found, project, actor):
            raise Forbidden("Whoever made a dashboard says who sees it.")
        if found.owner_id is None:
            raise InvalidInput("A dashboard that a key made belongs to nobody: it stays shared.", field="shared")
        found.shared = shared
    found.name = found.name if name is None else document.read_name(name)
    found.description = found.description if description is None else document.read_text(description)
    found.widgets = found.widgets if widgets is None else _written(widgets)
    found.save()
    _record(found, actor, "dashboard.change")
    return found


@transaction.atomic
def delete_dashboard(*, project: Project, actor: Actor, dashboard_id: UUID) -> None:
    """Raises NotFound, Forbidden."""
    found = _mine(project, actor, dashboard_id)
    if not may_own(found, project, actor):
        raise Forbidden("This dashboard is somebody else's.")
    _record(found, actor, "dashboard.delete")
    found.delete()


def put_widget(*, project: Project, actor: Actor, dashboard_id: UUID, widget: Widget) -> Dashboard:
    """In the place of the one with its id, else at the end."""

    def put(widgets: list[Widget]) -> list[Widget]:
        if any(one.key == widget.key for one in widgets):
            return [widget if one.key == widget.key else one for one in widgets]
        return [*widgets, widget]

    return _edit(project, actor, dashboard_id, put)


def remove_widget(*, project: Project, actor: Actor, dashboard_id: UUID, widget_id: str) -> Dashboard:
    return _edit(project, actor, dashboard_id, lambda widgets: [one for one in widgets if one.key != widget_id])


def move_widget(*, project: Project, actor: Actor, dashboard_id: UUID, widget_id: str, by: int) -> Dashboard:
    """So many places later; earlier when negative."""

    def move(widgets: list[Widget]) -> list[Widget]:
        at = next((n for n, one in enumerate(widgets) if one.key == widget_id), None)
        if at is None:
            raise NotFound("This dashboard has no such widget.")
        rest = widgets[:at] + widgets[at + 1 :]
        rest.insert(max(at + by, 0), widgets[at])
        return rest

    return _edit(project, actor, dashboard_id, move)


@transaction.atomic
def _edit(
    project: Project, actor: Actor, dashboard_id: UUID, change: Callable[[list[Widget]], list[Widget]]
) -> Dashboard:
    """Changes the widgets as they are now, not as somebody's page shows them."""
    found = Dashboard.objects.select_for_update().get(id=_mine(project, actor, dashboard_id).id)
    widgets = change(list(widgets_of(found)))
    return change_dashboard(project=project, actor=actor, dashboard_id=dashboard_id, widgets=widgets)


def _seen(project: Project, actor: Actor) -> QuerySet[Dashboard]:
    mine = Q(shared=True) | Q(owner=actor.user) if actor.user else Q(shared=True)
    return Dashboard.objects.filter(mine, project=project).select_related("owner", "project")


def _mine(project: Project, actor: Actor, dashboard_id: UUID) -> Dashboard:
    found = get_dashboard(project, actor, dashboard_id)
    _check_may_write(project, actor)
    return found


def _check_may_write(project: Project, actor: Actor) -> None:
    if not may_write(project, actor):
        raise Forbidden("Your role may look at dashboards, not change them.")


def _written(widgets: Sequence[Widget]) -> list[dict[str, object]]:
    """What is stored was read once more, so that nothing else ever is."""
    rows = [document.write_widget(replace(one, scan=())) for one in widgets]
    return [document.write_widget(one) for one in document.read_widgets(rows)]


def _record(dashboard: Dashboard, actor: Actor, action: str) -> None:
    details = {"dashboard": str(dashboard.id), "shared": dashboard.shared, "widgets": len(dashboard.widgets)}
    audit.record_in(dashboard.project, actor.name, action, dashboard.name, details)
