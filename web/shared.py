"""Who may see a shared page: whoever has a living link. Tries and looks are counted per address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.core import limits
from backend.core.errors import InvalidInput, NotFound, SpanhouseError
from backend.sharing import services as sharing
from backend.sharing.models import ShareLink
from web.access import private
from web.failures import failure

P = ParamSpec("P")
GONE = "This link does not exist or has expired."


class SharedRequest(HttpRequest):
    """A request that came with a living share link."""

    link: ShareLink


def shared_view(
    view: Callable[Concatenate[SharedRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, str, P], HttpResponse]:
    """A wrong, an expired and a revoked token, and a trace that is gone, all look the same."""

    @wraps(view)
    def checked(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR", "")
        if _spent(address):
            return unlisted(_too_many())
        link = sharing.find_link(token=token, viewer=address)
        _count("looks" if link else "misses", address)
        if link is None:
            return unlisted(_gone(request))
        request.link = link  # type: ignore[attr-defined]
        try:
            return unlisted(view(request, *args, **kwargs))  # type: ignore[arg-type]
        except (NotFound, InvalidInput):
            return unlisted(_gone(request))
        except SpanhouseError as error:
            return unlisted(failure(request, error))

    safe = require_safe(checked)
    safe.access = "share link"  # type: ignore[attr-defined]
    return safe


def unlisted(response: HttpResponse) -> HttpResponse:
    """Nobody keeps the page, finds it by searching, or learns its address from a link that was followed."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return private(response)


def _gone(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(GONE, status=404, content_type="text/plain; charset=utf-8")
    return render(request, "sharing/gone.html", {"message": GONE}, status=404)


def _too_many() -> HttpResponse:
    headers = {"Retry-After": str(limits.SHARE_WAIT_S)}
    text = "Too many requests for shared pages from this address. Try again in some minutes."
    return HttpResponse(text, status=429, content_type="text/plain; charset=utf-8", headers=headers)


def _spent(address: str) -> bool:
    allowed = {
        _key("looks", address): limits.SHARE_LOOKS_PER_ADDRESS,
        _key("misses", address): limits.SHARE_MISSES_PER_ADDRESS,
    }
    counted: dict[str, Any] = cache.get_many(allowed)
    return any(counted.get(key, 0) >= most for key, most in allowed.items())


def _count(what: str, address: str) -> None:
    key = _key(what, address)
    cache.add(key, 0, limits.SHARE_WAIT_S)
    try:
        cache.incr(key)
    except ValueError:  # it expired in between: this is the first of the next period
        cache.set(key, 1, limits.SHARE_WAIT_S)


def _key(what: str, address: str) -> str:
    return f"share:{what}:{hashlib.sha256(address.encode()).hexdigest()}"
