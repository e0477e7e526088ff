"""Counts of one process in a small mapped file, so that a process that dies leaves behind how many spans died with it.

A span's end writes two numbers into memory; the kernel keeps them when the process is gone. The owner holds a lock on
the file: whoever can lock it knows that the owner is dead. A forked child closes its copy, or the lock would outlive
the parent.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import struct
import uuid

from spanhouse.reasons import REASONS

try:
    import fcntl
except ImportError:  # Windows: no counts of dead processes there
    fcntl = None  # type: ignore[assignment]

MAGIC = 0x5350414E484F5501  # "SPANHOU", version 1
SUFFIX = ".ledger"
SIZE = 4096
ENDED, SETTLED, OPEN, FIRST_REASON = 1, 2, 3, 8
SLOT = {reason: FIRST_REASON + n for n, reason in enumerate(REASONS)}
# Below this much free space a write into the mapping could fail, and such a failure ends the process.
MIN_FREE_BYTES = 16 * 1024 * 1024


class Ledger:
    """`slots` are plain numbers; the caller holds its own lock."""

    def __init__(self, folder: str) -> None:
        """OSError when the folder cannot hold it."""
        if fcntl is None:
            raise OSError("no file locks on this system")
        if hasattr(os, "statvfs"):
            room = os.statvfs(folder)
            if room.f_bavail * room.f_frsize < MIN_FREE_BYTES:
                raise OSError("the disk is nearly full")
        self.path = os.path.join(folder, f"{os.getpid()}-{uuid.uuid4().hex}{SUFFIX}")
        hidden = self.path + ".new"
        self._file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(self._file, struct.pack("=Q", MAGIC).ljust(SIZE, b"\0"))  # real blocks: a hole could fail later
            fcntl.flock(self._file, fcntl.LOCK_EX)
            os.rename(hidden, self.path)
            self._map = mmap.mmap(self._file, SIZE)
        except BaseException:
            os.close(self._file)
            for path in (hidden, self.path):
                with contextlib.suppress(OSError):
                    os.unlink(path)
            raise
        self.slots = memoryview(self._map).cast("Q")

    def close(self, *, remove: bool) -> None:
        """`remove`: nothing is left to tell. Otherwise the next start reads it."""
        if remove:
            with contextlib.suppress(OSError):
                os.unlink(self.path)
        with contextlib.suppress(OSError, ValueError, BufferError):
            self.slots.release()
            self._map.close()
            os.close(self._file)


def adopt(folder: str) -> dict[str, int]:
    """Take over the files of dead processes: the spans that nobody will hear of any more, by reason."""
    found: dict[str, int] = {}
    for path in _files(folder):
        for reason, count in (_take(path) or {}).items():
            found[reason] = found.get(reason, 0) + count
    return found


def _files(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.endswith(SUFFIX)]
    except OSError:
        return []


def _take(path: str) -> dict[str, int] | None:
    """The counts of a dead process, whose file is then gone; None when it lives."""
    if fcntl is None:
        return None
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.stat(path).st_ino != os.fstat(file).st_ino:
            return None
        numbers = struct.unpack(f"={SIZE // 8}Q", os.read(file, SIZE))
        os.unlink(path)  # who comes next finds nothing: the lock is held until the file is closed
    except (OSError, struct.error):
        return None
    finally:
        os.close(file)
    if numbers[0] != MAGIC:
        return {}
    counts = {reason: numbers[slot] for reason, slot in SLOT.items()}
    counts["process_died"] += max(numbers[ENDED] - numbers[SETTLED], 0)
    counts["unfinished"] += numbers[OPEN]
    return {reason: count for reason, count in counts.items() if count}
