"""What a span is: its type, its error, where it ran."""

from __future__ import annotations

from backend.conventions.field import Field

HTTP_STATUS: tuple[str, ...] = ("http.response.status_code", "http.status_code")

FIELDS: tuple[Field, ...] = (
    Field(
        "type_word",
        "lower",
        (
            "spanhouse.span.type",
            "openinference.span.kind",
            "langfuse.observation.type",
            "traceloop.span.kind",
            "langsmith.span.kind",
            "mlflow.spanType",
            "lmnr.span.type",
            "ai.operationId",
            "langwatch.span.type",
            "genkit:metadata:subtype",
            "genkit:type",
            "agentops.span.kind",
            "spring.ai.kind",
            "braintrust.span_attributes.type",
            "mastra.span.type",
            "haystack.component.type",
        ),
        also=("braintrust_type",),
    ),
    Field("braintrust_object", "text", ("braintrust.span_attributes",)),
    Field("braintrust_type", "lower", of="braintrust_object", inside="type"),
    Field(
        "error_attribute",
        "text",
        (
            "error.type",
            "exception.type",
        ),
    ),
    Field("http_status", "int", HTTP_STATUS),
    Field(
        "environment",
        "text",
        (
            "deployment.environment.name",
            "deployment.environment",
            "langfuse.environment",
            "gen_ai.environment",
        ),
    ),
    Field(
        "release",
        "text",
        (
            "service.version",
            "langfuse.release",
            "langfuse.version",
        ),
    ),
)
