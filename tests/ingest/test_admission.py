"""Who may send: keys, their caches, the database away, rate and quota."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

import pytest

from backend.core import limits
from ingest.admission import Admission, Key, is_loopback, key_of
from ingest.errors import KeyForbidden, KeysUnavailable, QuotaSpent, RateLimited, Refused, Unauthenticated
from tests.ingest.fakes import KEY, PROJECT, PUBLIC, Grant, admission

HEADERS = {"x-api-key": KEY}


class Database:
    """Look-ups that count, can fail and can be held up; and a clock that the test moves."""

    def __init__(self, grant: Grant | None = None) -> None:
        self.grant = grant or Grant()
        self.asked: list[str] = []
        self.away = False
        self.gate = threading.Event()
        self.gate.set()
        self.now = 1000.0

    def resolve(self, secret: str, public_id: str | None) -> Grant | None:
        self.asked.append(secret)
        self.gate.wait(10)
        if self.away:
            raise ConnectionError("no database")
        return self.grant if secret == KEY else None

    def default(self) -> Grant | None:
        return self.resolve(KEY, None)

    def admission(self, **options: Any) -> Admission:
        return Admission(self.resolve, self.default, True, clock=lambda: self.now, **options)


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


def basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_it_reads_every_form_of_a_key() -> None:
    assert key_of({"authorization": f"bearer {KEY}"}) == Key(KEY)
    assert key_of({"authorization": f"BEARER   {KEY} "}) == Key(KEY)
    assert key_of(basic(f"{PUBLIC}:{KEY}")) == Key(KEY, PUBLIC)
    assert key_of(basic(f":{KEY}")) == Key(KEY)
    assert key_of({"x-api-key": f" {KEY} "}) == Key(KEY)
    assert key_of({"authorization": " ", "x-api-key": ""}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": KEY},
        {"authorization": "Bearer"},
        {"authorization": "Basic ***"},
        {"authorization": "Basic " + base64.b64encode(b"\xff\xfe:x").decode()},
        basic("no-colon"),
        basic("public:"),
        {"x-api-key": "x" * (limits.MAX_KEY_CHARS + 1)},
        {"authorization": "Bearer " + "x" * (limits.MAX_KEY_CHARS + 1)},
    ],
)
def test_it_says_when_a_key_is_garbled(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        key_of(headers)


def test_a_wrong_public_id_does_not_pass() -> None:
    async def go() -> None:
        gate = admission()
        assert (await gate.admit(basic(f"{PUBLIC}:{KEY}"), False)).project_id == PROJECT
        with pytest.raises(Unauthenticated):
            await gate.admit(basic(f"pk-sph-other:{KEY}"), False)

    run(go())


def test_it_remembers_good_and_bad_keys() -> None:
    async def go() -> None:
        database = Database()
        gate = database.admission()
        for _ in range(3):
            await gate.admit(HEADERS, False)
            with pytest.raises(Unauthenticated):
                await gate.admit({"x-api-key": "wrong"}, False)
        assert database.asked == [KEY, "wrong"]
        database.now += max(limits.KEY_CACHE_S, limits.UNKNOWN_KEY_CACHE_S)
        await gate.admit(HEADERS, False)
        assert database.asked == [KEY, "wrong", KEY]

    run(go())


def test_a_revoked_key_stops_working() -> None:
    async def go() -> None:
        database = Database()
        gate = database.admission()
        await gate.admit({"x-api-key": KEY}, False)
        database.resolve = lambda secret, public_id: None  # type: ignore[method-assign]
        gate._resolve = database.resolve
        database.now += limits.KEY_CACHE_S
        with pytest.raises(Unauthenticated):
            await gate.admit(HEADERS, False)

    run(go())


def test_its_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEY_CACHE_ENTRIES", 10)

    async def go() -> None:
        database = Database()
        gate = database.admission()
        await gate.admit(HEADERS, False)
        for n in range(50):
            with pytest.raises(Unauthenticated):
                await gate.admit({"x-api-key": f"wrong {n}"}, False)
        assert len(gate._unknown) == 10
        await gate.admit(HEADERS, False)
        assert database.asked.count(KEY) == 1  # wrong keys did not push the good one out

    run(go())


def test_one_key_is_looked_up_once_at_a_time() -> None:
    async def go() -> None:
        database = Database()
        database.gate.clear()
        gate = database.admission()
        tasks = [asyncio.create_task(gate.admit(HEADERS, False)) for _ in range(20)]
        await asyncio.sleep(0)
        tasks[0].cancel()  # one that gives up takes nothing from the others
        await asyncio.sleep(0)
        database.gate.set()
        grants = await asyncio.gather(*tasks, return_exceptions=True)
        assert database.asked == [KEY]
        assert [type(grant) for grant in grants[1:]] == [Grant] * 19

    run(go())


def test_known_keys_work_while_the_database_is_away() -> None:
    async def go() -> None:
        database = Database()
        gate = database.admission()
        await gate.admit(HEADERS, False)
        database.away = True
        database.now += limits.KEY_CACHE_S + limits.KEY_GRACE_S / 2
        for _ in range(3):
            assert (await gate.admit(HEADERS, False)).project_id == PROJECT
        assert len(database.asked) == 2  # not asked for every request
        with pytest.raises(KeysUnavailable):
            await gate.admit({"x-api-key": "wrong"}, False)
        database.now += limits.KEY_GRACE_S
        with pytest.raises(KeysUnavailable) as caught:
            await gate.admit(HEADERS, False)
        assert (caught.value.status, caught.value.retry_after_s) == (503, limits.RETRY_AFTER_S)
        database.away = False
        await gate.admit(HEADERS, False)

    run(go())


def test_a_database_that_hangs_counts_as_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEY_LOOKUP_TIMEOUT_S", 0.01)

    async def go() -> None:
        database = Database()
        database.gate.clear()
        try:
            with pytest.raises(KeysUnavailable, match="in time"):
                await database.admission().admit(HEADERS, False)
        finally:
            database.gate.set()

    run(go())


def test_a_flood_of_look_ups_is_told_to_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEY_LOOKUPS_WAITING", 2)

    async def go() -> None:
        database = Database()
        database.gate.clear()
        gate = database.admission()
        tasks = [asyncio.create_task(gate.admit({"x-api-key": f"key {n}"}, False)) for n in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(KeysUnavailable, match="Too many"):
            await gate.admit({"x-api-key": "another"}, False)
        database.gate.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    run(go())


def test_no_key_is_for_this_machine_only() -> None:
    async def go() -> None:
        database = Database()
        assert (await database.admission().admit({}, True)).project_id == PROJECT
        with pytest.raises(Unauthenticated, match="No API key"):
            await database.admission().admit({}, False)
        for header in ("x-forwarded-for", "forwarded", "x-real-ip", "origin"):
            with pytest.raises(Unauthenticated):
                await database.admission().admit({header: "x"}, True)
        closed = Admission(database.resolve, database.default, False)
        with pytest.raises(Unauthenticated):
            await closed.admit({}, True)

    run(go())


def test_a_wrong_key_on_this_machine_is_still_wrong() -> None:
    with pytest.raises(Unauthenticated, match="not known"):
        run(admission().admit({"x-api-key": "wrong"}, True))


def test_a_key_needs_the_scope() -> None:
    with pytest.raises(KeyForbidden) as caught:
        run(admission(Grant(scopes=frozenset({"read"}))).admit(HEADERS, False))
    assert (caught.value.status, caught.value.project_id) == (403, PROJECT)


def test_a_rate_limit_lets_bursts_through_and_then_waits() -> None:
    async def go() -> None:
        database = Database(Grant(rate_limit_spans_per_s=10))
        gate = database.admission()
        grant = await gate.admit(HEADERS, False)
        gate.charge(grant, 100)  # 10 s worth at once
        gate.charge(await gate.admit(HEADERS, False), 5)
        with pytest.raises(RateLimited) as caught:
            await gate.admit(HEADERS, False)
        assert caught.value.retry_after_s == pytest.approx(0.5)
        database.now += 0.5
        await gate.admit(HEADERS, False)
        database.now += 3600  # a long rest gives no more than the burst
        gate.charge(await gate.admit(HEADERS, False), 101)
        with pytest.raises(RateLimited):
            await gate.admit(HEADERS, False)

    run(go())


def test_projects_do_not_share_a_rate() -> None:
    async def go() -> None:
        gate = admission(Grant(rate_limit_spans_per_s=1))
        gate.charge(Grant(project_id=UUID(int=9), rate_limit_spans_per_s=1), 1000)
        await gate.admit(HEADERS, False)

    run(go())


def test_a_spent_quota_is_not_retried() -> None:
    used = 99

    async def go() -> None:
        nonlocal used
        gate = admission(Grant(monthly_span_quota=100), quota_used=lambda _project: used)
        await gate.admit(HEADERS, False)
        used = 100
        with pytest.raises(QuotaSpent) as caught:
            await gate.admit(HEADERS, False)
        refused: Refused = caught.value
        assert (refused.status, refused.retry_after_s) == (429, None)

    run(go())


def test_loopback_addresses() -> None:
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"))
    assert not any(is_loopback(host) for host in ("10.0.0.1", "::", "::ffff:10.0.0.1", "localhost", "", "0.0.0.0"))
