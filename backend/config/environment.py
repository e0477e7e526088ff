"""Every environment variable as one record: its name, form, default and meaning, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.config.values import (
    LOG_FORMATS,
    LOG_LEVELS,
    MIN_INIT_KEY_CHARS,
    MIN_INIT_PASSWORD_CHARS,
    api_key,
    at_least,
    broker,
    choice,
    clickhouse,
    database,
    email,
    flag,
    folder,
    port,
    public_url,
    spool_bytes,
    text,
    words,
)
from backend.core.errors import SpanhouseError
from backend.core.limits import SPOOL_MAX_BYTES


class InvalidSetting(SpanhouseError):
    """A variable has a value that cannot be used; the message names it."""

    code = "invalid_setting"


@dataclass(frozen=True)
class Variable:
    """One environment variable. `read` turns its text into its value and raises ValueError with the end of a sentence
    that begins with the variable's name. `default` is text, too; `DATA_DIR` in it stands for SPANHOUSE_DATA_DIR."""

    name: str
    form: str
    default: str
    doc: str
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Environment:
    """The checked settings. What a person did not set has its default; "" and None mean 'not given'."""

    data_dir: Path
    host: str
    port: int
    otlp_http_port: int
    otlp_grpc_port: int
    secret_key: str
    clickhouse_url: str
    database_url: str
    broker_url: str
    init_email: str
    init_password: str
    init_project: str
    init_api_key: str
    spool_max_bytes: int
    debug: bool
    allowed_hosts: tuple[str, ...]
    public_url: str
    log_level: str
    log_format: str

    @property
    def spool_dir(self) -> Path:
        return self.data_dir / "spool"

    @property
    def one_process(self) -> bool:
        """Whether everything lives in this process: no ClickHouse server, no Redis."""
        return self.clickhouse_url.startswith("chdb:") and self.broker_url.startswith("memory:")

    @property
    def is_secure(self) -> bool:
        return self.public_url.startswith("https://")


# --- the table --------------------------------------------------------------------------------------------------------

VARIABLES: Mapping[str, Variable] = {
    "data_dir": Variable("SPANHOUSE_DATA_DIR", "folder", "./data", "Where everything is kept.", folder),
    "host": Variable("SPANHOUSE_HOST", "address", "127.0.0.1", "Address that all ports listen on.", text),
    "port": Variable("SPANHOUSE_PORT", "port", "8000", "Pages, REST API, and OTLP/HTTP too.", port),
    "otlp_http_port": Variable("SPANHOUSE_OTLP_HTTP_PORT", "port", "4318", "OTLP over HTTP.", port),
    "otlp_grpc_port": Variable("SPANHOUSE_OTLP_GRPC_PORT", "port", "4317", "OTLP over gRPC.", port),
    "secret_key": Variable(
        "SPANHOUSE_SECRET_KEY",
        "text",
        "",
        "Signs sessions. Made once and kept in `DATA_DIR/secret_key` when not given; "
        "several `web` processes need the same.",
        at_least(32),
    ),
    "clickhouse_url": Variable(
        "CLICKHOUSE_URL",
        "URL",
        "chdb:///DATA_DIR/clickhouse",
        "Embedded ClickHouse, or a server: `http(s)://user:password@host:8123/database`.",
        clickhouse,
    ),
    "database_url": Variable(
        "DATABASE_URL",
        "URL",
        "sqlite:///DATA_DIR/spanhouse.sqlite3",
        "People, projects and keys: SQLite, or `postgres://user:password@host:5432/database`.",
        database,
    ),
    "broker_url": Variable(
        "CELERY_BROKER_URL",
        "URL",
        "memory://",
        "Jobs: inside the process, or `redis://host:6379/0` for `worker` and `beat` processes.",
        broker,
    ),
    "init_email": Variable("SPANHOUSE_INIT_EMAIL", "email", "", "First start: login of the first user.", email),
    "init_password": Variable(
        "SPANHOUSE_INIT_PASSWORD",
        "text",
        "",
        "First start: its password. One is made and printed when not given.",
        at_least(MIN_INIT_PASSWORD_CHARS),
    ),
    "init_project": Variable("SPANHOUSE_INIT_PROJECT", "text", "", "First start: name of the default project.", text),
    "init_api_key": Variable(
        "SPANHOUSE_INIT_API_KEY",
        "text",
        "",
        f"First start: its API key, at least {MIN_INIT_KEY_CHARS} characters. One is made and printed when not given.",
        api_key,
    ),
    "spool_max_bytes": Variable(
        "SPANHOUSE_SPOOL_MAX_BYTES",
        "bytes",
        str(SPOOL_MAX_BYTES),
        "How much may wait on disk while ClickHouse is away; then senders are told to come again (503).",
        spool_bytes,
    ),
    "debug": Variable("SPANHOUSE_DEBUG", "1 or 0", "0", "For developers: errors show details.", flag),
    "allowed_hosts": Variable(
        "SPANHOUSE_ALLOWED_HOSTS",
        "list",
        "",
        "Host names that browsers may use, separated by commas. When not given: this machine's names, "
        "and any name when SPANHOUSE_HOST is not a loopback address.",
        words,
    ),
    "public_url": Variable(
        "SPANHOUSE_PUBLIC_URL",
        "URL",
        "",
        "Address that people use, when it differs (a proxy). With https://, cookies are only sent encrypted.",
        public_url,
    ),
    "log_level": Variable("SPANHOUSE_LOG_LEVEL", "word", "INFO", ", ".join(LOG_LEVELS) + ".", choice(*LOG_LEVELS)),
    "log_format": Variable("SPANHOUSE_LOG_FORMAT", "word", "console", "console or json.", choice(*LOG_FORMATS)),
}


def read_environment(environ: Mapping[str, str]) -> Environment:
    """Check all variables; InvalidSetting names the first wrong one. An empty variable counts as not set."""
    values: dict[str, Any] = {}
    for field, variable in VARIABLES.items():
        given = environ.get(variable.name, "").strip()
        written = given or variable.default.replace("DATA_DIR", str(values.get("data_dir", "")))
        try:
            values[field] = variable.read(written)
        except ValueError as error:
            raise InvalidSetting(f"{variable.name} {error}.") from None
    environment = Environment(**values)
    _check_ports(environment)
    return environment


def _check_ports(environment: Environment) -> None:
    seen: dict[int, str] = {}
    for field in ("port", "otlp_http_port", "otlp_grpc_port"):
        number, name = getattr(environment, field), VARIABLES[field].name
        if number in seen:
            raise InvalidSetting(f"{name} and {seen[number]} are both {number}; each needs a port of its own.")
        seen[number] = name
