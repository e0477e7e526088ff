"""Why a request was refused: each error knows its HTTP status, gRPC code, name in the counters and when to retry."""

from __future__ import annotations

from uuid import UUID

from backend.core import errors as core
from backend.core import limits

# Numbers of google.rpc.Code; grpc.StatusCode carries the same ones.
INVALID_ARGUMENT = 3
NOT_FOUND = 5
PERMISSION_DENIED = 7
RESOURCE_EXHAUSTED = 8
UNIMPLEMENTED = 12
INTERNAL = 13
UNAVAILABLE = 14
UNAUTHENTICATED = 16


class Refused(core.SpanhouseError):
    """A request that is not taken. `code` is the stable reason that the counters and the Ingest page show.

    `retry_after_s` set means: the same request can succeed later. Exporters then keep the data and send it again.
    """

    code = "refused"
    status = 400
    rpc_code = INVALID_ARGUMENT

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.project_id: UUID | None = None  # once known, for the counters


class Malformed(Refused):
    """The body is not what its content type says. Sending it again would fail again."""

    code = "malformed"


class Unsupported(Refused):
    """A content type or encoding that this server does not read."""

    code = "unsupported_media_type"
    status = 415
    rpc_code = UNIMPLEMENTED


class TooLarge(Refused):
    """No retry_after: gRPC exporters retry RESOURCE_EXHAUSTED only when told a time, and this will not pass."""

    code = "too_large"
    status = 413
    rpc_code = RESOURCE_EXHAUSTED


class TooSlow(Refused):
    """The body did not arrive in time. 408 is not among the codes OTLP exporters retry, 503 is."""

    code = "too_slow"
    status = 503
    rpc_code = UNAVAILABLE

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=limits.RETRY_AFTER_S)


class Unauthenticated(Refused):
    code = "unauthenticated"
    status = 401
    rpc_code = UNAUTHENTICATED


class KeyForbidden(Refused):
    """The key is known, but may not send."""

    code = "forbidden"
    status = 403
    rpc_code = PERMISSION_DENIED


class RateLimited(Refused):
    code = "rate_limited"
    status = 429
    rpc_code = RESOURCE_EXHAUSTED

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message, retry_after_s=retry_after_s)


class QuotaSpent(Refused):
    """The month's spans are used up. No retry_after: an exporter would hold its data in memory for weeks."""

    code = "quota_spent"
    status = 429
    rpc_code = RESOURCE_EXHAUSTED


class KeysUnavailable(Refused):
    """The database of keys does not answer: nobody can say whether the key is good, so the sender should try again."""

    code = "keys_unavailable"
    status = 503
    rpc_code = UNAVAILABLE

    def __init__(self, message: str, retry_after_s: float = limits.RETRY_AFTER_S) -> None:
        super().__init__(message, retry_after_s=retry_after_s)


class SpoolFull(Refused):
    """ClickHouse is away and the room for waiting spans is used up."""

    code = "spool_full"
    status = 503
    rpc_code = UNAVAILABLE

    def __init__(self, message: str, retry_after_s: float = limits.RETRY_AFTER_S) -> None:
        super().__init__(message, retry_after_s=retry_after_s)


class PortTaken(core.SpanhouseError):
    """A receiver cannot listen; the message names the port and the variable that changes it."""

    code = "port_taken"
    status = 500
