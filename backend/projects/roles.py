"""What each role of an organisation may do, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Permission = Literal[
    "trace:read",
    "ingest:read",
    "score:read",
    "score:write",
    "key:read",
    "key:manage",
    "project:manage",
    "member:manage",
    "audit:read",
]
Role = Literal["owner", "admin", "member", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)

_VIEWER: frozenset[Permission] = frozenset({"trace:read", "ingest:read", "score:read"})
_MEMBER: frozenset[Permission] = _VIEWER | {"score:write", "key:read"}
_ADMIN: frozenset[Permission] = _MEMBER | {"key:manage", "project:manage", "member:manage", "audit:read"}

PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    "owner": _ADMIN,
    "admin": _ADMIN,
    "member": _MEMBER,
    "viewer": _VIEWER,
}


def allows(role: str, permission: str) -> bool:
    return permission in PERMISSIONS.get(role, frozenset())


def scopes_of(role: str) -> frozenset[str]:
    """What a session of this role may do in the REST API, in the words of API keys."""
    return frozenset({"read", "write"}) if allows(role, "score:write") else frozenset({"read"})
