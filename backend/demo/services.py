"""The example project: asked for with one click, made by a job, watched while it grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from backend.accounts.models import User
from backend.audit.services import SYSTEM
from backend.budgets.services import Terms, create_budget
from backend.core.errors import SpanhouseError
from backend.demo import load
from backend.demo.calendar import round_down
from backend.demo.models import Example
from backend.pricing import services as pricing
from backend.projects import services as projects
from backend.projects.models import Organisation, Project

NAME = "Example: Acme support"
# One that will hold, one that some users pass, one for a day.
BUDGETS = (
    Terms(amount=60, period="month", note="All applications together"),
    Terms("user", each=True, amount=1, period="week"),
    Terms("environment", "production", amount=2.5, period="day"),
)
# A job reports every second or two. One that was silent for so long died with its process; another goes on.
SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class Progress:
    """`state` is waiting, running, done or failed; `percent` 0 to 100; `problem` says why it failed, else ""."""

    project: Project
    state: str
    percent: int
    traces: int
    spans: int
    problem: str

    @property
    def is_over(self) -> bool:
        """Nothing will change any more: a page may stop asking."""
        return self.state in ("done", "failed")


def make_example(
    *, organisation: Organisation, by: User | None, now_ns: int | None = None, scale: float = 1.0
) -> Project:
    """The example project of `organisation`; it is filled by a job within seconds (`progress_of` tells how far).

    A second call gives the same project and adds nothing; after a failure it is tried again. `by` is named in the audit
    trail (None is the system); whether they may make projects (`project:manage`) is checked by the caller. `now_ns` is
    the end of its two weeks, rounded down to the hour; `scale` below 1 makes a smaller one, for tests.
    """
    found = Example.objects.select_related("project").filter(organisation=organisation).first()
    if found is None:
        try:
            found = _create(organisation, by, round_down(now_ns or time.time_ns()), scale)
        except IntegrityError:  # two clicks at once
            found = Example.objects.select_related("project").get(organisation=organisation)
    Example.objects.filter(id=found.id, state="failed").update(state="waiting", problem="", updated_at=timezone.now())
    return found.project


@transaction.atomic
def _create(organisation: Organisation, by: User | None, anchor_ns: int, scale: float) -> Example:
    project = projects.create_project(organisation=organisation, actor=by, name=NAME)
    for terms in BUDGETS:
        create_budget(project=project, actor=by.email if by else SYSTEM, terms=terms)
    return Example.objects.create(organisation=organisation, project=project, anchor_ns=anchor_ns, scale=scale)


def progress_of(organisation: Organisation) -> Progress | None:
    """How far the example of this organisation is; None when nobody asked for one."""
    found = Example.objects.select_related("project").filter(organisation=organisation).first()
    if found is None:
        return None
    part = 100 * found.steps_done // found.steps_total if found.steps_total else 0
    percent = 100 if found.state == "done" else min(part, 99)
    return Progress(found.project, found.state, percent, found.traces, found.spans, found.problem)


def is_example(project: Project) -> bool:
    """Whether its spans were made, and not sent."""
    return Example.objects.filter(project=project).exists()


def waiting() -> list[UUID]:
    """Examples that nobody makes at the moment, by project."""
    return list(Example.objects.filter(_unclaimed()).values_list("project_id", flat=True))


def _unclaimed() -> Q:
    return Q(state="waiting") | Q(state="running", updated_at__lt=timezone.now() - SILENT)


def build(project_id: UUID, *, say: Callable[[Progress], None] | None = None) -> bool:
    """Make the spans and scores; False when another job does so already, or has. Begun again after a crash, it sends
    the same spans: they replace themselves. A failure is kept in the example and raised."""
    claimed = Example.objects.filter(_unclaimed(), project_id=project_id)
    if not claimed.update(state="running", problem="", updated_at=timezone.now()):
        return False
    example = Example.objects.select_related("project", "organisation").get(project_id=project_id)

    def report(done: load.Done) -> None:
        Example.objects.filter(id=example.id).update(
            steps_done=done.steps,
            steps_total=done.total,
            traces=done.traces,
            spans=done.spans,
            updated_at=timezone.now(),
        )
        progress = progress_of(example.organisation) if say else None
        if say and progress:
            say(progress)

    try:
        load.load(project_id, example.anchor_ns, example.scale, report)
        pricing.resolve_prices()
    except Exception as error:
        message = error.message if isinstance(error, SpanhouseError) else "The example could not be made; see the log."
        Example.objects.filter(id=example.id).update(state="failed", problem=message[:500], updated_at=timezone.now())
        raise
    Example.objects.filter(id=example.id).update(state="done", updated_at=timezone.now())
    return True
