"""The disk between the sender and ClickHouse: frames are appended and fsynced in groups; then the sender hears 200.

One committer thread writes. While it syncs, new frames gather, so one fsync serves many senders. Segments are files of
frames; the writer takes the closed ones and deletes them once ClickHouse has them. A process owns one numbered slot of
the spool folder, held by a file lock; segments left in a slot nobody holds are taken over by the next process to start.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal
from uuid import UUID

import structlog

from backend.core.limits import RETRY_AFTER_S, SEGMENT_BYTES, SEGMENT_MAX_AGE_S, SEGMENT_MAX_BYTES
from ingest.errors import SpoolFull

Stored = Literal["traces", "logs"]
# Logs first: a span is not shown before the messages that were sent ahead of it.
SIGNALS: tuple[Stored, ...] = ("logs", "traces")
log = structlog.get_logger("ingest.spool")


@dataclass
class Tally:
    """What the frames of one project and second hold."""

    requests: int = 0
    bytes: int = 0
    items: int = 0


Tallies = dict[tuple[UUID, int], Tally]


@dataclass
class Segment:
    """A file of frames. `tallies` is None for one left by an earlier process: its frames tell."""

    signal: Stored
    path: Path
    size: int = 0
    opened: float = field(default_factory=time.monotonic)
    tallies: Tallies | None = field(default_factory=dict[tuple[UUID, int], Tally])

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass
class _Waiting:
    signal: Stored
    frame: bytes
    project_id: UUID
    second: int
    items: int
    loop: asyncio.AbstractEventLoop
    durable: asyncio.Future[None]


class _Open:
    """The segment being written to; `size` counts what is synced."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.file = os.open(segment.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        folder = os.open(segment.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # without it the file's name may be lost with the power
        finally:
            os.close(folder)

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.file, view) :]
            os.fdatasync(self.file)
        except OSError:
            # A frame cut in the middle would hide those after it.
            with contextlib.suppress(OSError):
                os.ftruncate(self.file, self.segment.size)
            raise
        self.segment.size += len(data)

    def close(self) -> None:
        os.close(self.file)


