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
    "share:read",
    "share:manage",
    "price:manage",
    "dashboard:write",
    "budget:manage",
]
Role = Literal["owner", "admin", "member", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)


def _permissions(*names: Permission) -> frozenset[Permission]:
    return frozenset(names)


_VIEWER = _permissions("trace:read", "ingest:read", "score:read")
_MEMBER = _VIEWER.union(_permissions("score:write", "key:read", "share:read", "dashboard:write", "budget:manage"))
_ADMIN = _MEMBER.union(
    _permissions("key:manage", "project:manage", "member:manage", "audit:read", "share:manage", "price:manage")
)

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
