"""The receivers' only door to Django: API keys and the default project, from `backend.projects.services`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections, connections

from backend.projects import services
from backend.projects.services import KeyGrant
from ingest.admission import Admission

P = ParamSpec("P")
R = TypeVar("R")


def _in_thread(function: Callable[P, R]) -> Callable[P, R]:
    """Outside a request nobody closes a thread's connections: one that the database has dropped meanwhile is closed
    before the call, and after a failure all are, so that the next call starts with a new one."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        close_old_connections()
        try:
            answer = function(*args, **kwargs)
        except BaseException:
            connections.close_all()
            raise
        close_old_connections()
        return answer

    return call


@_in_thread
def resolve(secret: str, public_id: str | None) -> KeyGrant | None:
    """The grant of a key that is known and not revoked. Blocks; raises django.db.Error when the database is away."""
    return services.resolve_key(secret, public_id)


@_in_thread
def default() -> KeyGrant | None:
    """The default project's grant, for senders without a key on this machine. Blocks, like `resolve`."""
    return services.default_grant()


def admission(*, open_on_loopback: bool, quota_used: Callable[[UUID], int]) -> Admission:
    """Admission over the Django database. `quota_used`: spans a project has stored this month; it must not block."""
    return Admission(resolve, default, open_on_loopback, quota_used=quota_used)
