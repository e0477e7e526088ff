"""Scripts, styles and images: found in the packages, served by whitenoise, addressed with a hash of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

PLOTLY_BUNDLE = "plotly.min.js"


class PlotlyFinder(finders.FileSystemFinder):
    """Of Plotly's package only the bundle; its folder also holds data sets."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        return ((path, storage) for path, storage in super().list(ignore_patterns) if path == PLOTLY_BUNDLE)

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return super().find(path, *args, **kwargs) if path == f"plotly/{PLOTLY_BUNDLE}" else []


class VersionedStorage(StaticFilesStorage):
    """`css/base.css` becomes `/static/css/base.css?v=1a2b3c4d`: no build step, and browsers see a change at once."""

    def url(self, name: str) -> str:
        address = super().url(name)
        version = (content_hash.__wrapped__ if settings.DEBUG else content_hash)(name)
        return f"{address}?v={version}" if version else address


@cache
def content_hash(name: str) -> str:
    """First 8 hex digits of the SHA-256 of a static file; "" when there is no such file."""
    path = finders.find(name)
    if not isinstance(path, str):
        return ""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]


class StaticFiles(WhiteNoiseMiddleware):
    """Whitenoise streams files from a synchronous iterator, which ASGI can only serve by reading it whole and with a
    warning; the files are small, so they are read here."""

    @staticmethod
    def serve(  # pyright: ignore[reportIncompatibleMethodOverride] - not a file response is the point
        static_file: StaticFile, request: HttpRequest
    ) -> HttpResponse:
        found: Any = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file:
                body: bytes = found.file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
