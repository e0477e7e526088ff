"""A small HTTP front of the server: it passes requests on, refuses them, or is not there."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.processes import free_port, http
from tests.support.server import Server


class Door:
    """`refuse` answers with a status; `after` refusals it passes again; `largest` refuses larger bodies with 413."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.port = free_port()
        self.status = 0
        self.left = -1
        self.headers: dict[str, str] = {}
        self.largest = 1 << 30
        self.seen: list[tuple[str, int]] = []  # path, status
        self._front: ThreadingHTTPServer | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> Door:
        self.status, self.left, self.largest = 0, -1, 1 << 30
        if self._front is None:
            handler = type("Handler", (_Handler,), {"door": self})
            self._front = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
            threading.Thread(target=self._front.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def shut(self) -> None:
        if self._front is not None:
            self._front.shutdown()
            self._front.server_close()
            self._front = None

    def refuse(self, status: int, *, after: int = -1, **headers: str) -> None:
        self.status, self.left = status, after
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if self.left == 0:
            self.status = 0
        if self.status:
            self.left -= 1
            return self.status, self.headers, b"not now"
        if len(body) > self.largest:
            return 413, {}, b""
        base = self.server.web if path.startswith("/api/") else self.server.otlp
        kept = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
        reply = http("POST", base + path, body, kept)
        return reply.status, {}, reply.body


class _Handler(BaseHTTPRequestHandler):
    door: Door

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        status, headers, reply = self.door.answer(self.path, body, dict(self.headers))
        self.door.seen.append((self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_args: object) -> None:
        return
