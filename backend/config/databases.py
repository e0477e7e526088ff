"""DATABASE_URL as Django wants it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from backend.config.environment import InvalidSetting

# Writers wait for each other this long; every transaction here is short.
SQLITE_BUSY_S = 20
# Each request and each ingest look-up has its connection for milliseconds; more would only queue inside PostgreSQL.
POSTGRES_POOL = {"min_size": 1, "max_size": 10, "timeout": 10}
POSTGRES_OPTIONS = frozenset({
    "sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "options",
    "target_session_attrs",
})  # fmt: skip


def parse_database_url(url: str) -> dict[str, Any]:
    """The `default` entry of DATABASES. InvalidSetting when the URL cannot be used."""
    parts = urlsplit(url)
    return _sqlite(unquote(url.removeprefix("sqlite:///"))) if parts.scheme == "sqlite" else _postgres(url)


def _sqlite(name: str) -> dict[str, Any]:
    # sqlite:////var/lib/x is absolute, sqlite:///x relative, as SQLAlchemy has made everybody expect. The default is
    # made from an absolute folder, so it has four slashes, too.
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {
            "timeout": SQLITE_BUSY_S,
            # A transaction that reads first and then writes fails at once when another one writes; IMMEDIATE waits.
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                f"PRAGMA busy_timeout={SQLITE_BUSY_S * 1000};"
            ),
        },
    }


def _postgres(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    unknown = sorted(set(options) - POSTGRES_OPTIONS - {"host"})
    if unknown:
        raise InvalidSetting(f"DATABASE_URL has the unknown option {unknown[0]!r}.")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise InvalidSetting("DATABASE_URL names no database: postgres://user:password@host:5432/DATABASE.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,  # the pool keeps connections
        "OPTIONS": {**options, "pool": dict(POSTGRES_POOL)},
    }
