"""Addresses below /api/."""

from __future__ import annotations

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.api import (
    budgets,
    dashboards,
    facets,
    filters,
    groups,
    metrics,
    metrics_differences,
    metrics_distribution,
    metrics_models,
    missing,
    openapi,
    prices,
    scores,
    traces,
    views,
)

__all__ = ["openapi", "urlpatterns"]  # openapi is imported for what it registers


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from the installed package, without inline scripts."""

    url_name = "api-schema"
    template_name = "api/docs.html"


urlpatterns = [
    path("v1/traces", traces.Traces.as_view(), name="api-traces"),
    path("v1/traces/export", traces.TraceExport.as_view(), name="api-traces-export"),
    path("v1/traces/<str:trace_id>", traces.Trace.as_view(), name="api-trace"),
    path("v1/spans/<str:trace_id>/<str:span_id>", traces.Span.as_view(), name="api-span"),
    path("v1/spans/<str:trace_id>/<str:span_id>/mapping", traces.SpanMapping.as_view(), name="api-span-mapping"),
    path("v1/sessions", groups.Sessions.as_view(), name="api-sessions"),
    re_path(r"^v1/sessions/(?P<session_id>[\s\S]+)$", groups.Session.as_view(), name="api-session"),
    path("v1/users", groups.Users.as_view(), name="api-users"),
    re_path(r"^v1/users/(?P<user_id>[\s\S]+)$", groups.User.as_view(), name="api-user"),
    path("v1/facets", facets.Facets.as_view(), name="api-facets"),
    path("v1/metrics", metrics.MetricsView.as_view(), name="api-metrics"),
    path("v1/metrics/differences", metrics_differences.MetricDifferencesView.as_view(), name="api-differences"),
    path("v1/metrics/models", metrics_models.MetricModelsView.as_view(), name="api-metrics-models"),
    path("v1/metrics/distribution", metrics_distribution.MetricDistributionView.as_view(), name="api-distribution"),
    path("v1/filter/suggest", filters.Suggest.as_view(), name="api-filter-suggest"),
    path("v1/models", prices.Models.as_view(), name="api-models"),
    path("v1/prices", prices.Prices.as_view(), name="api-prices"),
    path("v1/views", views.Views.as_view(), name="api-views"),
    path("v1/views/<uuid:view_id>", views.OneView.as_view(), name="api-view"),
    path("v1/dashboards", dashboards.Dashboards.as_view(), name="api-dashboards"),
    path("v1/dashboards/<uuid:dashboard_id>", dashboards.OneDashboard.as_view(), name="api-dashboard"),
    path("v1/dashboards/<uuid:dashboard_id>/export", dashboards.DashboardExport.as_view(), name="api-dashboard-export"),
    path("v1/budgets", budgets.Budgets.as_view(), name="api-budgets"),
    path("v1/budgets/<uuid:budget_id>", budgets.OneBudget.as_view(), name="api-budget"),
    path("v1/scores", scores.Scores.as_view(), name="api-scores"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", Docs.as_view(), name="api-docs"),
    re_path(r"", missing.nothing_here, name="api-missing"),
]
