"""The addresses of the screens."""

from __future__ import annotations

from django.urls import path, register_converter

from web.views import (
    account,
    budgets,
    compare,
    dashboard_widgets,
    dashboards,
    design,
    example,
    explore,
    exports,
    facets,
    filters,
    glance,
    home,
    ingest,
    keys,
    login,
    models,
    overview,
    prices,
    saved,
    sessions,
    shared,
    sharing,
    shortcuts,
    span,
    start,
    trace,
    traces,
    tree,
    users,
    value,
)


class AnyText:
    """What an application calls a session or a user: may hold slashes, blanks, anything."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyText, "text")

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("account/password/", account.change_password, name="password"),
    path("design/", design.design, name="design"),
    path("p/<slug:project>/overview/", overview.overview_page, name="overview"),
    path("p/<slug:project>/overview/tiles/", overview.overview_tiles, name="overview-tiles"),
    path("p/<slug:project>/overview/<slug:widget>/", overview.overview_widget, name="overview-widget"),
    path("p/<slug:project>/explore/", explore.explore_page, name="explore"),
    path("p/<slug:project>/explore/heatmap/", explore.explore_heatmap, name="explore-heatmap"),
    path("p/<slug:project>/explore/differences/", explore.explore_differences, name="explore-differences"),
    path("p/<slug:project>/models/", models.models_page, name="models"),
    path("p/<slug:project>/dashboards/", dashboards.dashboard_list, name="dashboards"),
    path("p/<slug:project>/dashboards/new/", dashboards.dashboard_new, name="dashboard-new"),
    path("p/<slug:project>/dashboards/import/", dashboards.dashboard_import, name="dashboard-import"),
    path("p/<slug:project>/dashboards/preview/", dashboard_widgets.widget_preview, name="widget-preview"),
    path("p/<slug:project>/dashboards/<uuid:dashboard_id>/", dashboards.dashboard_page, name="dashboard"),
    path(
        "p/<slug:project>/dashboards/<uuid:dashboard_id>/change/", dashboards.dashboard_change, name="dashboard-change"
    ),
    path(
        "p/<slug:project>/dashboards/<uuid:dashboard_id>/export/", dashboards.dashboard_export, name="dashboard-export"
    ),
    path("p/<slug:project>/dashboards/<uuid:dashboard_id>/new/", dashboard_widgets.widget_new, name="widget-new"),
    path(
        "p/<slug:project>/dashboards/<uuid:dashboard_id>/widgets/<slug:widget_id>/",
        dashboards.dashboard_widget,
        name="dashboard-widget",
    ),
    path(
        "p/<slug:project>/dashboards/<uuid:dashboard_id>/widgets/<slug:widget_id>/edit/",
        dashboard_widgets.widget_edit,
        name="widget-edit",
    ),
    path("p/<slug:project>/traces/", traces.trace_list, name="traces"),
    path("p/<slug:project>/traces/facets/", facets.trace_facets, name="trace-facets"),
    path("p/<slug:project>/traces/histogram/", facets.trace_histogram, name="trace-histogram"),
    path("p/<slug:project>/traces/suggest/", filters.filter_suggest, name="filter-suggest"),
    path("p/<slug:project>/traces/found/", filters.found_snippets, name="traces-found"),
    path("p/<slug:project>/traces/fresh/", traces.fresh_traces, name="traces-fresh"),
    path("p/<slug:project>/traces/export/", exports.export_traces, name="traces-export"),
    path("p/<slug:project>/traces/<str:trace_id>/", trace.trace_page, name="trace"),
    path("p/<slug:project>/traces/<str:trace_id>/glance/", glance.trace_glance, name="trace-glance"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/", tree.tree_rows, name="tree-rows"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/skeleton/", tree.tree_skeleton, name="tree-skeleton"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/found/", tree.tree_found, name="tree-found"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/version/", tree.tree_version, name="tree-version"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/", span.span_panel, name="span"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/mapping/", span.span_mapping, name="span-mapping"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/raw/", value.span_raw, name="span-raw"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/text/", value.value_text, name="span-text"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/more/", value.value_more, name="span-more"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/json/", value.value_json, name="span-json"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/file/", value.media_file, name="span-file"),
    path(
        "p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/messages/",
        value.folded_messages,
        name="span-messages",
    ),
    path("p/<slug:project>/traces/<str:trace_id>/share/", sharing.share_trace, name="share"),
    path("p/<slug:project>/views/", saved.view_create, name="views"),
    path("p/<slug:project>/views/<uuid:view_id>/", saved.view_change, name="view-change"),
    path("p/<slug:project>/sessions/", sessions.session_list, name="sessions"),
    path("p/<slug:project>/sessions/<text:session_id>/", sessions.session_page, name="session"),
    path("p/<slug:project>/users/", users.user_list, name="users"),
    path("p/<slug:project>/users/<text:user_id>/", users.user_page, name="user"),
    path("p/<slug:project>/compare/", compare.compare_page, name="compare"),
    path("p/<slug:project>/start/", start.start_page, name="start"),
    path("p/<slug:project>/start/wait/", start.start_wait, name="start-wait"),
    path("p/<slug:project>/example/", example.example_make, name="example"),
    path("p/<slug:project>/example/progress/", example.example_progress, name="example-progress"),
    path("p/<slug:project>/ingest/", ingest.ingest_page, name="ingest"),
    path("p/<slug:project>/budgets/", budgets.budgets_page, name="budgets"),
    path("p/<slug:project>/budgets/new/", budgets.budget_new, name="budget-new"),
    path("p/<slug:project>/budgets/<uuid:budget_id>/", budgets.budget_page, name="budget"),
    path("p/<slug:project>/budgets/<uuid:budget_id>/edit/", budgets.budget_edit, name="budget-edit"),
    path("p/<slug:project>/budgets/<uuid:budget_id>/delete/", budgets.budget_delete, name="budget-delete"),
    path("p/<slug:project>/settings/keys/", keys.key_list, name="keys"),
    path("p/<slug:project>/settings/keys/<uuid:key_id>/revoke/", keys.key_revoke, name="key-revoke"),
    path("p/<slug:project>/settings/prices/", prices.prices_page, name="prices"),
    path("p/<slug:project>/settings/prices/remove/", prices.price_remove, name="price-remove"),
    path("p/<slug:project>/settings/sharing/", sharing.sharing_page, name="sharing"),
    path("p/<slug:project>/settings/sharing/<uuid:link_id>/revoke/", sharing.link_revoke, name="share-revoke"),
    path("t/<str:trace_id>/", shortcuts.find_trace, name="find-trace"),
    path("t/<str:trace_id>/<str:span_id>/", shortcuts.find_trace, name="find-span"),
    path("s/<str:token>/", shared.shared_page, name="shared"),
    path("s/<str:token>/spans/<str:span_id>/", shared.shared_span, name="shared-span"),
]
