"""What the panel shows of one span."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from backend.core import limits
from tests.web.spans import span
from web.content import present

PIXEL = base64.b64encode(b"\x89PNG not really").decode()


def said(*parts: dict, role: str = "user", **fields: object) -> dict:
    return {"role": role, "parts": list(parts), **fields}


def test_it_shows_messages_instead_of_the_raw_input() -> None:
    shown = present(span(1, input="raw", input_messages=[said({"type": "text", "content": "Hi **you**"})]))
    assert shown.input is None
    assert shown.input_messages[0].parts[0].value.html == "<p>Hi <strong>you</strong></p>\n"


def test_it_shows_raw_input_when_there_are_no_messages() -> None:
    shown = present(span(1, input='{"q": 1}', output="plain <b>"))
    assert shown.input is not None
    assert shown.input.kind == "json"
    assert shown.output is not None
    assert (shown.output.kind, shown.output.text) == ("text", "plain <b>")


def test_it_pretty_prints_arguments_whether_object_or_text() -> None:
    parts = [{"type": "tool_call", "name": "f", "id": "1", "arguments": a} for a in ({"a": 1}, '{"a": 1}', None, "")]
    shown = present(span(1, output_messages=[said(*parts, role="assistant")])).output_messages[0].parts
    assert [p.value.kind for p in shown] == ["json", "json", "json", "text"]
    assert shown[0].value.html == shown[1].value.html


def test_it_folds_system_prompts_and_old_messages() -> None:
    messages = [
        said({"type": "text", "content": "s" * 500}, role="system"),
        *(said({"type": "text", "content": str(i)}) for i in range(9)),
    ]
    shown = present(span(1, input_messages=messages)).input_messages
    assert [m.open for m in shown] == [False] * 4 + [True] * 6


def test_it_shows_images_only_when_they_came_inside_the_span() -> None:
    parts = [
        {"type": "blob", "mime_type": "image/png", "modality": "image", "content": PIXEL},
        {"type": "blob", "mime_type": "image/svg+xml", "modality": "image", "content": PIXEL},
        {"type": "blob", "mime_type": "image/png", "content": 'x" onerror="alert(1)'},
        {"type": "uri", "modality": "image", "uri": "https://evil.example/pixel.png"},
    ]
    shown = present(span(1, input_messages=[said(*parts)])).input_messages[0].parts
    assert [p.kind for p in shown] == ["image", "file", "note", "note"]
    assert shown[0].value.text == f"data:image/png;base64,{PIXEL}"


def test_it_cuts_long_values_and_says_so() -> None:
    long = "x" * (limits.SHOWN_CHARS + 7)
    shown = present(span(1, input=long, attributes={"k": "y" * (limits.SHOWN_ATTRIBUTE_CHARS + 3)}))
    assert shown.cut
    assert shown.input is not None
    assert (len(shown.input.text), shown.input.cut, shown.input.address) == (limits.SHOWN_CHARS, 7, "input")
    assert (shown.attributes[0].value.cut, shown.attributes[0].value.address) == (3, "attr:k")


def test_a_part_of_an_unknown_kind_is_still_shown() -> None:
    shown = present(span(1, input_messages=[said({"type": "hologram", "x": 1}), {"role": None}])).input_messages
    assert "hologram" in shown[0].parts[0].value.text
    assert (shown[1].role, shown[1].parts) == ("unknown", [])


def test_it_survives_values_nested_deeper_than_the_stack() -> None:
    deep: object = 1
    for _ in range(20_000):
        deep = [deep]
    shown = present(span(1, tool={"name": "f", "arguments": deep, "result": "ok"}))
    assert shown.tool_arguments is not None
    assert "too deep" in shown.tool_arguments.text


KINDS = st.sampled_from(["text", "reasoning", "tool_call", "tool_call_response", "blob", "uri", "file", "", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["content", "arguments", "response", "result", "name", "id", "mime_type", "uri", "data"])
PARTS = st.builds(lambda kind, rest: {**rest, "type": kind}, KINDS, st.dictionaries(FIELDS, JSON)) | JSON


@given(st.lists(st.fixed_dictionaries({"role": JSON, "parts": st.lists(PARTS, max_size=3) | JSON}), max_size=3), JSON)
def test_it_shows_whatever_was_sent(messages: list, anything: object) -> None:
    tool = {"name": "f", "arguments": anything, "result": anything}
    shown = present(span(1, input_messages=messages, output_messages=messages, tool=tool))
    assert len(shown.input_messages) == len(messages)


def test_json_attributes_are_pretty_and_vectors_are_told_in_a_line() -> None:
    attributes = {"j": '{"a": 1}', "v": str([n / 10 for n in range(1536)]), "long": "[" + '"word",' * 900 + "1]"}
    by_key = {one.key: one.value for one in present(span(1, attributes=attributes)).attributes}
    assert by_key["j"].kind == "json"
    assert by_key["v"].text == "1,536 numbers: 0, 0.1, 0.2, 0.3, …"
    assert (by_key["long"].kind, by_key["long"].note) == ("text", "json")


def test_embeddings_are_summed_up() -> None:
    vectors = {f"embedding.embeddings.{n}.embedding.vector": str([0.5] * 768) for n in range(30)}
    shown = present(span(1, type="embedding", attributes=vectors))
    assert shown.vectors[0].startswith("768 numbers: 0.5")
    assert len(shown.vectors) == 21


def test_documents_have_a_bar_a_title_and_metadata() -> None:
    documents = [
        {"id": "d1", "content": "one", "score": 0.5, "metadata": {"source": "a.md"}},
        {"id": "d2", "content": "two", "score": 12, "metadata": {}},
        {"id": None, "content": "three", "score": None, "metadata": "odd"},
    ]
    one, two, three = present(span(1, type="retriever", documents=documents)).documents
    assert (one.title, one.share, two.share, three.share) == ("a.md", 4.2, 100, None)
    assert (one.metadata is not None, three.metadata) == (True, None)


def test_the_values_are_shown_as_asked() -> None:
    call = span(1, input="in", output="out", input_messages=[said({"type": "text", "content": "**b** [1]"})])
    as_text = present(call, mode="text").input_messages[0].parts[0].value
    assert (as_text.kind, as_text.text) == ("text", "**b** [1]")
    assert [label for label, _ in present(call, mode="json").plain] == ["Messages"]
    assert [(label, one.text) for label, one in present(call, mode="raw").plain] == [("Input", "in"), ("Output", "out")]
    listed = span(1, input_messages=[said({"type": "text", "content": '["a"]'})])
    assert present(listed, mode="markdown").input_messages[0].parts[0].value.kind == "markdown"
    assert present(listed).input_messages[0].parts[0].value.kind == "json"


def test_a_guardrail_that_found_something_is_an_alarm() -> None:
    found = present(span(1, type="guardrail", output='{"passed": false, "reason": "PII"}'))
    assert found.alarm
    assert [name for name, _ in found.verdict] == ["passed", "reason"]
    assert not present(span(1, type="guardrail", output='{"passed": true}')).alarm
    assert present(span(1, output='{"passed": false}')).verdict == []
