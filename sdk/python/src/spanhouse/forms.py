"""How an argument or a variable's text becomes a value. ValueError: the end of a sentence that begins with the name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

log = logging.getLogger("spanhouse")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
TRACES_PATH = "/v1/traces"
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


def text(value: Any) -> str:
    return str(value).strip()


def flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"must be 1 or 0, not {value!r}")
    return word in _TRUE


def url(value: Any) -> str:
    """The base address, whether or not it was given with the path of the traces."""
    text = str(value).strip().rstrip("/")
    text = text.removesuffix(TRACES_PATH)
    if "://" not in text:
        host = text.partition("/")[0].rpartition(":")[0] or text
        text = ("http://" if host.strip("[]") in LOOPBACK else "https://") + text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address that begins with http:// or https://")
    if parts.port == 4317:
        text = text.replace(":4317", ":4318", 1)
        log.warning("spanhouse: port 4317 speaks gRPC; spans are sent over HTTP to %s", text)
    return text


def header_text(value: Any) -> str:
    text = str(value).strip()
    if not text.isascii() or not text.isprintable():
        raise ValueError("must be printable ASCII: it travels in a header")
    return text


def headers(value: Any) -> Mapping[str, str]:
    """A mapping, or `name=value,name=value` with values percent-encoded, as OpenTelemetry writes them."""
    if isinstance(value, Mapping):
        return {header_text(name): header_text(text) for name, text in value.items()}
    found = {}
    for pair in str(value).split(","):
        name, equals, text = pair.partition("=")
        if pair.strip():
            if not equals or not name.strip():
                raise ValueError("must be name=value pairs, separated by commas")
            found[header_text(name).lower()] = header_text(unquote(text))
    return found


def number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"must be a number, not {value!r}") from None
        if not low <= number <= high:
            raise ValueError(f"must lie between {low:g} and {high:g}, not {value!r}")
        return number

    return read


def whole(low: int, high: int) -> Callable[[Any], int]:
    checked = number(low, high)
    return lambda value: int(checked(value))


def function(value: Any) -> Any:
    if value is not None and not callable(value):
        raise ValueError("must be a function that takes a text and returns a text")
    return value


def names(value: Any) -> bool | tuple[str, ...]:
    """True, False, or the libraries to instrument."""
    if isinstance(value, bool):
        return value
    words = [str(word).strip() for word in (value.split(",") if isinstance(value, str) else value)]
    if len(words) == 1 and words[0].lower() in _TRUE + _FALSE:
        return words[0].lower() in _TRUE
    return tuple(word.lower() for word in words if word)


def compression(value: Any) -> str:
    word = str(value).strip().lower()
    if word not in ("gzip", "none", "auto"):
        raise ValueError(f"must be gzip, none or auto, not {value!r}")
    return word
