"""What could not be sent, as files for the next start: bounded, private, one file a request, each sent once.

A name tells all that is needed without opening the file: `<time>-<run>-<number>-<spans>.<kind>`. `spans` files are
OTLP request bodies, `scores` files JSON lists. Files appear whole or not at all. One process at a time sends them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from dataclasses import dataclass
from typing import IO

try:
    import fcntl
except ImportError:  # Windows: two processes may send the same file, which stores its spans once
    fcntl = None  # type: ignore[assignment]

KINDS = ("spans", "scores")
_LOCK = "sending.lock"


def folder_of(root: str, endpoint: str, api_key: str) -> str:
    """One folder for each server and key: what was recorded for one project is never sent to another."""
    name = hashlib.sha256(f"{endpoint}\n{api_key}".encode("utf-8", "replace")).hexdigest()[:24]
    return os.path.join(root, name)


@dataclass(frozen=True)
class Kept:
    """One file of the spool."""

    path: str
    kind: str
    run: str
    items: int
    size: int


class Spool:
    """`run` names the process that writes. Every method raises OSError when the disk does not do as asked."""

    def __init__(self, root: str, endpoint: str, api_key: str, max_bytes: int, run: str) -> None:
        self.folder = folder_of(root, endpoint, api_key)
        self.max_bytes = max_bytes
        self.run = run
        self._number = 0
        for path in (root, self.folder):
            os.makedirs(path, mode=0o700, exist_ok=True)
        _check_private(self.folder)

    def keep(self, kind: str, body: bytes, items: int) -> bool:
        """Whether there was room."""
        if self.used() + len(body) > self.max_bytes:
            return False
        self._number += 1
        name = f"{time.time_ns():020d}-{self.run}-{self._number}-{items}.{kind}"
        hidden = os.path.join(self.folder, name + ".new")
        try:
            with os.fdopen(os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
            os.rename(hidden, os.path.join(self.folder, name))
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(hidden)
            raise
        return True

    def used(self) -> int:
        total = 0
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.endswith(KINDS):
                    with contextlib.suppress(OSError):
                        total += entry.stat().st_size
        return total

    def waiting(self) -> list[Kept]:
        """Oldest first."""
        found = []
        with os.scandir(self.folder) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                kept = _read_name(entry)
                if kept is not None:
                    found.append(kept)
        return found

    def read(self, kept: Kept) -> bytes:
        with open(kept.path, "rb") as file:
            return file.read()

    def remove(self, kept: Kept) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(kept.path)

    def lock(self) -> IO[bytes] | None:
        """Held until it is closed; None when another process sends."""
        file = open(os.path.join(self.folder, _LOCK), "ab")  # noqa: SIM115 - the caller closes it
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                return None
        return file


def _read_name(entry: os.DirEntry[str]) -> Kept | None:
    name, _dot, kind = entry.name.rpartition(".")
    parts = name.split("-")
    if kind not in KINDS or len(parts) != 4:
        return None
    try:
        return Kept(entry.path, kind, parts[1], int(parts[3]), entry.stat().st_size)
    except (OSError, ValueError):
        return None


def _check_private(folder: str) -> None:
    """The temporary folder belongs to everybody: somebody else's folder under our name is not used."""
    found = os.lstat(folder)
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "getuid") and found.st_uid != os.getuid()):
        raise OSError(f"{folder} belongs to another user")
