"""One error shape for everything below /api/: `{"error": {"code", "message", "field"?, "position"?}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from backend.core.errors import Forbidden, InvalidInput, NotFound, SpanhouseError, Unauthenticated


class MethodNotAllowed(SpanhouseError):
    code = "method_not_allowed"
    status = 405


class Unsupported(SpanhouseError):
    code = "unsupported_media_type"
    status = 415


class NotAcceptable(SpanhouseError):
    code = "not_acceptable"
    status = 406


class RateLimited(SpanhouseError):
    code = "rate_limited"
    status = 429


class TooLarge(SpanhouseError):
    code = "too_large"
    status = 413


class ServerError(SpanhouseError):
    code = "server_error"
    status = 500

    def __init__(self) -> None:
        super().__init__("The server failed on this request; its log says why.")


FROM_DRF: Mapping[type[exceptions.APIException], type[SpanhouseError]] = {
    exceptions.ParseError: InvalidInput,
    exceptions.NotAuthenticated: Unauthenticated,
    exceptions.AuthenticationFailed: Unauthenticated,
    exceptions.PermissionDenied: Forbidden,
    exceptions.NotFound: NotFound,
    exceptions.MethodNotAllowed: MethodNotAllowed,
    exceptions.NotAcceptable: NotAcceptable,
    exceptions.UnsupportedMediaType: Unsupported,
    exceptions.Throttled: RateLimited,
}


def as_error(exc: Exception) -> SpanhouseError:
    """Any exception as one of ours."""
    if isinstance(exc, SpanhouseError):
        return exc
    if isinstance(exc, exceptions.ValidationError):
        return first_invalid(exc.detail)
    if isinstance(exc, exceptions.APIException):
        kind = next((FROM_DRF[base] for base in type(exc).__mro__ if base in FROM_DRF), None)
        return ServerError() if kind is None else kind(_sentence(str(exc.detail)))
    if isinstance(exc, Http404):
        return NotFound("There is no such thing.")
    if isinstance(exc, PermissionDenied):
        return Forbidden("This is not allowed.")
    if isinstance(exc, RequestDataTooBig | TooManyFieldsSent):
        return TooLarge("The request is too large.")
    return ServerError()


def first_invalid(detail: object, path: str = "") -> InvalidInput:
    """The first wrong field of a serializer's errors: one sentence, and where: `value`, or `3.value` in a list."""
    if isinstance(detail, Mapping):
        name, inner = next(iter(cast("Mapping[str, Any]", detail).items()))
        within = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
        return first_invalid(inner, within)
    if isinstance(detail, list) and detail:
        items = cast("list[Any]", detail)
        position = next((i for i, item in enumerate(items) if item), 0)
        nested = isinstance(items[position], Mapping | list)
        return first_invalid(items[position], f"{path}.{position}".lstrip(".") if nested else path)
    return InvalidInput(_sentence(str(cast("object", detail))), field=path or None)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def as_response(error: SpanhouseError) -> HttpResponse:
    """The same shape for errors that DRF never saw."""
    return HttpResponse(orjson.dumps({"error": error.as_dict()}), status=error.status, content_type="application/json")
