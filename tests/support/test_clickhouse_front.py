"""The front must answer clickhouse-connect as a ClickHouse server does, or the scaled-out tests prove nothing."""

from __future__ import annotations

import io
import struct
import uuid
from collections.abc import Iterator

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from tests.support.clickhouse import ClickHouseFront
from tests.support.processes import http

pytestmark = pytest.mark.system

PROTO = """syntax = "proto3";
message Value { oneof value { string string_value=1; bool bool_value=2; int64 int_value=3; } }
message Pair { string key=1; Value value=2; }
message Envelope { repeated Pair pairs=1; string project_id=100; fixed64 received_at=101; }
"""
SETTINGS = {
    "format_schema_source": "string",
    "format_schema": PROTO,
    "format_schema_message_name": "Envelope",
    "input_format_protobuf_oneof_presence": 1,
}


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseFront]:
    front = ClickHouseFront(tmp_path_factory.mktemp("front"))
    front.start()
    yield front
    front.stop()


def connect(front: ClickHouseFront, **options: object) -> Client:
    return clickhouse_connect.get_client(host="127.0.0.1", port=front.port, username="u", password="p", **options)  # type: ignore[arg-type]


@pytest.fixture
def client(front: ClickHouseFront) -> Iterator[Client]:
    front.behave("ok")
    client = connect(front, database="default", autogenerate_session_id=False)
    yield client
    front.behave("ok")
    client.close()


def test_it_returns_typed_rows_and_binds_parameters(client: Client) -> None:
    project, text = uuid.uuid4(), "tab\t quote' slash\\ 😀\n"
    sql = "SELECT {p:UUID}, {t:String}, {a:Array(String)}, toUInt64(18446744073709551615), toInt64(-1)"
    row = client.query(sql, parameters={"p": project, "t": text, "a": [text, ""]}).first_row
    assert row[:3] == (project, text, [text, ""])
    assert row[3:] == (2**64 - 1, -1)


def test_it_takes_long_parameters_as_a_form(client: Client) -> None:
    text = "x\r\n--" * 50_000
    assert client.query("SELECT length({t:String})", parameters={"t": text}).first_row[0] == len(text)


@pytest.mark.parametrize("compress", [False, "gzip", "lz4", "zstd"])
def test_it_stores_what_insert_sends(client: Client, front: ClickHouseFront, compress: bool | str) -> None:
    client.command("DROP TABLE IF EXISTS pairs")
    client.command(
        "CREATE TABLE pairs (n UInt64, s LowCardinality(String), m Map(LowCardinality(String), String))"
        " ENGINE = MergeTree ORDER BY n"
    )
    other = connect(front, compress=compress)
    rows = [[n, f"s{n % 7}", {"k": "v" * 100}] for n in range(3000)]
    summary = other.insert("pairs", rows, column_names=["n", "s", "m"])
    assert summary.written_rows == 3000
    assert [list(row) for row in other.query("SELECT * FROM pairs ORDER BY n").result_rows] == rows


def envelopes(count: int) -> bytes:
    """`count` length-delimited envelopes, each of one pair, encoded by hand as the spool does it."""
    out = b""
    for n in range(count):
        value = b"\x0a\x02v1" if n % 2 else b"\x10\x00"  # a string, or false
        pair = b"\x0a\x01k\x12" + bytes([len(value)]) + value
        body = b"\x0a" + bytes([len(pair)]) + pair
        body += b"\xa2\x06\x02p1" + b"\xa9\x06" + struct.pack("<Q", 1_000_000_000 + n)
        out += bytes([len(body)]) + body
    return out


