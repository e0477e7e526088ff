"""The recorded bodies of tests/fixtures/corpus: read, and put into ClickHouse the way ingest does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from backend.store.client import Store
from backend.store.otlp import INSERT_SETTINGS
from ingest import otlp_json
from ingest.envelope import frame
from ingest.otlp import check_logs, check_traces
from ingest.unpack import encoding_of, unpack

FOLDER = Path(__file__).resolve().parents[1] / "fixtures/corpus"
LIBRARIES = sorted(path.parent.name for path in FOLDER.glob("*/expect.json"))


@dataclass(frozen=True)
class Recorded:
    """One body, unpacked, as protobuf and checked. `message` is the parsed request."""

    signal: str
    body: bytes
    message: Any
    received_ns: int


@cache
def expected(library: str) -> dict[str, Any]:
    return json.loads((FOLDER / library / "expect.json").read_text(encoding="utf-8"))


@cache
def recorded(library: str) -> dict[str, Recorded]:
    """File name → body."""
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    found: dict[str, Recorded] = {}
    for name, how in expected(library)["bodies"].items():
        signal = "logs" if how["path"].endswith("/logs") else "traces"
        body = (FOLDER / library / name).read_bytes()
        if how["transport"] != "grpc":
            body = unpack(encoding_of(how["content_encoding"]), body)
        if "json" in how["content_type"]:
            body = otlp_json.decode(signal, body).message
        # The clock of the recording: today's would find the spans too old one day.
        check = check_traces if signal == "traces" else check_logs
        checked = check(body, how["received_ns"]).body
        message = (ExportTraceServiceRequest if signal == "traces" else ExportLogsServiceRequest).FromString(body)
        found[name] = Recorded(signal, checked, message, how["received_ns"])
    return found


def store_library(store: Store, library: str, project: UUID) -> None:
    """All bodies of a library, one insert a signal."""
    for signal in ("traces", "logs"):
        bodies = [one for one in recorded(library).values() if one.signal == signal and one.body]
        frames = b"".join(frame(one.body, project, one.received_ns) for one in bodies)
        if frames:
            table = "otlp_traces" if signal == "traces" else "otlp_logs"
            store.insert_protobuf(table, frames, INSERT_SETTINGS[table])


def spans_in(one: Recorded) -> list[Any]:
    if one.signal != "traces":
        return []
    return [span for rs in one.message.resource_spans for ss in rs.scope_spans for span in ss.spans]
