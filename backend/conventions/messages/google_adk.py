"""Google's Agent Development Kit: gcp.vertex.agent.llm_request, llm_response, tool_call_args and tool_response."""

from __future__ import annotations

from backend.conventions.messages.generic import read_pair
from backend.conventions.messages.schema import RawSpan, Rendered
from backend.conventions.messages.values import first_text


def render(span: RawSpan) -> Rendered | None:
    is_tool = span.type == "tool"
    given = "gcp.vertex.agent.tool_call_args" if is_tool else "gcp.vertex.agent.llm_request"
    result = "gcp.vertex.agent.tool_response" if is_tool else "gcp.vertex.agent.llm_response"
    found = [first_text(span.attributes, key) for key in (given, result)]
    # What was not captured is told as {}.
    return read_pair(span, *("" if text == "{}" else text for text in found))
