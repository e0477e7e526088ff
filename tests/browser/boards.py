"""Dashboards to look at: one with every kind of chart for the tests, one for the pictures of the example project."""

from __future__ import annotations

import json
from typing import Any

from tests.support.processes import http
from tests.support.server import API_KEY, Server

WIDGETS: list[dict[str, Any]] = [
    {"id": "numbers", "measures": ["traces", "trace_error_rate"], "chart": "number", "size": "full"},
    {"id": "requests", "measures": ["traces", "failed_traces"], "chart": "bar"},
    {"id": "tokens", "measures": ["tokens"], "group_by": "model", "chart": "stacked"},
    {"id": "users", "measures": ["traces"], "group_by": "user", "chart": "ranking", "size": "third"},
    {"id": "types", "measures": ["spans", "failed_spans"], "group_by": "type", "chart": "table", "size": "third"},
    {"id": "heatmap", "measures": ["trace_latency"], "chart": "heatmap"},
    {"id": "histogram", "measures": ["span_latency"], "chart": "histogram", "group_by": "type", "top": 3},
]
BOARD: list[dict[str, Any]] = [
    {"measures": ["cost", "calls", "call_error_rate", "ttft_p50"], "chart": "number", "size": "full", "title": "Now"},
    {"measures": ["traces", "failed_traces"], "chart": "bar", "title": "Requests and errors"},
    {"id": "cost", "measures": ["cost"], "group_by": "model", "chart": "stacked", "top": 5},
    {"measures": ["trace_latency"], "chart": "heatmap"},
    {"measures": ["call_latency"], "group_by": "model", "chart": "histogram", "top": 4},
    {"measures": ["cost"], "group_by": "user", "chart": "ranking", "size": "third"},
    {"measures": ["calls", "cost"], "group_by": "model", "chart": "table", "size": "third"},
    {"measures": ["traces"], "filter": "status:error", "chart": "number", "size": "third", "title": "Failed traces"},
    {"measures": ["score_avg"], "group_by": "score"},
    {"measures": ["ttft_p50", "ttft_p95"], "title": "Time to first token"},
]


def make_board(server: Server, name: str, widgets: list[dict[str, Any]], key: str = API_KEY) -> str:
    """The id of a dashboard that the API made."""
    body = json.dumps({"name": name, "widgets": widgets}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    reply = http("POST", f"{server.web}/api/v1/dashboards", body, headers)
    assert reply.status == 201, reply.text
    return reply.json()["id"]
