"""However a process ends and whatever the server says: spans made are stored, or reported as dropped."""

from __future__ import annotations

import json

import pytest

from tests.sdk.application import Application


@pytest.mark.parametrize("scene", ["plain", "threads", "tasks", "pools"])
def test_all_are_stored(application: Application, scene: str) -> None:
    application.run(scene)
    assert application.made >= 19
    application.settle()


def test_forked_children_send_their_own_and_not_the_parents(application: Application) -> None:
    application.run("forks")
    application.settle({"process_died": 3})  # of the child that ended without a flush
    names = [trace["name"] for trace in application.traces()]
    assert names.count("around the forks") == 1


@pytest.mark.parametrize(
    ("scene", "code", "dropped"),
    [("hard_exit", 0, {"process_died": 30, "unfinished": 1}), ("killed", -9, {"process_died": 30})],
)
def test_a_process_that_dies_is_counted_by_the_next_start(
    application: Application, scene: str, code: int, dropped: dict[str, int]
) -> None:
    application.run(scene, code=code)
    application.settle(dropped)


def test_spans_after_the_end_are_counted(application: Application) -> None:
    application.run("late")
    application.settle({"after_shutdown": 3})


def test_a_full_queue_is_counted(application: Application) -> None:
    said = json.loads(application.run("full_queue", queue_spans="10"))
    assert (said["made"], said["sent"], said["dropped"], said["unreported"]) == (25, 10, {"queue_full": 15}, 0)
    application.settle({"queue_full": 15})


def test_flush_says_what_became_of_them(application: Application) -> None:
    said = json.loads(application.run("report"))
    assert (said["made"], said["sent"], said["dropped"], said["spooled"], said["pending"]) == (20, 20, {}, 0, 0)
    application.door.shut()
    said = json.loads(application.run("report"))
    assert (said["made"], said["sent"], said["dropped"], said["spooled"], said["pending"]) == (20, 0, {}, 20, 0)
    application.door.open()
    application.settle()


def test_the_next_start_sends_what_the_spool_holds(application: Application) -> None:
    application.door.shut()
    application.run("plain")
    assert application.stored() == 0
    application.door.open()
    said = json.loads(application.run("next_start"))
    assert (said["made"], said["recovered"]) == (0, 20)
    application.settle()


def test_without_a_spool_they_are_dropped_and_nobody_can_be_told(application: Application) -> None:
    application.door.shut()
    said = json.loads(application.run("report", spool="0"))
    assert (said["pending"], said["spooled"]) == (20, 0)
    assert not (application.folder / "spool").exists()


def test_a_full_spool_is_counted(application: Application) -> None:
    application.door.shut()
    application.run("plain", spool_bytes="4096", batch_spans="10")
    application.door.open()
    application.settle({"spool_full": 10})


def test_a_server_that_comes_back_gets_them_from_the_same_process(application: Application) -> None:
    application.door.shut()
    program = application.serve("scenes", "recovers")
    program.wait_until(lambda: "made" in program.output())
    application.door.open()
    assert program.process is not None
    assert program.process.wait(30) == 0
    application.settle()


@pytest.mark.parametrize(("status", "reason"), [(401, "unauthenticated"), (404, "refused"), (413, "too_large")])
def test_refused_spans_are_dropped_and_told_once_the_server_listens(
    application: Application, status: int, reason: str
) -> None:
    application.door.refuse(status)
    application.run("plain")
    application.door.open()
    application.settle({reason: 20})


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_in_trouble_gets_them_later(application: Application, status: int) -> None:
    application.door.refuse(status)
    application.run("plain")
    application.door.open()
    application.settle()


def test_it_waits_as_long_as_the_server_asks(application: Application) -> None:
    application.door.refuse(429, after=1, Retry_After="1")
    application.run("plain")
    assert [status for path, status in application.door.seen if path == "/v1/traces"] == [429, 200]
    application.settle()


def test_a_request_that_is_too_large_is_halved(application: Application) -> None:
    application.door.largest = 2000
    application.run("plain")
    assert {status for _, status in application.door.seen} == {413, 200}
    application.door.open()
    application.settle()
