"""Whatever is handed in, the application goes on, and what can be read is recorded."""

from __future__ import annotations

import json

import pytest

import spanhouse
from hostile import HOSTILE, BadError, Point
from spanhouse.values import MAX_ITEMS, to_text


@pytest.mark.parametrize("name", HOSTILE)
def test_arguments_and_results(client, collector, name):
    value = HOSTILE[name]

    @spanhouse.observe
    def echo(value):
        return value

    assert echo(value) is value
    with spanhouse.span("s", type="llm", input=value, extra=value) as s:
        s.set_output(value).set_usage(value).set_metadata({"k": value}).set_model(value, finish_reasons="stop")
    with spanhouse.attributes(session_id=value, tags=[value], odd=value):
        spanhouse.score("n", value, comment=value)
    report = spanhouse.flush()
    assert (report.sent, report.dropped) == (2, {})
    (span,) = [span for span in collector.spans() if span.name == "echo"]
    assert 0 < len(span.attributes["input.value"]) < 210_000


def test_errors_that_cannot_be_told(sent):
    @spanhouse.observe
    def fail():
        raise BadError

    with pytest.raises(BadError):
        fail()
    (span,) = sent()
    assert (span.status, span.attributes["error.type"]) == (2, "BadError")


def test_parameters_of_the_wrong_kind(start, caplog):
    client = start(sample_rate="many", queue_spans=-1, mask="no function", flush_interval=None, colour="red")
    assert (client.settings.sample_rate, client.settings.queue_spans, client.settings.mask) == (1.0, 8192, None)
    for name in ("sample_rate", "queue_spans", "mask", "colour"):
        assert any(name in record.getMessage() for record in caplog.records), name


def test_a_folder_that_cannot_be_written(start, collector, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    start(spool_dir=str(file))
    with spanhouse.span("x"):
        pass
    assert spanhouse.flush().sent == 1


def test_values_are_readable():
    shown = json.loads(to_text({"point": Point(1, {"a"}), "none": None, "texts": ("a", "b")}, 1000))
    assert shown == {"point": {"x": 1, "y": ["a"]}, "none": None, "texts": ["a", "b"]}
    assert len(json.loads(to_text(list(range(10**6)), 10**9))) == MAX_ITEMS + 1
    assert to_text("x" * 50, 10) == "xxxxxxxxxx… [40 characters cut]"
