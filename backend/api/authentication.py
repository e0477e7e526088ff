"""Who asks: an API key in a header, or a person's session with the project named. Both end in an `Access`."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from backend.accounts.models import User
from backend.core.errors import Forbidden, InvalidInput, Unauthenticated
from backend.core.limits import MAX_KEY_CHARS
from backend.projects import roles, services

if TYPE_CHECKING:  # rest_framework.views imports this module
    from rest_framework.views import APIView

NO_KEY = "No API key. Send it as `Authorization: Bearer KEY`."
BAD_KEY = "The API key is not known, or was revoked."


@dataclass(frozen=True)
class Access:
    """The one project that a request may touch, and how. `actor` says who wrote: an email address or a key's name."""

    project_id: UUID
    scopes: frozenset[str]
    actor: str


def key_in(headers: Any) -> tuple[str, str | None] | None:
    """(secret, public id) of the request's headers; None when there is no key. Unauthenticated when it is garbled."""
    authorization = headers.get("Authorization", "").strip()
    if not authorization:
        secret = headers.get("X-Api-Key", "").strip()
        return (secret, None) if secret else None
    scheme, _, value = authorization.partition(" ")
    value = value.strip()
    if len(value) > MAX_KEY_CHARS:
        raise Unauthenticated(f"The API key is longer than {MAX_KEY_CHARS} characters.")
    if scheme.lower() == "bearer" and value:
        return value, None
    if scheme.lower() == "basic":
        return _basic(value)
    raise Unauthenticated(NO_KEY)


def _basic(value: str) -> tuple[str, str | None]:
    try:
        public_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        public_id, secret = "", ""
    if not secret:
        raise Unauthenticated("The Basic authorization must be base64 of PUBLIC:SECRET.")
    return secret, public_id or None


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, Access] | None:
        key = key_in(request.headers)
        if key is None:
            return None
        grant = services.resolve_key(*key)
        if grant is None:
            raise Unauthenticated(BAD_KEY)
        return None, Access(grant.project_id, grant.scopes, f"key:{grant.name}")

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="spanhouse"'


class SessionAccess(SessionAuthentication):
    """For pages of this site: the session's cookie, the project as `?project=SLUG` or `X-Project`, and for writes the
    CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Access] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user = cast(User, found[0])
        slug = named_project(request)
        if not slug:
            raise InvalidInput("Name the project: add ?project=SLUG.", field="project")
        project = services.project_for(user, slug, "trace:read")
        return user, Access(project.id, roles.scopes_of(services.role_in(user, project) or ""), user.email)


def named_project(request: Request) -> str:
    """The slug of the project that a session's request is about; "" when it names none."""
    return request.query_params.get("project") or request.headers.get("X-Project", "")


class HasScope(BasePermission):
    """Reading needs the scope `read`, everything else `write`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        access = request.auth
        if not isinstance(access, Access):
            raise Unauthenticated(NO_KEY)
        needed = "read" if request.method in SAFE_METHODS else "write"
        if needed not in access.scopes:
            raise Forbidden(f"This key or role may not do this: it lacks the scope `{needed}`.")
        return True


def access_of(request: Request) -> Access:
    """The checked access of a request that passed HasScope."""
    return cast(Access, request.auth)
