"""The welcome of a project: its address, whether a key is needed, and the snippets with both filled in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from django.conf import settings
from django.http import HttpRequest

from backend.core import limits
from backend.demo import services as demo
from backend.demo.services import Progress
from backend.projects import services as projects
from backend.projects.services import NewKey
from backend.traces import services as traces
from backend.traces.view import TraceRow
from web.access import ProjectRequest
from web.snippet_texts import SNIPPETS, filled

KEY_PLACEHOLDER, PUBLIC_PLACEHOLDER = "YOUR_API_KEY", "YOUR_PUBLIC_KEY"
# Headers of a proxy: what comes through one is not local, and its receiver asks for a key.
PROXY_HEADERS = ("X-Forwarded-For", "Forwarded", "X-Real-IP")
# Traces shown once they arrive; the list is one click away.
SHOWN = 5


@dataclass(frozen=True)
class Example:
    """One tab: the snippet as it is copied."""

    id: str
    label: str
    about: str
    install: str
    code: str


@dataclass(frozen=True)
class FirstSteps:
    """`after`: only traces that began later are news (ns); 0 waits for the very first."""

    base: str
    grpc: str
    examples: list[Example]
    key_needed: bool
    may_make_key: bool
    created: NewKey | None
    after: int
    example: Progress | None
    may_make_example: bool

    @property
    def endpoint(self) -> str:
        return f"{self.base}/v1/traces"


def first_trace(request: HttpRequest, *, created: NewKey | None = None, after: int = 0) -> FirstSteps:
    """The web port takes OTLP too, so the address the reader is at is one that works from there."""
    inside = cast(ProjectRequest, request)
    needed = key_needed(inside)
    return FirstSteps(
        base=request.build_absolute_uri("/").rstrip("/"),
        grpc=f"{request.get_host().rpartition(':')[0] or request.get_host()}:{settings.SPANHOUSE.otlp_grpc_port}",
        examples=_examples(request, needed, created),
        key_needed=needed,
        may_make_key=projects.may(inside.user, inside.project, "key:manage"),
        created=created,
        after=after,
        example=demo.progress_of(inside.project.organisation),
        may_make_example=projects.may(inside.user, inside.project, "project:manage"),
    )


def key_needed(request: ProjectRequest) -> bool:
    """Without a key spans are taken only from this machine, for the default project (backend.config.receiver)."""
    environment = settings.SPANHOUSE
    opened = environment.one_process and not environment.public_url and request.project.is_default
    return not (opened and _is_local(request))


def arrived(request: ProjectRequest, after: int) -> list[TraceRow]:
    """The newest traces that began after `after`."""
    now = time.time_ns()
    start = max(after + 1, now - limits.MAX_AGE_NS)
    query = traces.TraceQuery(start_ns=start, end_ns=now + limits.MAX_FUTURE_NS, limit=SHOWN)
    return traces.list_traces(request.project.id, query).results


def _is_local(request: HttpRequest) -> bool:
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _examples(request: HttpRequest, needed: bool, created: NewKey | None) -> list[Example]:
    base = request.build_absolute_uri("/").rstrip("/")
    key = created.secret if created else KEY_PLACEHOLDER
    public = created.public_id if created else PUBLIC_PLACEHOLDER
    examples: list[Example] = []
    for snippet in SNIPPETS:
        shown = key if needed or created or snippet.needs_key else ""
        code = filled(snippet, base=base, key=shown, public=public)
        examples.append(Example(snippet.id, snippet.label, snippet.about, snippet.install, code))
    return examples
