"""OpenTelemetry's exporters for Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.support.node import FIXTURE, node_packages
from tests.support.server import Server


@pytest.mark.timeout(300)
def test_spans_of_the_node_exporters_come_back(server: Server) -> None:
    folder = node_packages()
    shutil.copy(FIXTURE / "export.mjs", folder)
    environment = {**os.environ, "SPANHOUSE_OTLP": server.otlp, "SPANHOUSE_GRPC": server.grpc}
    done = subprocess.run(
        ["node", "export.mjs"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sent: dict[str, str] = json.loads(done.stdout)
    assert set(sent) == {"json", "json gzip", "protobuf", "grpc"}
    for name, trace_id in sent.items():
        spans = {span["name"]: span for span in server.trace(trace_id, 2)["spans"]}
        attributes = spans["root"]["attributes"]
        assert {key: attributes[key] for key in ("text", "whole", "part", "yes")} == {
            "text": "grüße 😀",
            "whole": "42",
            "part": "0.25",
            "yes": "true",
        }, name
        assert (json.loads(attributes["texts"]), json.loads(attributes["numbers"])) == (["a", "b"], [1, 2.5]), name
        child = spans["child"]
        assert child["parent_span_id"] == spans["root"]["span_id"], name
        assert (child["status"], child["error"]["type"]) == ({"code": "error", "message": "bad input"}, "TypeError"), (
            name
        )
        assert [event["name"] for event in child["events"]] == ["token", "exception"], name
        assert [link["span_id"] for link in child["links"]] == [spans["root"]["span_id"]], name