class Spool:
    """`root/<slot>/<signal>-<number>.seg`. Thread-safe."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self.closed: deque[Segment] = deque()
        self._open: dict[Stored, _Open] = {}
        self._waiting: deque[_Waiting] = deque()
        self._condition = threading.Condition()
        self._written = threading.Lock()  # guards _open
        self._bytes = 0
        self._refused = -RETRY_AFTER_S
        self._number = time.time_ns()
        self._stopping = False
        self._lock_file: IO[str] | None = None
        self._thread: threading.Thread | None = None
        self.slot = ""

    # -- life ----------------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Take a slot, adopt what was left behind, start the committer."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        for number in range(10_000):
            lock = self._try_lock(self.root / str(number))
            if lock:
                self.slot, self._lock_file = str(number), lock
                break
        self._adopt()
        self._thread = threading.Thread(target=self._commit_forever, name="spool", daemon=True)
        self._thread.start()

    @staticmethod
    def _try_lock(folder: Path) -> IO[str] | None:
        folder.mkdir(exist_ok=True, mode=0o700)
        lock = open(folder / "lock", "a", encoding="ascii")  # noqa: SIM115 - held until the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return None
        return lock

    @property
    def folder(self) -> Path:
        return self.root / self.slot

    def _adopt(self) -> None:
        for other in sorted(self.root.iterdir()):
            if other.name.isdigit() and other.name != self.slot:
                lock = self._try_lock(other)
                if lock:
                    for path in other.glob("*.seg"):
                        path.rename(self.folder / path.name)
                    lock.close()
        for path in sorted(self.folder.glob("*.seg"), key=lambda p: p.stat().st_mtime):
            signal: Stored | None = next((s for s in SIGNALS if path.name.startswith(f"{s}-")), None)
            size = path.stat().st_size
            if signal and size:
                self.closed.append(Segment(signal, path, size, tallies=None))
                self._bytes += size
            elif not size:
                path.unlink()

    def stop(self) -> None:
        """Sync what waits and close the open segments; they stay on disk for the writer or the next start."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        if self._thread:
            self._thread.join()
        for signal in SIGNALS:
            self.close_open(signal)

    def release(self) -> None:
        """Let the slot go; after it nothing may be touched."""
        if self._lock_file:
            self._lock_file.close()

    # -- senders -------------------------------------------------------------------------------------------------------
    async def append(self, signal: Stored, frame: bytes, project_id: UUID, received_ns: int, items: int) -> None:
        """Return when `frame` is on disk. Raises SpoolFull; then nothing of it is kept."""
        if self._bytes + len(frame) > self.max_bytes:
            self._refused = time.monotonic()
            raise SpoolFull(
                f"The spool holds {self._bytes >> 20} MiB that ClickHouse has not taken, its limit is"
                f" {self.max_bytes >> 20} MiB"
                " (SPANHOUSE_SPOOL_MAX_BYTES). Try again later."
            )
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        waiting = _Waiting(signal, frame, project_id, received_ns // 1_000_000_000, items, loop, durable)
        with self._condition:
            if self._stopping:
                raise SpoolFull("The server is stopping. Try again in a moment.")
            self._bytes += len(frame)
            self._waiting.append(waiting)
            self._condition.notify()
        await durable

    def _commit_forever(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._stopping:
                    self._condition.wait()
                group = list(self._waiting)
                self._waiting.clear()
                if not group and self._stopping:
                    return
            for signal in SIGNALS:
                mine = [w for w in group if w.signal == signal]
                if mine:
                    self._commit(signal, mine)

    def _commit(self, signal: Stored, group: list[_Waiting]) -> None:
        try:
            with self._written:
                segment = self._current(signal)
                segment.append(b"".join(w.frame for w in group))
                tallies = segment.segment.tallies
                assert tallies is not None
                for w in group:
                    tally = tallies.setdefault((w.project_id, w.second), Tally())
                    tally.requests += 1
                    tally.bytes += len(w.frame)
                    tally.items += w.items
                full = segment.segment.size >= SEGMENT_MAX_BYTES
            if full:
                self.close_open(signal)
        except OSError as error:
            log.error("spool_write_failed", error=str(error))
            with self._condition:
                self._bytes -= sum(len(w.frame) for w in group)
            with self._written:
                # A file whose sync failed can't be trusted with the next frame.
                broken = self._open.pop(signal, None)
                if broken:
                    self._put_away(broken)
            _tell(group, SpoolFull(f"The spool can't be written: {error.strerror or error}. Try again later."))
        else:
            _tell(group, None)

    def _current(self, signal: Stored) -> _Open:
        if signal not in self._open:
            self._number += 1
            self._open[signal] = _Open(Segment(signal, self.folder / f"{signal}-{self._number}.seg"))
        return self._open[signal]

    # -- writer --------------------------------------------------------------------------------------------------------
    def close_open(self, signal: Stored) -> None:
        """Hand the open segment to the writer."""
        with self._written:
            current = self._open.get(signal)
            if current and current.segment.size:
                del self._open[signal]
                self._put_away(current)

    def _ripe(self, opened: _Open) -> bool:
        return time.monotonic() - opened.segment.opened >= SEGMENT_MAX_AGE_S or opened.segment.size >= SEGMENT_BYTES

    def _put_away(self, opened: _Open) -> None:
        opened.close()
        if opened.segment.size:
            self.closed.append(opened.segment)
        else:
            opened.segment.path.unlink(missing_ok=True)

    def next_segment(self) -> Segment | None:
        """The oldest segment to insert, or None. It stays at the head until `done`."""
        if not self.closed:
            with self._written:
                ripe = any(self._ripe(opened) for opened in self._open.values())
            for signal in SIGNALS if ripe else ():
                self.close_open(signal)
        return self.closed[0] if self.closed else None

    def done(self, segment: Segment) -> None:
        """ClickHouse has it (or it is in quarantine)."""
        segment.path.unlink(missing_ok=True)
        with contextlib.suppress(ValueError):
            self.closed.remove(segment)
        with self._condition:
            self._bytes -= segment.size

    # -- state ---------------------------------------------------------------------------------------------------------
    @property
    def waiting_bytes(self) -> int:
        return max(self._bytes, 0)

    @property
    def waiting_segments(self) -> int:
        return len(self.closed) + len(self._open)

    def oldest_waiting_s(self) -> float:
        now = time.monotonic()
        return max((now - s.opened for s in self._segments()), default=0.0)

    def _segments(self) -> Iterator[Segment]:
        with self._written:
            return iter([*self.closed, *(o.segment for o in self._open.values())])

    @property
    def has_room(self) -> bool:
        """Whether a body would be taken; just after one was not, it would not."""
        return self._bytes < self.max_bytes and time.monotonic() - self._refused >= RETRY_AFTER_S


def _tell(group: list[_Waiting], error: Exception | None) -> None:
    """Wake the senders, one call into each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for w in group:
        by_loop.setdefault(w.loop, []).append(w.durable)
    for loop, futures in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: list[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if not future.done():
            if error:
                future.set_exception(error)
            else:
                future.set_result(None)
