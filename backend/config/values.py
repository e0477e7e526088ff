"""How the text of an environment variable becomes its value. Each raises ValueError with the end of a sentence that
begins with the variable's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("console", "json")
# A key that people choose themselves can be guessed when it is short; made ones have 43 random characters.
MIN_INIT_KEY_CHARS = 16
MIN_INIT_PASSWORD_CHARS = 8
# Less than a few requests' worth of room would refuse every burst.
MIN_SPOOL_BYTES = 64 * 1024


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
