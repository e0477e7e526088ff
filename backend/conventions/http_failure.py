"""When an HTTP status makes a span a failed one: the rule once in SQL, for spans that arrive, and once in Python.

To the one who asked, 4xx and 5xx are failures; to a server only 5xx, for a 4xx is what it answered. A sender that set
the span's status has said itself what it means (OpenTelemetry's HTTP conventions).
"""

from __future__ import annotations

from collections.abc import Mapping

from backend.conventions.fields.what import HTTP_STATUS
from backend.conventions.picking import column

SERVER = 2  # kind of a span, as in OTLP
OK, ERROR = 1, 2  # status codes of OTLP
FIRST, FIRST_OF_SERVER, LAST = 400, 500, 599


def failed_status(attributes: Mapping[str, str], *, server: bool, ok: bool) -> int:
    """The HTTP status with which a span failed; 0 when it did not."""
    text = next((attributes[key] for key in HTTP_STATUS if attributes.get(key)), "")
    code = int(text) if text.isascii() and text.isdecimal() and len(text) == 3 else 0
    return code if not ok and (FIRST_OF_SERVER if server else FIRST) <= code <= LAST else 0


def failed_sql() -> str:
    """1 when the span failed by its HTTP status, else 0. A product: AND is evaluated lazily, which costs more."""
    status = column("http_status")
    least = f"{FIRST} + {FIRST_OF_SERVER - FIRST} * (s.kind = {SERVER})"
    return f"({status} >= {least}) * ({status} <= {LAST}) * (s.status.code != {OK})"