@pytest.mark.parametrize("kind", [bytes, io.BytesIO, lambda body: iter([body[:10], body[10:]])])
def test_it_decodes_protobuf_of_a_raw_insert(client: Client, kind: type) -> None:
    oneof = "Enum8('no' = 0, 'string_value' = 1, 'bool_value' = 2, 'int_value' = 3)"
    pair = f"Tuple(key String, value Tuple(string_value String, bool_value Bool, int_value Int64, value {oneof}))"
    columns = "project_id, received_at AS at, toString(pairs[1].value.value) AS kind, pairs[1].value.bool_value AS flag"
    for statement in (
        "DROP TABLE IF EXISTS decode",
        "DROP TABLE IF EXISTS wire",
        "DROP TABLE IF EXISTS decoded",
        f"CREATE TABLE wire (pairs Array({pair}), project_id String, received_at UInt64) ENGINE = Null",
        "CREATE TABLE decoded (project_id String, at UInt64, kind String, flag Bool) ENGINE = MergeTree ORDER BY at",
        f"CREATE MATERIALIZED VIEW decode TO decoded AS SELECT {columns} FROM wire",
    ):
        client.command(statement)
    client.raw_insert("wire", None, kind(envelopes(4)), settings=SETTINGS, fmt="Protobuf")
    rows = client.query("SELECT project_id, at - 1000000000, kind, flag FROM decoded ORDER BY at").result_rows
    kinds = ["bool_value", "string_value"] * 2
    assert [tuple(row) for row in rows] == [("p1", n, kind, False) for n, kind in enumerate(kinds)]


def test_it_answers_errors_with_the_engines_code(client: Client) -> None:
    for sql, code, name in (
        ("SELECT nosuch()", 46, "UNKNOWN_FUNCTION"),
        ("SELECT * FROM nosuch", 60, "UNKNOWN_TABLE"),
        ("SELEC 1", 62, "SYNTAX_ERROR"),
    ):
        with pytest.raises(DatabaseError) as caught:
            client.query(sql)
        assert caught.value.code == code
        assert name in str(caught.value)


def test_settings_last_for_one_request(client: Client, front: ClickHouseFront) -> None:
    reader = connect(front, settings={"readonly": "2", "max_execution_time": "7"})
    assert reader.query("SELECT getSetting('max_execution_time')").first_row[0] == 7
    with pytest.raises(DatabaseError) as caught:
        reader.command("CREATE TABLE never (n UInt8) ENGINE = Memory")
    assert caught.value.code == 164
    assert client.command("SELECT getSetting('max_execution_time')") == 0


def test_a_command_without_a_result_has_none(client: Client) -> None:
    summary = client.command("CREATE TABLE IF NOT EXISTS empty (n UInt8) ENGINE = Memory")
    assert not isinstance(summary, str)
    assert client.command("SELECT count() FROM empty") == 0
    assert client.query("SELECT n FROM empty").result_rows == []


def test_databases_are_apart(client: Client, front: ClickHouseFront) -> None:
    client.command("CREATE DATABASE IF NOT EXISTS other")
    other = connect(front, database="other")
    other.command("CREATE TABLE IF NOT EXISTS here (n UInt8) ENGINE = Memory")
    assert other.command("SELECT count() FROM here") == 0
    with pytest.raises(DatabaseError):
        client.query("SELECT * FROM here")


def test_it_refuses_as_told(client: Client, front: ClickHouseFront) -> None:
    front.behave("error", code=252)
    with pytest.raises(DatabaseError) as caught:
        client.query("SELECT 1")
    assert caught.value.code == 252
    for mode in ("unavailable", "reset"):
        front.behave(mode)
        with pytest.raises(ClickHouseError):
            client.query("SELECT 1")
    front.behave("error", only="insert", containing="poison")
    assert client.command("SELECT 1") == 1
    client.command("CREATE TABLE IF NOT EXISTS words (w String) ENGINE = Memory")
    client.insert("words", [["fine"]], column_names=["w"])
    with pytest.raises(DatabaseError):
        client.insert("words", [["a poisoned one"]], column_names=["w"])
    front.behave("ok")
    assert client.command("SELECT count() FROM words") == 1


def test_it_answers_a_hanging_request_when_it_recovers(client: Client, front: ClickHouseFront) -> None:
    front.behave("hang")
    with pytest.raises(TimeoutError):
        http("GET", front.address + "/?query=SELECT+1", timeout=0.2)
    front.behave("ok")
    assert http("GET", front.address + "/?query=SELECT+1").body == b"1\n"


def test_a_killed_front_keeps_what_it_answered(client: Client, front: ClickHouseFront) -> None:
    client.command("CREATE TABLE IF NOT EXISTS kept (n UInt64) ENGINE = MergeTree ORDER BY n")
    client.insert("kept", [[n] for n in range(1000)], column_names=["n"])
    front.kill()
    with pytest.raises(ClickHouseError):
        client.query("SELECT 1")
    front.start()
    assert client.command("SELECT count() FROM kept") == 1000
