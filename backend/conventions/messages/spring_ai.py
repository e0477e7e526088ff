"""Spring AI: tools in spring.ai.tool.*, found documents in db.vector.query.*; its prompts are a list of texts."""

from __future__ import annotations

from backend.conventions.messages.documents import read_documents
from backend.conventions.messages.parts import text
from backend.conventions.messages.schema import Message, RawSpan, Rendered
from backend.conventions.messages.shapes import message
from backend.conventions.messages.values import as_list, first_text, json_attribute


def render(span: RawSpan) -> Rendered | None:
    attributes = span.attributes
    if "spring.ai.tool.definition.name" in attributes:
        keys = ("spring.ai.tool.call.arguments", "spring.ai.tool.call.result")
        given, result = (json_attribute(attributes, key) for key in keys)
        name = attributes["spring.ai.tool.definition.name"]
        return Rendered(tool={"name": name, "arguments": given, "result": result})
    if "db.vector.query.content" in attributes or "db.vector.query.response.documents" in attributes:
        asked = first_text(attributes, "db.vector.query.content")
        return Rendered(
            input_messages=[message("user", [text(asked)])] if asked else [],
            documents=read_documents(json_attribute(attributes, "db.vector.query.response.documents")),
        )
    return Rendered(
        input_messages=_texts(span, "gen_ai.prompt", "user"),
        output_messages=_texts(span, "gen_ai.completion", "assistant"),
    )


def _texts(span: RawSpan, key: str, role: str) -> list[Message]:
    said = as_list(json_attribute(span.attributes, key)) if span.is_call else []
    return [message(role, [text(str(one))]) for one in said] if all(isinstance(one, str) for one in said) else []
