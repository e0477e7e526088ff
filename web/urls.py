"""The addresses of the screens."""

from __future__ import annotations

from django.urls import path

from web.views import account, design, example, home, ingest, keys, login, span, start, trace, traces

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login.log_in, name="login"),
    path("logout/", login.log_out, name="logout"),
    path("account/password/", account.change_password, name="password"),
    path("design/", design.design, name="design"),
    path("p/<slug:project>/traces/", traces.trace_list, name="traces"),
    path("p/<slug:project>/traces/<str:trace_id>/", trace.trace_page, name="trace"),
    path("p/<slug:project>/traces/<str:trace_id>/tree/", trace.tree_rows, name="tree-rows"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/", span.span_panel, name="span"),
    path("p/<slug:project>/traces/<str:trace_id>/spans/<str:span_id>/mapping/", span.span_mapping, name="span-mapping"),
    path("p/<slug:project>/start/", start.start_page, name="start"),
    path("p/<slug:project>/start/wait/", start.start_wait, name="start-wait"),
    path("p/<slug:project>/example/", example.example_make, name="example"),
    path("p/<slug:project>/example/progress/", example.example_progress, name="example-progress"),
    path("p/<slug:project>/ingest/", ingest.ingest_page, name="ingest"),
    path("p/<slug:project>/settings/keys/", keys.key_list, name="keys"),
    path("p/<slug:project>/settings/keys/<uuid:key_id>/revoke/", keys.key_revoke, name="key-revoke"),
]
