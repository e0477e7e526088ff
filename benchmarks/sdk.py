"""What recording costs an application: import, and a finished span, beside plain OpenTelemetry and other SDKs."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORK = Path(__file__).parent / "sdk_work.py"
IMPORTS = 7


class Sink(BaseHTTPRequestHandler):
    """Takes everything and keeps nothing."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return


def run(python: str, folder: str, *arguments: str) -> dict[str, float]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("OTEL_", "SPANHOUSE_"))}
    environment = {**kept, "PYTHONPATH": str(ROOT / "sdk/python/src"), "FOLDER": folder}
    done = subprocess.run([python, str(WORK), *arguments], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(name: str, python: str, url: str) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        imports = [] if name == "nothing" else [run(python, folder, "import", name) for _ in range(IMPORTS)]
        spans = run(python, folder, "spans", name, url)
    line: dict[str, object] = {"sdk": name}
    if imports:
        for key, clock in (("import_cpu_ms", "cpu"), ("import_ms", "wall")):
            line[key] = round(statistics.median(one[clock] for one in imports), 1)
    return line | {
        "span_cpu_us": round(spans["cpu"], 1),
        "span_us": round(spans["wall"], 1),
        "span_best_us": round(spans["best"], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", action="append", default=[], help="langfuse=VENV: a virtual environment that has it")
    peers = dict(peer.split("=", 1) for peer in parser.parse_args().peer)
    sink = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{sink.server_address[1]}"
    pythons = {"nothing": sys.executable, "opentelemetry": sys.executable, "spanhouse": sys.executable}
    pythons |= {name: str(Path(folder) / "bin/python") for name, folder in peers.items()}
    for name, python in pythons.items():
        print(json.dumps({"load": round(os.getloadavg()[0], 1), **measure(name, python, url)}), flush=True)


if __name__ == "__main__":
    main()
