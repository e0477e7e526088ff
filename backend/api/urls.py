"""Addresses below /api/."""

from __future__ import annotations

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.api import facets, filters, metrics, missing, openapi, scores, traces

__all__ = ["openapi", "urlpatterns"]  # openapi is imported for what it registers


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from the installed package, without inline scripts."""

    url_name = "api-schema"
    template_name = "api/docs.html"


urlpatterns = [
    path("v1/traces", traces.Traces.as_view(), name="api-traces"),
    path("v1/traces/<str:trace_id>", traces.Trace.as_view(), name="api-trace"),
    path("v1/spans/<str:trace_id>/<str:span_id>", traces.Span.as_view(), name="api-span"),
    path("v1/spans/<str:trace_id>/<str:span_id>/mapping", traces.SpanMapping.as_view(), name="api-span-mapping"),
    path("v1/facets", facets.Facets.as_view(), name="api-facets"),
    path("v1/metrics", metrics.MetricsView.as_view(), name="api-metrics"),
    path("v1/filter/suggest", filters.Suggest.as_view(), name="api-filter-suggest"),
    path("v1/scores", scores.Scores.as_view(), name="api-scores"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(), name="api-docs"),
    re_path(r"", missing.nothing_here, name="api-missing"),
]
