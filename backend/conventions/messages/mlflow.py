"""MLflow: mlflow.spanInputs and mlflow.spanOutputs; every value is JSON, text too."""

from __future__ import annotations

from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.schema import RawSpan, Rendered
from backend.conventions.messages.shapes import read_tools
from backend.conventions.messages.values import json_attribute


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    found = read_pair(span, attributes.get("mlflow.spanInputs", ""), attributes.get("mlflow.spanOutputs", ""))
    tools = json_attribute(attributes, "mlflow.chat.tools")
    if tools is not None:
        found = found or Rendered()
        found.tool_definitions = read_tools(tools)
    return found
