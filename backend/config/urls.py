"""All addresses that Django serves: the REST API and the pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("api/", include("backend.api.urls")),
    path("", include("web.urls")),
]

handler400 = "backend.config.error_pages.bad_request"
handler403 = "backend.config.error_pages.forbidden"
handler404 = "backend.config.error_pages.not_found"
handler500 = "backend.config.error_pages.server_error"
