"""How fast spans become visible to queries, in requests of several sizes over HTTP and gRPC, beside the engine's limit.

Prints one JSON line per case; the last line repeats the case of 128 spans a request over HTTP.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.bodies import write_bodies
from benchmarks.server import KEY, ROOT, Server, started

# Spans of a case: some seconds of work each, so that merges happen while spans still arrive.
CASES = {1: 15_000, 20: 100_000, 128: 384_000}
MAIN_CASE = 128
# Sent before the clock starts: what a server does once after its start is no cost of a span.
WARM_SPANS = 1_280


def run_module(module: str, *arguments: str | Path | int) -> dict[str, Any]:
    """Run a module of this folder in a process of its own; the JSON of its last line."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wait_visible(server: Server, traces: list[str], trace_size: int, most_seconds: float = 600) -> float:
    """Wait until the spool is empty and every one of the traces is whole to a query; the time of day when that was so.

    The spool is watched first because a look into a folder costs the server nothing, and a query does.
    """
    deadline = time.monotonic() + most_seconds
    while server.spooled_bytes():
        check(deadline, "the spool is not empty")
        time.sleep(0.01)
    visible_at = time.time()
    for trace_id in traces:
        while server.span_count(trace_id) < trace_size:
            check(deadline, f"trace {trace_id} was acknowledged but is not visible")
            time.sleep(0.02)
            visible_at = time.time()
    return visible_at


def check(deadline: float, problem: str) -> None:
    if time.monotonic() > deadline:
        raise SystemExit(f"Too late: {problem}.")


def measure(
    bodies: Path, size: int, traces: list[str], raw_bytes: int, transport: str, engine: dict[str, Any]
) -> dict[str, Any]:
    """One case on a fresh server."""
    trace_size = math.gcd(size, 8)
    spans = len(traces) * size
    with started() as server:
        port = server.otlp_http if transport == "http" else server.otlp_grpc
        send = ("--transport", transport, "--port", port, "--key", KEY)
        _, _, warm_traces = write_bodies(bodies.with_suffix(".warm"), size, WARM_SPANS)
        run_module("benchmarks.sender", bodies.with_suffix(".warm"), *send)
        wait_visible(server, warm_traces[-4:], trace_size)
        server.wait_idle(20)
        cpu_before = server.cpu_seconds()
        sent = run_module("benchmarks.sender", bodies, *send)
        visible_at = wait_visible(server, traces[-4:], trace_size)  # the last request of each connection
        server.wait_idle()
        cpu = server.cpu_seconds() - cpu_before
        peak = server.peak_rss_mb()
        server.stop()
        stored = run_module("benchmarks.stored", server.folder / "clickhouse")
    if stored["spans"] - len(warm_traces) * size < spans:
        raise SystemExit(f"{spans} spans were acknowledged, {stored['spans']} are stored, the warm-up's included.")
    speed = spans / (visible_at - sent["started_at"])
    limit = engine["spans"] / engine["seconds"]
    return {
        "spans_per_request": size,
        "transport": transport,
        "spans": spans,
        "stored": stored["spans"] - len(warm_traces) * size,
        "refused": sent["refused"],
        "acknowledged_spans_per_s": round(spans / sent["seconds"]),
        "end_to_end_spans_per_s": round(speed),
        "engine_limit_spans_per_s": round(limit),
        "ratio": round(speed / limit, 3),
        "ack_p50_ms": sent["ack_p50_ms"],
        "ack_p99_ms": sent["ack_p99_ms"],
        "cpu_us_per_span": round(cpu / spans * 1e6, 1),
        "engine_cpu_us_per_span": round(engine["cpu_seconds"] / engine["spans"] * 1e6, 1),
        "raw_bytes_per_span": round(raw_bytes / spans),
        "disk_bytes_per_span": round(stored["bytes"] / max(1, stored["spans"]), 1),
        "disk_ratio": round(stored["bytes"] / max(1, stored["spans"]) / (raw_bytes / spans), 3),
        "peak_rss_mb": peak,
    }


def run_case(size: int, spans: int, transports: list[str], folder: Path) -> list[dict[str, Any]]:
    """The case on each transport, printed as it comes; the engine's limit is measured once on the same bytes."""
    bodies = folder / f"bodies-{size}.bin"
    _, raw_bytes, traces = write_bodies(bodies, size, spans)
    engine = run_module("benchmarks.engine", bodies)
    results: list[dict[str, Any]] = []
    for transport in transports:
        results.append(measure(bodies, size, traces, raw_bytes, transport, engine))
        print(json.dumps(results[-1]), flush=True)
    bodies.unlink()
    return results


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1,20,128", help="spans per request, comma separated")
    parser.add_argument("--transports", default="http,grpc")
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of spans")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PATH", help="phoenix=VENV or mlflow=VENV")
    return parser.parse_args()


def main() -> None:
    options = parse_arguments()
    sizes = [int(size) for size in options.sizes.split(",")]
    last: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="spanhouse-bodies-") as name:
        for size in sizes:
            spans = int(CASES.get(size, 50_000) * options.scale)
            results = run_case(size, spans, options.transports.split(","), Path(name))
            if size == MAIN_CASE or not last:
                last = results[0]
        for peer in options.peer:
            print(json.dumps(peers.measure(peer, Path(name))), flush=True)
    print(json.dumps(last))


if __name__ == "__main__":
    main()
