"""What is acknowledged is on disk; what a crash leaves is found again."""

from __future__ import annotations

import asyncio
import time
from uuid import UUID

import pytest

from ingest.envelope import frame, frames
from ingest.errors import SpoolFull
from ingest.spool import Spool

PROJECT = UUID(int=7)


def a_frame(body: bytes = b"body") -> bytes:
    return frame(body, PROJECT, 5)


async def fill(spool: Spool, *bodies: bytes) -> None:
    await asyncio.gather(*(spool.append("traces", a_frame(b), PROJECT, time.time_ns(), 1) for b in bodies))


@pytest.fixture
def spool(tmp_path):
    spool = Spool(tmp_path, max_bytes=10_000)
    spool.start()
    yield spool
    spool.stop()
    spool.release()


def test_frames_come_back_as_written():
    data = a_frame(b"one") + a_frame(b"") + a_frame(b"x" * 300)
    assert [bytes(f.body) for f in frames(data)] == [b"one", b"", b"x" * 300]
    assert {f.project_id for f in frames(data)} == {PROJECT}


def test_a_torn_end_hides_only_itself():
    data = a_frame(b"one") + a_frame(b"two")[:-5]
    assert [bytes(f.body) for f in frames(data)] == [b"one"]
    assert list(frames(b"\x00\x00\x00")) == []
    assert list(frames(b"\xff" * 30)) == []


def test_what_was_acknowledged_is_in_the_file(spool):
    asyncio.run(fill(spool, b"one", b"two", b"three"))
    data = b"".join(path.read_bytes() for path in spool.folder.glob("*.seg"))
    assert sorted(bytes(f.body) for f in frames(data)) == [b"one", b"three", b"two"]


def test_a_segment_counts_what_it_holds(spool):
    asyncio.run(fill(spool, b"one", b"two"))
    spool.close_open("traces")
    tallies = spool.next_segment().tallies
    assert sum(t.requests for t in tallies.values()) == 2
    assert sum(t.items for t in tallies.values()) == 2


def test_log_records_reach_the_store_before_their_spans(spool, monkeypatch):
    async def both() -> None:
        await spool.append("traces", a_frame(b"span"), PROJECT, time.time_ns(), 1)
        await spool.append("logs", a_frame(b"message"), PROJECT, time.time_ns(), 1)

    asyncio.run(both())
    assert spool.next_segment() is None
    monkeypatch.setattr("ingest.spool.SEGMENT_MAX_AGE_S", 0)
    first = spool.next_segment()
    assert first.signal == "logs"
    spool.done(first)
    assert spool.next_segment().signal == "traces"


def test_a_full_spool_refuses_and_recovers(spool):
    async def scene() -> None:
        await fill(spool, b"x" * 9_000)
        with pytest.raises(SpoolFull, match="SPANHOUSE_SPOOL_MAX_BYTES"):
            await fill(spool, b"x" * 2_000)

    asyncio.run(scene())
    spool.close_open("traces")
    spool.done(spool.next_segment())
    asyncio.run(fill(spool, b"x" * 2_000))
    assert spool.waiting_bytes < 3_000


def test_the_next_process_takes_over_what_was_left(tmp_path):
    first = Spool(tmp_path, 10_000)
    first.start()
    asyncio.run(fill(first, b"left"))
    first.stop()
    first.release()
    second = Spool(tmp_path, 10_000)
    second.start()
    left = second.next_segment()
    assert left.tallies is None
    assert [bytes(f.body) for f in frames(left.path.read_bytes())] == [b"left"]
    second.stop()


def test_two_processes_have_two_slots(spool, tmp_path):
    other = Spool(tmp_path, 10_000)
    other.start()
    assert (spool.slot, other.slot) == ("0", "1")
    other.stop()
    other.release()


def test_a_slot_nobody_holds_is_taken_over(spool, tmp_path):
    left = tmp_path / "7"
    left.mkdir()
    (left / "traces-1.seg").write_bytes(a_frame(b"orphan"))
    other = Spool(tmp_path, 10_000)
    other.start()
    assert [bytes(f.body) for s in other.closed for f in frames(s.path.read_bytes())] == [b"orphan"]
    other.stop()
    other.release()


def test_a_disk_that_cannot_be_written_is_told(spool, monkeypatch):
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    async def scene() -> None:
        monkeypatch.setattr("ingest.spool.os.write", full)
        with pytest.raises(SpoolFull, match="No space left"):
            await fill(spool, b"one")
        monkeypatch.undo()
        await fill(spool, b"two")

    asyncio.run(scene())
    assert spool.waiting_bytes == len(a_frame(b"two"))
