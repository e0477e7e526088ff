"""ClickHouse's HTTP interface over chDB, as far as clickhouse-connect uses it.

Run it with `python -m tests.support.clickhouse_front --path FOLDER --port NUMBER`.

The tests of the scaled-out mode talk to this process instead of a ClickHouse server. Statements, settings, formats and
error codes are the engine's own; only the transport is written here. What a real server has and this has not: users and
passwords (any are accepted), sessions (each request gets a handle of its own), progress headers, several replicas.

Side path for tests: `POST /__test__/mode` with `{"mode": …, "only": …, "containing": …}` makes it misbehave, and
`GET /__test__/counts` says how many requests came and how many were refused. Modes:

    ok              answer
    error           refuse with engine error `code` (241 memory, 252 too many parts, 242 table is read-only, …)
    unavailable     HTTP 503 without an engine code, like a balancer without servers
    reset           close the connection without an answer
    hang            give no answer until the mode changes
    cut             do the statement, then close the connection without an answer

`only` limits the mode to "insert" or "select"; `containing` to requests whose bytes contain that text.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import re
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb

from tests.support.wire import zstd

# URL parameters that a ClickHouse server takes for itself; everything else is a setting or a bound parameter.
TRANSPORT = frozenset({
    "query", "database", "user", "password", "default_format", "session_id", "session_timeout", "session_check",
    "query_id", "quota_key", "role", "compress", "decompress", "buffer_size", "wait_end_of_query",
    "client_protocol_version", "http_headers_progress_interval_ms", "send_progress_in_http_headers",
    "enable_http_compression", "cancel_http_readonly_queries_on_client_close",
})  # fmt: skip
# After ClickHouse's exceptionCodeToHTTPStatus; what is not named is a 500.
HTTP_STATUS = {
    **dict.fromkeys((194, 481), 401),
    **dict.fromkeys((192, 193, 516, 497), 403),
    **dict.fromkeys((6, 26, 27, 28, 38, 41, 42, 43, 53, 62, 70, 72, 130, 131, 457, 456), 400),
    **dict.fromkeys((45, 46, 47, 50, 56, 60, 63, 73, 78, 79, 81, 99, 115), 404),
    48: 501,
    159: 408,
    439: 503,
}
NAMES = {
    164: "READONLY",
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    210: "NETWORK_ERROR",
    241: "MEMORY_LIMIT_EXCEEDED",
    242: "TABLE_IS_READ_ONLY",
    243: "NOT_ENOUGH_SPACE",
    252: "TOO_MANY_PARTS",
    33: "CANNOT_READ_ALL_DATA",
    53: "TYPE_MISMATCH",
    117: "INCORRECT_DATA",
}
INSERT_HEAD = re.compile(
    rb"\s*INSERT\s+INTO\s+(?P<into>.*?)\bFORMAT\s+(?P<format>\w+)[ \t]*(?:;[ \t]*)?(?:\r?\n|\Z)",
    re.IGNORECASE | re.DOTALL,
)
HAS_RESULT = re.compile(rb"\s*(?:SELECT|WITH|SHOW|DESC|DESCRIBE|EXISTS|EXPLAIN|CHECK|\()", re.IGNORECASE)
OUTPUT_FORMAT = re.compile(rb"\bFORMAT\s+(\w+)\s*;?\s*\Z", re.IGNORECASE)
ENGINE_ERROR = re.compile(r"Code:\s*(\d+)\.")
MODES = frozenset({"ok", "error", "unavailable", "reset", "hang", "cut"})


@dataclass
class Mode:
    """How the front behaves now."""

    mode: str = "ok"
    code: int = 241
    only: str = ""
    containing: str = ""

    def hits(self, statement: bytes, body: bytes) -> bool:
        if self.mode == "ok":
            return False
        if self.only and not re.match(rb"\s*" + self.only.encode(), statement, re.IGNORECASE):
            return False
        return not self.containing or self.containing.encode() in body or self.containing.encode() in statement


@dataclass
class Request:
    """One statement as it came over HTTP."""

    statement: bytes
    data: bytes = b""  # what follows an INSERT
    database: str = ""
    output_format: str = "TabSeparated"
    settings: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)


@dataclass
class Reply:
    body: bytes
    format: str = ""
    summary: dict[str, str] = field(default_factory=dict)


class EngineError(Exception):
    """What a ClickHouse server answers with: a code and one line of text."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    @classmethod
    def of(cls, error: Exception) -> EngineError:
        text = str(error)
        found = ENGINE_ERROR.search(text)
        return cls(int(found.group(1)) if found else 1002, text[found.start() :] if found else text)

    @classmethod
    def made(cls, code: int) -> EngineError:
        return cls(
            code,
            f"Code: {code}. DB::Exception: The test asked for this error. ({NAMES.get(code, 'UNKNOWN_EXCEPTION')})",
        )


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Engine:
    """chDB with a new handle for each request (0.2 ms), as a server gives each request its own settings."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = str(path)
        # The engine lives as long as one handle is open.
        self._keep = chdb.connect(self._path)
        self.version, self.timezone = (
            self._keep.query("SELECT version(), timezone()", "TabSeparated").bytes().decode().split()
        )

    def run(self, request: Request) -> Reply:
        try:
            with contextlib.closing(chdb.connect(self._path)) as handle:
                self._prepare(handle, request)
                if head := INSERT_HEAD.match(request.statement):
                    return self._insert(handle, head, request)
                return self._query(handle, request)
        except EngineError:
            raise
        except Exception as error:
            raise EngineError.of(error) from error

    def _prepare(self, handle: Any, request: Request) -> None:
        if request.database:
            handle.query("USE `" + request.database.replace("`", "\\`") + "`")
        settings = dict(request.settings)
        readonly = settings.pop("readonly", None)
        if settings:
            handle.query("SET " + ", ".join(f"{name} = {quoted(value)}" for name, value in settings.items()))
        if readonly is not None:
            handle.query(f"SET readonly = {int(readonly)}")

    def _insert(self, handle: Any, head: re.Match[bytes], request: Request) -> Reply:
        data = request.statement[head.end() :] + request.data
        with tempfile.NamedTemporaryFile(suffix=".body") as file:
            file.write(data)
            file.flush()
            into, fmt = head["into"].decode(), head["format"].decode()
            result = handle.query(f"INSERT INTO {into} FROM INFILE {quoted(file.name)} FORMAT {fmt}", "TabSeparated")
        rows, size = str(result.rows_read()), str(result.bytes_read())
        return Reply(b"", summary={"read_rows": rows, "read_bytes": size, "written_rows": rows, "written_bytes": size})

    def _query(self, handle: Any, request: Request) -> Reply:
        # A statement in the URL goes on in the body, as with a server.
        statement = request.statement + (b"\n" + request.data if request.data else b"")
        result = handle.query(statement, request.output_format, params=request.params)
        found = OUTPUT_FORMAT.search(statement)
        fmt = found.group(1).decode() if found else request.output_format
        summary = {"read_rows": str(result.rows_read()), "read_bytes": str(result.bytes_read())}
        summary["elapsed_ns"] = str(int(result.elapsed() * 1e9))
        return Reply(result.bytes() or b"", fmt if HAS_RESULT.match(statement) else "", summary)


class Front(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, engine: Engine) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.engine = engine
        self.mode = Mode()
        self.counts: Counter[str] = Counter()
        self.lock = threading.Lock()

    def count(self, name: str) -> None:
        with self.lock:
            self.counts[name] += 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body
    disable_nagle_algorithm = True
    server: Front

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/ping":
            self._ping()
        elif path == "/__test__/counts":
            self._send(200, json.dumps(self.server.counts).encode())
        else:
            self._statement(b"")

    def do_POST(self) -> None:
        try:
            body = self._body()
        except (ValueError, zlib.error, EOFError) as error:
            self.close_connection = True
            self._error(
                EngineError(354, f"Code: 354. DB::Exception: The body can't be read: {error}. (ZLIB_INFLATE_FAILED)")
            )
            return
        if urlsplit(self.path).path == "/__test__/mode":
            self._set_mode(json.loads(body))
        else:
            self._statement(body)

    # --- what a test wants -------------------------------------------------------------------------------------------
    def _set_mode(self, wanted: dict[str, Any]) -> None:
        mode = Mode(**wanted)
        if mode.mode not in MODES:
            self._send(400, f"mode is one of {', '.join(sorted(MODES))}".encode())
            return
        self.server.mode = mode
        self._send(200, json.dumps(asdict(mode)).encode())

    def _ping(self) -> None:
        mode = self.server.mode
        if mode.hits(b"SELECT", b"") and mode.mode != "error":
            self._misbehave(mode)
        else:
            self._send(200, b"Ok.\n")

    def _misbehave(self, mode: Mode) -> bool:
        """True when the request is dealt with."""
        self.server.count("refused")
        if mode.mode == "hang":
            self.server.count("hanging")
            while self.server.mode is mode:
                time.sleep(0.02)
            return False
        if mode.mode == "error":
            self._error(EngineError.made(mode.code))
        elif mode.mode == "unavailable":
            self._send(503, b"no server is available")
        else:
            self._cut()
        return True

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()

    # --- what a server does ------------------------------------------------------------------------------------------
    def _statement(self, body: bytes) -> None:
        request = self._request(body)
        if not request.statement.strip():
            self._send(200, b"Ok.\n")
            return
        self.server.count("insert" if INSERT_HEAD.match(request.statement) else "statement")
        mode = self.server.mode
        if mode.hits(request.statement, body) and mode.mode != "cut" and self._misbehave(mode):
            return
        try:
            reply = self.server.engine.run(request)
        except EngineError as error:
            self._error(error)
            return
        if mode.mode == "cut" and mode.hits(request.statement, body):
            self.server.count("refused")
            self._cut()
            return
        headers = {
            "X-ClickHouse-Summary": json.dumps(reply.summary),
            "X-ClickHouse-Query-Id": self._url().get("query_id", ""),
        }
        if reply.format:
            headers["X-ClickHouse-Format"] = reply.format
        self._send(200, reply.body, headers)

    def _url(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    def _request(self, body: bytes) -> Request:
        url = self._url()
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            fields = multipart(body, kind)
            url |= {name: value.decode() for name, value in fields.items() if name != "query"}
            statement, data = fields.get("query", url.get("query", "").encode()), b""
        elif "query" in url:
            statement, data = url["query"].encode(), body
        else:
            statement, data = body, b""
        return Request(
            statement=statement,
            data=data,
            database=url.get("database") or self.headers.get("X-ClickHouse-Database", ""),
            output_format=url.get("default_format") or self.headers.get("X-ClickHouse-Format") or "TabSeparated",
            settings={
                name: value for name, value in url.items() if name not in TRANSPORT and not name.startswith("param_")
            },
            params={name[6:]: value for name, value in url.items() if name.startswith("param_")},
        )

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
            body = b"".join(pieces)
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return decompressed(body, self.headers.get("Content-Encoding", ""))

    def _error(self, error: EngineError) -> None:
        text = f"{error.text.strip()} (version {self.server.engine.version} (official build))\n"
        self._send(HTTP_STATUS.get(error.code, 500), text.encode(), {"X-ClickHouse-Exception-Code": str(error.code)})

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        if (
            len(body) > 1024
            and self._url().get("enable_http_compression") == "1"
            and "gzip" in self.headers.get("Accept-Encoding", "")
        ):
            body = gzip.compress(body, 1)
            headers = {**(headers or {}), "Content-Encoding": "gzip"}
        self.send_response(status)
        self.send_header("X-ClickHouse-Server-Display-Name", "front")
        self.send_header("X-ClickHouse-Timezone", self.server.engine.timezone)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "text/plain; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def decompressed(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    if encoding == "deflate":
        return zlib.decompress(body)
    if encoding == "lz4":
        import lz4.frame

        return lz4.frame.decompress(body)
    if encoding == "zstd":
        return zstd.decompress(body)
    if encoding not in ("", "identity"):
        raise ValueError(f"unknown encoding {encoding}")
    return body


def multipart(body: bytes, content_type: str) -> dict[str, bytes]:
    """Fields of a form as clickhouse-connect sends it when bound parameters are too long for a URL."""
    boundary = re.search(r'boundary="?([^";]+)', content_type)
    if boundary is None:
        raise ValueError("no boundary")
    fields = {}
    for part in body.split(b"--" + boundary.group(1).encode())[1:-1]:
        head, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        if name := re.search(rb'name="([^"]*)"', head):
            fields[name.group(1).decode()] = value.removesuffix(b"\r\n")
    return fields


def main() -> None:
    parser = argparse.ArgumentParser(description="ClickHouse's HTTP interface over chDB, for tests")
    parser.add_argument("--path", type=Path, required=True, help="the engine's data folder")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    front = Front(arguments.port, Engine(arguments.path))
    front.serve_forever()


if __name__ == "__main__":
    main()
