"""What applications do: each scene makes spans and says how many, before it makes them count."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import spanhouse


def note(count: int) -> None:
    """Spans that were made, told to the test from any process."""
    file = os.open(os.environ["MADE"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, f"{count}\n".encode())
    os.close(file)


@spanhouse.observe
def step(n: int) -> int:
    return n


def make(count: int) -> None:
    for n in range(count):
        step(n)
    note(count)


def next_start() -> None:
    report = spanhouse.flush(20)
    print(json.dumps(vars(report)))


def plain() -> None:
    make(20)


def report() -> None:
    """What `flush` says, before the end of the process."""
    make(20)
    print(json.dumps(vars(spanhouse.flush(5))))


def threads() -> None:
    def work(n: int) -> None:
        with spanhouse.span(f"job {n}"):
            make(2)
        note(1)

    with spanhouse.span("root"), spanhouse.attributes(session_id="s-1", tags=["a"]), ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(5)))
        started = [threading.Thread(target=work, args=(n,)) for n in range(5, 8)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    note(1)


def tasks() -> None:
    @spanhouse.observe
    async def job(n: int) -> int:
        await asyncio.sleep(0)
        make(1)
        return n

    @spanhouse.observe
    async def root() -> None:
        with spanhouse.attributes(session_id="s-2"):
            await asyncio.gather(*(job(n) for n in range(10)), asyncio.to_thread(make, 2))

    asyncio.run(root())
    note(11)


def forks() -> None:
    """The parent's spans wait in memory at each fork; a child ends in each way there is."""
    make(5)
    with spanhouse.span("around the forks"):
        for end in ("return", "exit", "flush", "lose"):
            child = os.fork()
            if child == 0:
                make(3)
                if end == "exit":
                    sys.exit(0)
                if end == "flush":
                    spanhouse.flush(10)
                if end != "return":
                    os._exit(0)
                return
            os.waitpid(child, 0)
            make(1)
    note(1)


def pools() -> None:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    make(5)
    forked = multiprocessing.get_context("fork")
    process = forked.Process(target=make, args=(4,))
    process.start()
    with ProcessPoolExecutor(2, mp_context=forked) as pool:
        list(pool.map(make, [1] * 6))
    process.join()
    spawned = multiprocessing.get_context("spawn").Process(target=make, args=(4,))
    spawned.start()
    spawned.join()


def hard_exit() -> None:
    make(30)
    with spanhouse.span("never ends"):
        note(1)
        os._exit(0)


def killed() -> None:
    make(30)
    os.kill(os.getpid(), signal.SIGKILL)


def late() -> None:
    make(5)
    spanhouse.shutdown()
    make(3)


def full_queue() -> None:
    """The queue takes ten, and nobody empties it meanwhile."""
    make(25)
    print(json.dumps(vars(spanhouse.flush(10))))


def recovers() -> None:
    """The server comes back while the process runs."""
    make(10)
    print("made", flush=True)
    deadline = time.monotonic() + 30
    while spanhouse.flush(1).sent < 10 and time.monotonic() < deadline:
        time.sleep(0.1)


def scores() -> None:
    with spanhouse.span("scored") as s:
        spanhouse.score("helpful", 0.5, comment="fair", id="one")
        spanhouse.score("helpful", 0.9, comment="good", id="one")
        spanhouse.score("label", "fine")
        spanhouse.score("passed", True, trace_id=s.trace_id)
    note(1)
    print(json.dumps({"trace_id": s.trace_id, "span_id": s.span_id, **vars(spanhouse.flush(10))}))


# Slow enough that what a scene makes waits in memory until the scene sends it, or ends.
spanhouse.init(flush_interval=30, exit_timeout=10)
if __name__ == "__main__":
    globals()[sys.argv[1]]()
