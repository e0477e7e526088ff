"""A trace that goes on in another process: headers carry the trace, the session and the user there."""

from __future__ import annotations

import json
import subprocess
import sys

import spanhouse


def caller() -> None:
    with spanhouse.attributes(session_id="example", user_id="alice", baggage=True), spanhouse.span("caller"):
        headers = spanhouse.inject({})
        subprocess.run([sys.executable, __file__, json.dumps(dict(headers))], check=True)


def callee(headers: dict[str, str]) -> None:
    with spanhouse.remote(headers), spanhouse.span("callee") as s:
        print("trace", s.trace_id)


if __name__ == "__main__":
    spanhouse.init(project="example-two-processes")
    if len(sys.argv) > 1:
        callee(json.loads(sys.argv[1]))
    else:
        caller()
