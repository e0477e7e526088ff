"""The errors that cross module borders; each knows its code, its HTTP status and what was wrong."""

from __future__ import annotations


class SpanhouseError(Exception):
    """Base of all domain errors. `field` names the wrong input, `position` the character in it (0-based)."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, field: str | None = None, position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.position = position

    def as_dict(self) -> dict[str, object]:
        """The error body of section 6 of the design, without its outer `error` key."""
        body: dict[str, object] = {"code": self.code, "message": self.message}
        if self.field is not None:
            body["field"] = self.field
        if self.position is not None:
            body["position"] = self.position
        return body


class InvalidInput(SpanhouseError):
    code = "invalid_input"


class NotFound(SpanhouseError):
    code = "not_found"
    status = 404


class Forbidden(SpanhouseError):
    code = "forbidden"
    status = 403


class Unauthenticated(SpanhouseError):
    code = "unauthenticated"
    status = 401


class QueryTimeout(SpanhouseError):
    code = "query_timeout"
    status = 504


class QueryTooLarge(SpanhouseError):
    """The query would read or return more than its profile allows."""

    code = "query_too_large"
    status = 422


class OutOfMemory(SpanhouseError):
    code = "out_of_memory"
    status = 503


class StoreUnavailable(SpanhouseError):
    """ClickHouse does not answer, or refuses for a reason that passes."""

    code = "store_unavailable"
    status = 503


class StoreRefused(SpanhouseError):
    """ClickHouse read the statement or the data and says it is wrong; a retry would fail again."""

    code = "store_refused"
    status = 500

    def __init__(self, message: str, *, engine_code: int = 0) -> None:
        super().__init__(message)
        self.engine_code = engine_code
