"""The addresses of the screens."""

from __future__ import annotations

from django.urls import path

from web.views import account, compare, home, ingest, keys, login, shared, sharing, shortcuts, span, trace, traces

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("account/password/", account.change_password, name="password"),
    path("p/<slug:project>/traces/", traces.trace_list, name="traces"),
    path("p/<slug:project>/traces/<str:trace_id>/", trace.trace_page, name="trace"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/", trace.tree_rows, name="tree-rows"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/", span.span_panel, name="span"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/mapping/", span.span_mapping, name="span-mapping"),
    path("p/<slug:project>/traces/<str:trace_id>/share/", sharing.share_trace, name="share"),
    path("p/<slug:project>/compare/", compare.compare_page, name="compare"),
    path("p/<slug:project>/ingest/", ingest.ingest_page, name="ingest"),
    path("p/<slug:project>/settings/keys/", keys.key_list, name="keys"),
    path("p/<slug:project>/settings/keys/<uuid:key_id>/revoke/", keys.key_revoke, name="key-revoke"),
    path("p/<slug:project>/settings/sharing/", sharing.sharing_page, name="sharing"),
    path("p/<slug:project>/settings/sharing/<uuid:link_id>/revoke/", sharing.link_revoke, name="share-revoke"),
    path("t/<str:trace_id>/", shortcuts.find_trace, name="find-trace"),
    path("t/<str:trace_id>/<str:span_id>/", shortcuts.find_trace, name="find-span"),
    path("s/<str:token>/", shared.shared_page, name="shared"),
    path("s/<str:token>/spans/<str:span_id>/", shared.shared_span, name="shared-span"),
]
