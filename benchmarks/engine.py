"""The engine's own limit: the same envelopes inserted into a fresh embedded ClickHouse by one raw insert."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import uuid
from pathlib import Path

from backend.store.client import Profile, Store
from backend.store.migrate import migrate
from backend.store.otlp import INSERT_SETTINGS
from benchmarks.bodies import read_bodies, write_bodies
from ingest.envelope import frame


def joined(bodies: Path, project_id: uuid.UUID, received_ns: int) -> bytes:
    return b"".join(frame(body, project_id, received_ns) for body in read_bodies(bodies))


def count(store: Store) -> int:
    return int(store.read("SELECT count() AS n FROM spans", profile=Profile.API)[0]["n"])


def insert_once(bodies: Path, folder: Path) -> dict[str, float | int]:
    """Spans and seconds of one insert of all bodies."""
    project_id, now = uuid.uuid4(), time.time_ns()
    segment = joined(bodies, project_id, now)
    store = Store(f"chdb://{folder}/clickhouse")
    migrate(store)
    # The first insert of a process pays for what is compiled once; the server is measured warm, too.
    warm = folder / "warm.bin"
    write_bodies(warm, 128, 1_280)
    store.insert_protobuf("otlp_traces", joined(warm, project_id, now), INSERT_SETTINGS["otlp_traces"])
    before = count(store)
    started, cpu = time.perf_counter(), time.process_time()
    store.insert_protobuf("otlp_traces", segment, INSERT_SETTINGS["otlp_traces"])
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    spans = count(store) - before
    store.close()
    return {"spans": spans, "seconds": seconds, "cpu_seconds": cpu, "segment_bytes": len(segment)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bodies", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spanhouse-engine-") as folder:
        print(json.dumps(insert_once(options.bodies, Path(folder))))


if __name__ == "__main__":
    main()
