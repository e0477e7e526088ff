"""Settings from the environment: defaults, checks, and messages that name the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.config.databases import parse_database_url
from backend.config.environment import VARIABLES, InvalidSetting, read_environment
from backend.config.secret_key import secret_key


def test_it_needs_nothing() -> None:
    environment = read_environment({})
    assert (environment.host, environment.port) == ("127.0.0.1", 8000)
    assert (environment.otlp_http_port, environment.otlp_grpc_port) == (4318, 4317)
    assert environment.one_process
    assert environment.spool_dir == environment.data_dir / "spool"


def test_both_databases_follow_the_data_folder(tmp_path: Path) -> None:
    environment = read_environment({"SPANHOUSE_DATA_DIR": str(tmp_path)})
    assert environment.clickhouse_url == f"chdb://{tmp_path}/clickhouse"
    assert parse_database_url(environment.database_url)["NAME"] == f"{tmp_path}/spanhouse.sqlite3"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SPANHOUSE_PORT", "web"),
        ("SPANHOUSE_PORT", "70000"),
        ("SPANHOUSE_OTLP_HTTP_PORT", "-1"),
        ("SPANHOUSE_SECRET_KEY", "short"),
        ("CLICKHOUSE_URL", "chdb://data"),
        ("CLICKHOUSE_URL", "mysql://host/db"),
        ("CLICKHOUSE_URL", "http://"),
        ("DATABASE_URL", "sqlite://x"),
        ("DATABASE_URL", "oracle://host/db"),
        ("CELERY_BROKER_URL", "amqp://host"),
        ("SPANHOUSE_INIT_EMAIL", "nobody"),
        ("SPANHOUSE_INIT_PASSWORD", "short"),
        ("SPANHOUSE_INIT_API_KEY", "fifteen-letters"),
        ("SPANHOUSE_INIT_API_KEY", "with a space in the key"),
        ("SPANHOUSE_SPOOL_MAX_BYTES", "2GB"),
        ("SPANHOUSE_DEBUG", "maybe"),
        ("SPANHOUSE_PUBLIC_URL", "traces.example.com"),
        ("SPANHOUSE_LOG_LEVEL", "LOUD"),
        ("SPANHOUSE_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_names_the_variable(variable: str, value: str) -> None:
    with pytest.raises(InvalidSetting, match=f"^{variable} .*[.]$"):
        read_environment({variable: value})


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidSetting, match="SPANHOUSE_DATA_DIR must be a folder"):
        read_environment({"SPANHOUSE_DATA_DIR": str(tmp_path / "file")})


def test_two_ports_may_not_be_the_same() -> None:
    with pytest.raises(InvalidSetting, match=r"SPANHOUSE_OTLP_HTTP_PORT and SPANHOUSE_PORT are both 4318"):
        read_environment({"SPANHOUSE_PORT": "4318"})


def test_messages_repeat_no_password() -> None:
    with pytest.raises(InvalidSetting) as caught:
        read_environment({"DATABASE_URL": "mysql://root:hunter2@host/db"})
    assert "hunter2" not in str(caught.value)


def test_servers_make_it_many_processes() -> None:
    assert not read_environment({"CLICKHOUSE_URL": "http://ch:8123/spans"}).one_process
    assert not read_environment({"CELERY_BROKER_URL": "redis://cache:6379/0"}).one_process


def test_postgres_is_pooled() -> None:
    found = parse_database_url("postgres://me:p%40ss@db:5433/spans?sslmode=require")
    assert (found["NAME"], found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == (
        "spans", "me", "p@ss", "db", "5433",
    )  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "require"
    assert found["OPTIONS"]["pool"]


@pytest.mark.parametrize("url", ["postgres://db", "postgres://db/x?colour=red"])
def test_a_postgres_url_that_cannot_work_is_refused(url: str) -> None:
    with pytest.raises(InvalidSetting, match=r"^DATABASE_URL "):
        parse_database_url(url)


def test_sqlite_waits_for_other_writers() -> None:
    options = parse_database_url("sqlite:////tmp/x.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    made = secret_key("", tmp_path)
    assert len(made) >= 50
    assert secret_key("", tmp_path) == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert secret_key("given", tmp_path) == "given"


def test_every_variable_says_what_it_is_for() -> None:
    assert all(variable.doc.endswith(".") or variable.doc.endswith("`.") for variable in VARIABLES.values())
    names = [variable.name for variable in VARIABLES.values()]
    assert len(set(names)) == len(names)
