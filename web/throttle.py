"""Slows down guessing of passwords: failed logins are counted per email and address, and per address."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.cache import cache

from backend.core import limits


def wait_seconds(email: str, address: str) -> int:
    """0 when a login may be tried. Somebody else's failures at another address do not lock one out."""
    tries: dict[str, Any] = cache.get_many(_limits(email, address))
    spent = any(tries.get(key, 0) >= limit for key, limit in _limits(email, address).items())
    return limits.LOGIN_WAIT_S if spent else 0


def failed(email: str, address: str) -> None:
    for key in _limits(email, address):
        cache.add(key, 0, limits.LOGIN_WAIT_S)
        try:
            cache.incr(key)
        except ValueError:  # it expired in between: this failure is the first of the next period
            cache.set(key, 1, limits.LOGIN_WAIT_S)


def forget(email: str, address: str) -> None:
    cache.delete(next(iter(_limits(email, address))))


def _limits(email: str, address: str) -> dict[str, int]:
    who = hashlib.sha256(f"{email.strip().lower()}|{address}".encode()).hexdigest()
    where = hashlib.sha256(address.encode()).hexdigest()
    return {
        f"login:who:{who}": limits.LOGIN_TRIES_PER_EMAIL,
        f"login:where:{where}": limits.LOGIN_TRIES_PER_ADDRESS,
    }
