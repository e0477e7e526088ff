"""OpenTelemetry's exporters for Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import ROOT
from tests.support.server import Server

FIXTURE = ROOT / "tests/fixtures/node"
# Kept between runs; the first one downloads some 10 MB.
CACHE = ROOT / ".make/node-exporters"


def installed() -> Path:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed (Debian, Ubuntu: apt-get install npm)")
    CACHE.mkdir(parents=True, exist_ok=True)
    package = (FIXTURE / "package.json").read_text(encoding="utf-8")
    stamp = CACHE / "installed.json"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != package:
        (CACHE / "package.json").write_text(package, encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=240, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm could not install the exporters: {done.stderr.strip()[-300:]}")
        stamp.write_text(package, encoding="utf-8")
    shutil.copy(FIXTURE / "export.mjs", CACHE)
    return CACHE


@pytest.mark.timeout(300)
def test_spans_of_the_node_exporters_come_back(server: Server) -> None:
    folder = installed()
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
