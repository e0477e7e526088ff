"""kill -9 in the middle of everything: what was acknowledged is there after the restart, once."""

from __future__ import annotations

from pathlib import Path

from tests.support import otlp
from tests.support.clickhouse import ClickHouseFront
from tests.support.load import Load
from tests.support.processes import wait_for
from tests.support.server import one_process


def test_kill_during_load_loses_nothing_acknowledged(folder: Path) -> None:
    server = one_process(folder).start()
    try:
        loads = []
        for _ in range(3):
            with Load(server, http=3, grpc=1) as load:
                load.wait_for_acknowledged(1500)
                server.kill()
            loads.append(load)
            server.start()
        for load in loads:
            load.assert_stored(server)
    finally:
        server.stop()


def test_kill_while_clickhouse_is_away_loses_nothing_acknowledged(folder: Path, clickhouse: ClickHouseFront) -> None:
    server = one_process(folder, {"CLICKHOUSE_URL": clickhouse.url("spanhouse")}).start()
    try:
        clickhouse.kill()
        with Load(server, http=2, grpc=1) as load:
            load.wait_for_acknowledged(600)
            server.kill()
        clickhouse.start()
        server.start()
        load.assert_stored(server)
    finally:
        server.stop()


def test_an_insert_whose_answer_was_lost_is_stored_once(folder: Path, clickhouse: ClickHouseFront) -> None:
    """ClickHouse has the spans, but the answer never came: they are sent again and must not be doubled."""
    server = one_process(folder, {"CLICKHOUSE_URL": clickhouse.url("spanhouse")}).start()
    try:
        clickhouse.behave("cut", only="insert", containing="lost answer")
        span = otlp.span("lost answer")
        assert server.send(otlp.body_of(span)).status == 200
        wait_for(lambda: clickhouse.count("refused") >= 2, why="a second try")
        clickhouse.behave("ok")
        wait_for(lambda: server.readyz().status == 200, why="ready again")
        server.trace(span.trace_id)
        assert server.span_ids(span.trace_id) == [span.span_id.hex()]
    finally:
        server.stop()


def test_terminate_ends_in_time_and_loses_nothing(folder: Path) -> None:
    server = one_process(folder).start()
    try:
        with Load(server, http=3, grpc=1) as load:
            load.wait_for_acknowledged(1000)
            assert server.terminate(10) == 0, server.program.tail()
        assert "Traceback" not in server.log
        server.start()
        load.assert_stored(server)
    finally:
        server.stop()


def test_terminate_ends_in_time_while_clickhouse_hangs(folder: Path, clickhouse: ClickHouseFront) -> None:
    server = one_process(folder, {"CLICKHOUSE_URL": clickhouse.url("spanhouse")}).start()
    try:
        clickhouse.behave("hang")
        span = otlp.span("waits")
        assert server.send(otlp.body_of(span)).status == 200
        wait_for(lambda: clickhouse.count("hanging"), why="a hanging insert")
        server.terminate(10)
        clickhouse.behave("ok")
        server.start()
        server.trace(span.trace_id)
    finally:
        clickhouse.behave("ok")
        server.stop()
