"""The OpenAPI page is complete, generated without a warning, and true: replies have exactly its fields."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from tests.api.conftest import Send
from tests.support.otlp import llm_span, span

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema(client: Client) -> dict[str, Any]:
    reply = client.get("/api/schema/", headers={"accept": "application/vnd.oai.openapi+json"})
    assert reply.status_code == 200
    return json.loads(reply.content)


def strict(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and an object has no field that is not described."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: strict(value) for key, value in node.items() if key != "nullable"}
    if made.get("type") == "object" and "properties" in made:
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") else made


def check(schema: dict[str, Any], component: str, body: Any) -> None:
    components = strict(schema["components"])
    validator = Draft202012Validator({"$ref": f"#/components/schemas/{component}", "components": components})
    assert [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(body)] == []


def test_it_is_made_without_warnings(tmp_path: Any) -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "schema.yml"))


def test_it_describes_every_operation(schema: dict[str, Any]) -> None:
    operations = {(path, method) for path, item in schema["paths"].items() for method in item}
    assert operations == {
        ("/api/v1/traces", "get"),
        ("/api/v1/traces/export", "get"),
        ("/api/v1/traces/{trace_id}", "get"),
        ("/api/v1/spans/{trace_id}/{span_id}", "get"),
        ("/api/v1/spans/{trace_id}/{span_id}/mapping", "get"),
        ("/api/v1/sessions", "get"),
        ("/api/v1/sessions/{session_id}", "get"),
        ("/api/v1/users", "get"),
        ("/api/v1/users/{user_id}", "get"),
        ("/api/v1/facets", "get"),
        ("/api/v1/metrics", "get"),
        ("/api/v1/metrics/distribution", "get"),
        ("/api/v1/metrics/differences", "get"),
        ("/api/v1/metrics/models", "get"),
        ("/api/v1/filter/suggest", "get"),
        ("/api/v1/models", "get"),
        ("/api/v1/prices", "get"),
        ("/api/v1/prices", "post"),
        ("/api/v1/prices", "delete"),
        *(("/api/v1/dashboards", method) for method in ("get", "post")),
        *(("/api/v1/dashboards/{dashboard_id}", method) for method in ("get", "patch", "delete")),
        ("/api/v1/dashboards/{dashboard_id}/export", "get"),
        ("/api/v1/views", "get"),
        ("/api/v1/views", "post"),
        ("/api/v1/budgets", "get"),
        ("/api/v1/budgets", "post"),
        *(("/api/v1/budgets/{budget_id}", method) for method in ("get", "patch", "delete")),
        *(("/api/v1/views/{view_id}", method) for method in ("get", "patch", "delete")),
        ("/api/v1/scores", "get"),
        ("/api/v1/scores", "post"),
    }
    for path, method in operations:
        described = schema["paths"][path][method]
        assert {"bearer": []} in described["security"]
        assert "401" in described["responses"]


@pytest.mark.store
def test_replies_have_exactly_its_fields(api: Client, send: Send, schema: dict[str, Any]) -> None:
    trace_id = os.urandom(16)
    root = span("run", trace_id=trace_id)
    send(root, llm_span(trace_id, parent=root.span_id))
    posted = api.post(
        "/api/v1/scores",
        json.dumps([{"name": "ok", "value": True, "trace_id": trace_id.hex()}]),
        content_type="application/json",
    )
    check(schema, "CreatedScores", posted.json())
    check(schema, "TraceList", api.get("/api/v1/traces").json())
    check(schema, "Trace", api.get(f"/api/v1/traces/{trace_id.hex()}").json())
    check(schema, "Span", api.get(f"/api/v1/spans/{trace_id.hex()}/{root.span_id.hex()}").json())
    check(schema, "SpanMapping", api.get(f"/api/v1/spans/{trace_id.hex()}/{root.span_id.hex()}/mapping").json())
    check(schema, "ScoreList", api.get("/api/v1/scores").json())
    check(schema, "Metrics", api.get("/api/v1/metrics?measure=tokens,cost&group_by=model").json())
    check(schema, "ErrorBody", api.get("/api/v1/traces?limit=x").json())


def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    assert "<style" not in page.text
    assert client.get("/api/docs/?script=")["Content-Type"].startswith("application/javascript")
