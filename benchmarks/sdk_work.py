"""The same small piece of work, recorded by one SDK; run by benchmarks/sdk.py in a Python that has it. Prints JSON.

Reads no module of this repository but the SDK, so that it runs in a virtual environment of a peer.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

Work = Callable[[str, int], dict[str, Any]]
SPANS, ROUNDS = 400, 25  # a round fits every queue; between rounds it is emptied


def work(question: str, k: int) -> dict[str, Any]:
    return {"answer": question, "documents": k}


def spanhouse(url: str) -> tuple[Work, Callable[[], object]]:
    import spanhouse as sdk  # noqa: PLC0415

    sdk.init(endpoint=url, auto_instrument=False, spool_dir=os.environ["FOLDER"])
    return sdk.observe(work), sdk.flush


def opentelemetry(url: str) -> tuple[Work, Callable[[], object]]:
    """By hand, with the attributes that the others record."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=url + "/v1/traces")))
    tracer = provider.get_tracer("bench")

    def recorded(question: str, k: int) -> dict[str, Any]:
        with tracer.start_as_current_span("work") as span:
            span.set_attribute("input.value", json.dumps({"question": question, "k": k}))
            result = work(question, k)
            span.set_attribute("output.value", json.dumps(result))
            return result

    return recorded, provider.force_flush


def langfuse(url: str) -> tuple[Work, Callable[[], object]]:
    import langfuse as sdk  # pyright: ignore[reportMissingImports]  # noqa: PLC0415

    client: Any = sdk.Langfuse(public_key="pk", secret_key="sk", base_url=url)
    recorded: Work = sdk.observe(name="work")(work)
    return recorded, client.flush


def nothing(_url: str) -> tuple[Work, Callable[[], object]]:
    return work, lambda: None


SDKS = {"spanhouse": spanhouse, "opentelemetry": opentelemetry, "langfuse": langfuse, "nothing": nothing}
MODULES = {"spanhouse": "spanhouse", "opentelemetry": "opentelemetry.sdk.trace.export", "langfuse": "langfuse"}


def import_ms(name: str) -> dict[str, float]:
    begun, clock = time.process_time(), time.perf_counter()
    __import__(MODULES[name])
    return {"cpu": (time.process_time() - begun) * 1e3, "wall": (time.perf_counter() - clock) * 1e3}


def span_us(name: str, url: str) -> tuple[list[float], list[float]]:
    """Microseconds of the caller's thread a span, round by round: CPU time, and by the clock."""
    recorded, flush = SDKS[name](url)
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(ROUNDS):
        begun, clock = time.thread_time(), time.perf_counter()
        for n in range(SPANS):
            recorded("What is the capital of France?", n)
        cpu.append((time.thread_time() - begun) / SPANS * 1e6)
        wall.append((time.perf_counter() - clock) / SPANS * 1e6)
        flush()
    return cpu[3:], wall[3:]


def main() -> None:
    task, name = sys.argv[1:3]
    if task == "import":
        print(json.dumps(import_ms(name)))
        return
    cpu, wall = span_us(name, sys.argv[3])
    print(json.dumps({"cpu": statistics.median(cpu), "wall": statistics.median(wall), "best": min(wall)}))


if __name__ == "__main__":
    main()
