"""Decides who may send: turns a key into a project, and holds each project to its rate and quota."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Protocol, TypeVar
from uuid import UUID

import structlog

from backend.core import limits
from ingest.errors import KeyForbidden, KeysUnavailable, QuotaSpent, RateLimited, Refused, Unauthenticated

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

# Headers that a proxy or a browser adds: such a request did not come from a program on this machine, whatever its peer.
_NOT_LOCAL = ("x-forwarded-for", "forwarded", "x-real-ip", "origin")
_NO_KEY = (
    "No API key. Send `Authorization: Bearer KEY`, `Authorization: Basic base64(PUBLIC:SECRET)` or `x-api-key: KEY`."
)
_BAD_KEY = "The API key is not known, or was revoked."


class Grant(Protocol):
    """What a key allows. `backend.projects.services.KeyGrant` fits."""

    @property
    def project_id(self) -> UUID: ...
    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def rate_limit_spans_per_s(self) -> int | None: ...
    @property
    def monthly_span_quota(self) -> int | None: ...


K = TypeVar("K")
V = TypeVar("V")
Resolve = Callable[[str, str | None], Grant | None]
Default = Callable[[], Grant | None]


@dataclass(frozen=True)
class Key:
    secret: str
    public_id: str | None = None

    def digest(self) -> bytes:
        """What the caches are keyed by. Keys are only ever compared as hashes, here and in the database, so how long a
        comparison takes says nothing about the key itself; and no secret stays in memory."""
        return hashlib.sha256(f"{self.public_id or ''}\0{self.secret}".encode("utf-8", "replace")).digest()


def is_loopback(host: str) -> bool:
    """Whether a peer's address (no port, no brackets) is this machine; ::ffff:127.0.0.1 counts."""
    if host in ("127.0.0.1", "::1"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def key_of(headers: Mapping[str, str]) -> Key | None:
    """The key in lower-case-named headers or gRPC metadata; None when there is none. Unauthenticated when garbled."""
    authorization = headers.get("authorization", "").strip()
    if authorization:
        scheme, _, value = authorization.partition(" ")
        value = value.strip()
        if len(value) > limits.MAX_KEY_CHARS:
            raise Unauthenticated(f"The API key is longer than {limits.MAX_KEY_CHARS} characters.")
        match scheme.lower():
            case "bearer" if value:
                return Key(value)
            case "basic":
                return _basic(value)
            case _:
                raise Unauthenticated(_NO_KEY)
    secret = headers.get("x-api-key", "").strip()
    if len(secret) > limits.MAX_KEY_CHARS:
        raise Unauthenticated(f"The API key is longer than {limits.MAX_KEY_CHARS} characters.")
    return Key(secret) if secret else None


def _basic(value: str) -> Key:
    try:
        public_id, colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Unauthenticated("The Basic authorization is not base64 of PUBLIC:SECRET.") from None
    if not colon or not secret:
        raise Unauthenticated("The Basic authorization must be base64 of PUBLIC:SECRET.")
    return Key(secret, public_id or None)


@dataclass
class _Known:
    grant: Grant
    fresh_until: float  # looked up again after this
    usable_until: float  # while the database is away


@dataclass
class _Bucket:
    """Spans that may still come; below zero the project waits. It holds RATE_BURST_S seconds' worth at most."""

    tokens: float
    at: float

    def refill(self, rate: int, now: float) -> float:
        self.tokens = min(rate * limits.RATE_BURST_S, self.tokens + (now - self.at) * rate)
        self.at = now
        return self.tokens


class Admission:
    """One per process. `resolve` and `default` may block: they run in threads, and any exception of theirs means that
    nobody can tell now whether a key is good."""

    def __init__(
        self,
        resolve: Resolve,
        default: Default,
        open_on_loopback: bool,
        *,
        quota_used: Callable[[UUID], int] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolve = resolve
        self._default = default
        self._open_on_loopback = open_on_loopback
        self._quota_used = quota_used
        self._clock = clock
        self._known: dict[bytes, _Known] = {}
        self._unknown: dict[bytes, float] = {}  # digest -> remembered until; apart, so that a flood of wrong keys
        self._running: dict[bytes, asyncio.Task[Grant | None]] = {}  # cannot push good ones out
        self._buckets: dict[UUID, _Bucket] = {}
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="keys")

    async def admit(self, headers: Mapping[str, str], peer_is_loopback: bool) -> Grant:
        """The grant of the key in `headers` (lower-case names). Raises Unauthenticated, KeyForbidden, RateLimited,
        QuotaSpent or KeysUnavailable."""
        key = key_of(headers)
        if key is not None:
            grant = await self._find(key.digest(), lambda: self._resolve(key.secret, key.public_id))
            if grant is None:
                raise Unauthenticated(_BAD_KEY)
        else:
            if not (self._open_on_loopback and peer_is_loopback) or any(name in headers for name in _NOT_LOCAL):
                raise Unauthenticated(_NO_KEY)
            grant = await self._find(b"", self._default)
            if grant is None:
                raise Unauthenticated(_NO_KEY)
        try:
            self._check(grant)
        except Refused as refused:
            refused.project_id = grant.project_id
            raise
        return grant

    def charge(self, grant: Grant, items: int) -> None:
        """Takes what a request brought out of its project's bucket. It may go below zero: then the next one waits."""
        rate = grant.rate_limit_spans_per_s
        if rate and items:
            self._bucket(grant.project_id, rate).tokens -= items

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    # --- keys ---------------------------------------------------------------------------------------------------------

    async def _find(self, digest: bytes, look_up: Callable[[], Grant | None]) -> Grant | None:
        now = self._clock()
        known = self._known.get(digest)
        if known is not None and now < known.fresh_until:
            return known.grant
        if self._unknown.get(digest, 0.0) > now:
            return None
        try:
            return await self._look_up(digest, look_up)
        except KeysUnavailable:
            if known is None or now >= known.usable_until:
                raise
            known.fresh_until = now + limits.KEY_RETRY_S
            return known.grant

    async def _look_up(self, digest: bytes, look_up: Callable[[], Grant | None]) -> Grant | None:
        """One look-up per key at a time; those who come meanwhile wait for its answer."""
        task = self._running.get(digest)
        if task is None:
            if len(self._running) >= limits.KEY_LOOKUPS_WAITING:
                raise KeysUnavailable("Too many API keys are being looked up. Try again soon.")
            task = asyncio.create_task(self._ask(digest, look_up))
            self._running[digest] = task
            task.add_done_callback(lambda done: self._forget_task(digest, done))
        try:  # shielded: one sender that gives up must not take the answer from the others
            return await asyncio.wait_for(asyncio.shield(task), limits.KEY_LOOKUP_TIMEOUT_S)
        except TimeoutError:
            raise KeysUnavailable("The API key could not be checked in time. Try again soon.") from None

    def _forget_task(self, digest: bytes, task: asyncio.Task[Grant | None]) -> None:
        self._running.pop(digest, None)
        if not task.cancelled():
            task.exception()  # marks it as seen: everyone who waited may have given up

    async def _ask(self, digest: bytes, look_up: Callable[[], Grant | None]) -> Grant | None:
        try:
            grant = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        except Exception as error:  # any failure of the database, whatever its driver calls it
            log.warning("api key could not be looked up", error=f"{type(error).__name__}: {error}")
            raise KeysUnavailable("The API key cannot be checked now. Try again soon.") from error
        now = self._clock()
        self._known.pop(digest, None)
        if grant is None:
            _remember(self._unknown, digest, now + limits.UNKNOWN_KEY_CACHE_S)
        else:
            fresh_until = now + limits.KEY_CACHE_S
            _remember(self._known, digest, _Known(grant, fresh_until, fresh_until + limits.KEY_GRACE_S))
        return grant

    # --- scope, rate and quota ----------------------------------------------------------------------------------------

    def _check(self, grant: Grant) -> None:
        if "ingest" not in grant.scopes:
            raise KeyForbidden("This API key may not send data: it lacks the scope `ingest`.")
        self._check_rate(grant)
        self._check_quota(grant)

    def _bucket(self, project_id: UUID, rate: int) -> _Bucket:
        bucket = self._buckets.get(project_id)
        if bucket is None:
            bucket = _Bucket(rate * limits.RATE_BURST_S, self._clock())
            _remember(self._buckets, project_id, bucket)
        return bucket

    def _check_rate(self, grant: Grant) -> None:
        rate = grant.rate_limit_spans_per_s
        if not rate:
            return
        tokens = self._bucket(grant.project_id, rate).refill(rate, self._clock())
        if tokens < 0:
            raise RateLimited(f"The project sends more than its limit of {rate} spans a second.", -tokens / rate)

    def _check_quota(self, grant: Grant) -> None:
        quota = grant.monthly_span_quota
        if quota is not None and self._quota_used is not None and self._quota_used(grant.project_id) >= quota:
            raise QuotaSpent(f"The project has used its {quota:,} spans of this month.")


def _remember(cache: dict[K, V], key: K, value: V) -> None:
    """Bounded: the oldest entry goes. Dictionaries keep the order of insertion."""
    if len(cache) >= limits.KEY_CACHE_ENTRIES and key not in cache:
        del cache[next(iter(cache))]
    cache[key] = value
