"""Every environment variable as one record: its name, form, default and meaning, and how it is checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from backend.core.errors import SpanhouseError
from backend.core.limits import SPOOL_MAX_BYTES

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("console", "json")
# A key that people choose themselves can be guessed when it is short; made ones have 43 random characters.
MIN_INIT_KEY_CHARS = 16
MIN_INIT_PASSWORD_CHARS = 8
# Less than a few requests' worth of room would refuse every burst.
MIN_SPOOL_BYTES = 64 * 1024


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


# --- how values are read ----------------------------------------------------------------------------------------------


def text(value: str) -> str:
    return value


def port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise ValueError(f"must be a port from 1 to 65535, not {value!r}")
    return int(value)


def spool_bytes(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) < MIN_SPOOL_BYTES:
        raise ValueError(f"must be a number of bytes, at least {MIN_SPOOL_BYTES}, not {value!r}")
    return int(value)


def flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if value.lower() not in known:
        raise ValueError(f"must be 1 or 0, not {value!r}")
    return known[value.lower()]


def folder(value: str) -> Path:
    path = Path(value).expanduser().resolve()
    if path.exists() and not path.is_dir():
        raise ValueError(f"must be a folder, but {path} is a file")
    return path


def words(value: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in value.split(",") if word.strip())


def choice(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        found = {word.lower(): word for word in allowed}.get(value.lower())
        if found is None:
            raise ValueError(f"must be one of {', '.join(allowed)}, not {value!r}")
        return found

    return read


def _parts(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port  # reading it checks it
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from None
    return parts


def url(*schemes: str, needs_host: bool = False) -> Callable[[str], str]:
    """The message does not repeat the value: URLs carry passwords."""

    def read(value: str) -> str:
        parts = _parts(value)
        if parts.scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        if needs_host and not parts.hostname:
            raise ValueError("names no host")
        return value

    return read


def clickhouse(value: str) -> str:
    scheme = _parts(value).scheme
    if scheme == "chdb":
        if value != "chdb://memory" and not value.startswith("chdb:///"):
            raise ValueError("must be chdb:///FOLDER (three slashes) or chdb://memory for the embedded ClickHouse")
        return value.replace("chdb:////", "chdb:///")  # made from an absolute folder
    return url("chdb", "http", "https", needs_host=True)(value)


def database(value: str) -> str:
    if _parts(value).scheme == "sqlite":
        if not value.startswith("sqlite:///") or len(value) == len("sqlite:///"):
            raise ValueError("must be sqlite:///FILE with three slashes")
        return value
    return url("sqlite", "postgres", "postgresql", needs_host=False)(value)


def broker(value: str) -> str:
    # kombu wants a host name, whatever it is.
    return "memory://localhost/" if value.startswith("memory://") else url("memory", "redis", "rediss")(value)


def public_url(value: str) -> str:
    return url("http", "https", needs_host=True)(value).rstrip("/") if value else ""


def email(value: str) -> str:
    try:
        if value:
            validate_email(value)
    except ValidationError:
        raise ValueError(f"must be an email address, not {value!r}") from None
    return value.lower()


def at_least(characters: int) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value and len(value) < characters:
            raise ValueError(f"must have at least {characters} characters")
        return value

    return read


def api_key(value: str) -> str:
    if value and not re.fullmatch(r"[\x21-\x7e]{1,512}", value):
        raise ValueError("must be printable ASCII without spaces, at most 512 characters: it travels in a header")
    return at_least(MIN_INIT_KEY_CHARS)(value)


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
