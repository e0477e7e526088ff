"""The door to ClickHouse: a bounded pool of handles per profile. The only importer of clickhouse_connect."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, LiteralString, cast
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from backend.core.errors import OutOfMemory, QueryTimeout, QueryTooLarge, SpanhouseError, StoreRefused, StoreUnavailable
from backend.core.literals import quoted
from backend.store.profiles import BUDGETS, Profile, reader_settings

DATABASE = "spanhouse"
Row = dict[str, Any]

# Engine error codes, from ClickHouse's ErrorCodes.cpp.
TIMEOUT_CODES = frozenset({159, 160})
TOO_LARGE_CODES = frozenset({158, 307, 396})
MEMORY_CODES = frozenset({173, 241})
# Refusals that pass: network, replicas, read-only, too many parts or queries, full disk, cancelled, shutting down.
PASSING_CODES = frozenset(
    {0, 198, 202, 203, 209, 210, 225, 236, 242, 243, 252, 279, 285, 286, 319, 394, 425, 439, 516, 999, 1002}
)


def as_store_error(error: Exception) -> SpanhouseError:
    """The engine's error as one of ours, by its code; one sentence, without the engine's stack."""
    text = str(error).split("Stack trace", maxsplit=1)[0].strip()[:600]
    code = error.code if isinstance(error, DatabaseError) and error.code is not None else 0
    if code in TIMEOUT_CODES:
        return QueryTimeout("The query took longer than it may. Choose a shorter time range or a narrower filter.")
    if code in TOO_LARGE_CODES:
        return QueryTooLarge("The query would read more than it may. Choose a shorter time range or a narrower filter.")
    if code in MEMORY_CODES:
        return OutOfMemory("ClickHouse has too little memory for this query. Choose a shorter time range.")
    if code in PASSING_CODES or not isinstance(error, DatabaseError):
        return StoreUnavailable(f"ClickHouse does not answer: {text}")
    return StoreRefused(text, engine_code=code)


class _Pool:
    """Idle handles of one profile. A handle that raised is closed, not reused (DESIGN section 8)."""

    def __init__(self, store: Store, profile: Profile) -> None:
        self._store = store
        self._profile = profile
        self._idle: list[Client] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(BUDGETS[profile].handles)

    @contextlib.contextmanager
    def handle(self) -> Iterator[Client]:
        if not self._room.acquire(timeout=60):
            raise StoreUnavailable("ClickHouse is busy: no free connection for 60 seconds.")
        client: Client | None = None
        try:
            with self._lock:
                client = self._idle.pop() if self._idle else None
            if client is None:
                client = self._store.open_handle(self._profile)
            yield client
            with self._lock:
                self._idle.append(client)
            client = None
        finally:
            if client is not None:
                with contextlib.suppress(Exception):
                    client.close()
            self._room.release()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for client in idle:
            with contextlib.suppress(Exception):
                client.close()


class Store:
    """One ClickHouse, embedded (`chdb:///folder`, `chdb://memory`) or served (`http://user:password@host:8123/database`).

    Opens nothing until the first call. Refuses to work in a forked child, where chDB would hang.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self.embedded = parts.scheme == "chdb"
        if not self.embedded and parts.scheme not in ("http", "https", "clickhouse", "clickhouses"):
            raise ValueError(f"CLICKHOUSE_URL must begin with chdb://, http:// or https://, not {parts.scheme}://")
        self.database = DATABASE if self.embedded else (unquote(parts.path.strip("/")) or DATABASE)
        self._parts = parts
        self._pools = {profile: _Pool(self, profile) for profile in Profile}
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._folder_lock: IO[str] | None = None
        self._keep: Client | None = None
        self._ready = False

    # -- opening -------------------------------------------------------------------------------------------------------
    @property
    def _folder(self) -> Path | None:
        """The data folder of the embedded engine; None in memory."""
        return Path(unquote(self._parts.path)) if self._parts.path not in ("", "/") else None

    def _embed(self, *, database: str | None) -> Client:
        folder = self._folder
        return clickhouse_connect.get_client(interface="chdb", path=str(folder) if folder else None, database=database)

    def _claim_folder(self) -> None:
        """chDB allows one process per data folder; say which one has it instead of failing inside the engine."""
        folder = self._folder
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder.parent / f"{folder.name}.lock", "a+", encoding="ascii")  # noqa: SIM115 - held for the process's life
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StoreUnavailable(
                f"The data folder {folder} is in use by another Spanhouse (process {holder}). "
                "Stop that process, or set SPANHOUSE_DATA_DIR to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._folder_lock = lock

    def _prepare(self) -> None:
        if os.getpid() != self._pid:
            raise StoreUnavailable("ClickHouse was opened before this process was forked; open it after the fork.")
        with self._lock:
            if self._ready:
                return
            if self.embedded:
                self._claim_folder()
                # The engine lives as long as one handle is open; this one keeps it between queries.
                self._keep = self._embed(database=None)
            client = self._keep or self._connect(database="default")
            client.command(f"CREATE DATABASE IF NOT EXISTS {self._quoted_database()}")
            if client is not self._keep:
                client.close()
            self._ready = True

    def _quoted_database(self) -> str:
        return "`" + self.database.replace("\\", "\\\\").replace("`", "\\`") + "`"

    def _connect(self, *, database: str, settings: Mapping[str, str] | None = None) -> Client:
        parts = self._parts
        secure = parts.scheme in ("https", "clickhouses")
        return clickhouse_connect.get_client(
            host=parts.hostname or "localhost",
            port=parts.port or (8443 if secure else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or ""),
            database=database,
            interface="https" if secure else "http",
            settings=dict(settings or {}),
            autogenerate_session_id=False,
            connect_timeout=5,
            send_receive_timeout=150,
        )

    def open_handle(self, profile: Profile) -> Client:
        """A new handle with the limits of `profile`; readers are read-only from then on."""
        self._prepare()
        budget = BUDGETS[profile]
        settings = reader_settings(budget) if budget.reader else {}
        if not self.embedded:
            # readonly=2 forbids writes and still lets the limits travel with each request.
            return self._connect(
                database=self.database, settings={**settings, "readonly": "2"} if budget.reader else {}
            )
        client = self._embed(database=self.database)
        for name, value in settings.items():
            client.command(f"SET {name} = {value}")
        if budget.reader:
            client.command("SET readonly = 1")
        return client

    @contextlib.contextmanager
    def _use(self, profile: Profile) -> Iterator[Client]:
        try:
            with self._pools[profile].handle() as client:
                yield client
        except SpanhouseError:
            raise
        except (ClickHouseError, OSError, ValueError) as error:
            raise as_store_error(error) from error

    # -- verbs ---------------------------------------------------------------------------------------------------------
    def read(
        self, sql: LiteralString, params: Mapping[str, object] | None = None, profile: Profile = Profile.UI
    ) -> list[Row]:
        """Rows as dicts by column name. Times should be selected as integers (nanoseconds)."""
        with self._use(profile) as client:
            result = client.query(sql, parameters=dict(params or {}))
            names = result.column_names
            return [dict(zip(names, row, strict=True)) for row in result.result_rows]

    def read_columns(
        self, sql: LiteralString, params: Mapping[str, object] | None = None, profile: Profile = Profile.UI
    ) -> dict[str, Sequence[Any]]:
        """Like `read`, column by column: for many rows of few columns. No row may mean no column."""
        with self._use(profile) as client:
            result = client.query(sql, parameters=dict(params or {}), column_oriented=True)
            return dict(zip(result.column_names, result.result_columns, strict=False))

    def command(self, sql: str, params: Mapping[str, object] | None = None, profile: Profile = Profile.WRITE) -> None:
        """One statement that returns nothing."""
        with self._use(profile) as client:
            client.command(sql, parameters=dict(params or {}))

    def insert(self, table: LiteralString, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Insert `rows` (each in the order of `columns`); all or nothing up to one block."""
        if rows:
            with self._use(Profile.WRITE) as client:
                client.insert(table, rows, column_names=list(columns), database=self.database)

    def insert_protobuf(
        self, table: LiteralString, body: bytes | Iterator[bytes] | IO[bytes], settings: Mapping[str, str]
    ) -> None:
        """Insert length-delimited protobuf messages; `settings` carry the message's schema."""
        with self._use(Profile.WRITE) as client:
            client.raw_insert(table, None, cast("Any", body), settings=dict(settings), fmt="Protobuf")

    def insert_protobuf_file(self, table: LiteralString, path: Path, settings: Mapping[str, str]) -> None:
        """Like `insert_protobuf`, from a file. The embedded engine reads it where it lies, without a copy."""
        with self._use(Profile.WRITE) as client:
            if not self.embedded or any(sign in str(path) for sign in "*?{}"):  # INFILE would read them as patterns
                with path.open("rb") as file:
                    client.raw_insert(table, None, cast("Any", file), settings=dict(settings), fmt="Protobuf")
                return
            clause = ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items())
            client.command(
                f"INSERT INTO {table} FROM INFILE {quoted(str(path.resolve()))} SETTINGS {clause} FORMAT Protobuf"
            )

    def ping(self) -> None:
        """Raise StoreUnavailable when ClickHouse does not answer."""
        self.read("SELECT 1 AS one", profile=Profile.UI)

    def close(self) -> None:
        """Close all handles; the embedded engine writes what it holds and lets the folder go."""
        for pool in self._pools.values():
            pool.close()
        with self._lock:
            if self._keep is not None:
                with contextlib.suppress(Exception):
                    self._keep.close()
                self._keep = None
            if self._folder_lock is not None:
                self._folder_lock.close()
                self._folder_lock = None
            self._ready = False


_current: Store | None = None


def configure(url: str) -> None:
    """Name the ClickHouse of this process. Opens nothing; a wrong URL raises ValueError."""
    global _current  # noqa: PLW0603 - one store a process is what chDB allows
    if _current is not None and _current.url != url:
        _current.close()
    if _current is None or _current.url != url:
        _current = Store(url)


def current() -> Store:
    """The store of this process."""
    if _current is None:
        raise StoreUnavailable("No ClickHouse is configured.")
    return _current


def wait_until_available(store: Store, seconds: float) -> None:
    """Wait for ClickHouse to answer; the last error when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            store.ping()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
