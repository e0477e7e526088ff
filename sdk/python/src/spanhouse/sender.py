"""One HTTP request to the server, and what its answer means: sent, try again, or refused and why.

OpenTelemetry's exporter says only whether it worked. What the server rejected, why, and when to come again stands in
the answer, so the request is made here, with what the standard library has: nothing else is imported, and no
instrumentation of an HTTP library records it.
"""

from __future__ import annotations

import gzip
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from spanhouse.forms import LOOPBACK
from spanhouse.parameters import Settings
from spanhouse.version import VERSION

RETRY = frozenset((408, 429, 502, 503, 504))
REFUSALS = {401: "unauthenticated", 403: "forbidden", 413: "too_large"}
MAX_REPLY_BYTES = 64 * 1024
# A server that asks for more is asked again after this: it may have been repaired.
MAX_RETRY_AFTER_S = 300.0


@dataclass(frozen=True)
class Answer:
    """`reason` "" means taken. `again`: the same request may work later, after `after_s` if the server said so."""

    reason: str = ""
    again: bool = False
    after_s: float | None = None
    rejected: int = 0  # spans of a request that was taken otherwise
    text: str = ""

    @property
    def taken(self) -> bool:
        return not self.reason


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would become a GET without its body, and the key would go to another host."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


class Sender:
    """Holds no connection, so it can be used on both sides of a fork."""

    def __init__(self, settings: Settings) -> None:
        self._timeout = settings.timeout
        self._headers = {"User-Agent": f"spanhouse-python/{VERSION}", **settings.headers}
        if settings.api_key:
            self._headers["Authorization"] = f"Bearer {settings.api_key}"
        local = urlsplit(settings.endpoint).hostname in LOOPBACK
        self._packed = settings.compression == "gzip" or (settings.compression == "auto" and not local)
        handlers: list[Any] = [_NoRedirect()]
        if local:
            handlers.append(urllib.request.ProxyHandler({}))
        if settings.certificate:
            handlers.append(
                urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=settings.certificate))
            )
        self._opener = urllib.request.build_opener(*handlers)

    def post(self, url: str, body: bytes, content_type: str, timeout: float | None = None) -> Answer:
        """Never raises."""
        headers = {**self._headers, "Content-Type": content_type}
        if self._packed:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")
        try:
            with self._opener.open(request, timeout=max(0.05, min(timeout or self._timeout, self._timeout))) as reply:
                return _taken(reply.read(MAX_REPLY_BYTES), url)
        except urllib.error.HTTPError as error:
            with error:
                return _refused(error.code, dict(error.headers.items()), _text_of(error))
        except Exception as error:  # no connection, no name, no time, a broken answer
            return Answer("unreachable", again=True, text=str(error) or type(error).__name__)


def _taken(body: bytes, url: str) -> Answer:
    if not body or not url.endswith("/v1/traces"):
        return Answer()
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except Exception:  # a server that answers in JSON or prose has still said 200
        return Answer()
    return Answer(rejected=max(partial.rejected_spans, 0), text=partial.error_message)


def _refused(status: int, headers: Mapping[str, str], text: str) -> Answer:
    said = f"HTTP {status} {text}".strip()
    if status in RETRY:
        return Answer("unreachable", again=True, after_s=_after(headers), text=said)
    if status >= 500:
        return Answer("server_error", again=True, after_s=_after(headers), text=said)
    return Answer(REFUSALS.get(status, "refused"), text=said)


def _after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds: a number, or a date."""
    given = next((text for name, text in headers.items() if name.lower() == "retry-after"), "").strip()
    if not given:
        return None
    try:
        seconds = (
            float(given)
            if given.replace(".", "", 1).isdigit()
            else parsedate_to_datetime(given).timestamp() - time.time()
        )
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S)


def _text_of(error: urllib.error.HTTPError) -> str:
    """The message in the answer's body, on one line; protobuf has text in it, too."""
    try:
        raw = error.read(2000).decode("utf-8", "replace")
    except Exception:
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in raw).split())[:300]
