"""Links that people hand on: permanent ones, and whether the reader may share."""

from __future__ import annotations

from django import template
from django.template import Context

from backend.projects import services as projects
from web.access import ProjectRequest
from web.timerange import TimeRange

register = template.Library()

# What says where one is in a list, not what the list is.
PASSING = ("range", "from", "to", "cursor", "trail", "bar")


@register.simple_tag(takes_context=True)
def permanent_link(context: Context, shown: TimeRange) -> str:
    """The whole address of this page with the range that it shows: "last hour" means another hour tomorrow."""
    request: ProjectRequest = context["request"]
    params = request.GET.copy()
    for name in PASSING:
        params.pop(name, None)
    for name, value in TimeRange(shown.start_ns, shown.end_ns, "").params.items():
        params[name] = value
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


@register.simple_tag(takes_context=True)
def may_share(context: Context) -> bool:
    """Whether the reader may make share links in this project."""
    request: ProjectRequest = context["request"]
    return projects.may(request.user, request.project, "share:manage")
