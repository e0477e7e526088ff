"""Every parameter of `init` as one record: its variable, the variables it falls back to, its default and meaning."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

log = logging.getLogger("spanhouse")

LOCAL = "http://127.0.0.1:4318"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TRACES_PATH = "/v1/traces"
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


@dataclass(frozen=True)
class Parameter:
    """One argument of `init`. `read` makes its value of an argument or of a variable's text, and raises ValueError with
    the end of a sentence that begins with the name."""

    name: str
    form: str
    default: Any
    doc: str
    read: Callable[[Any], Any]
    variable: str = ""
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """The checked parameters, with the two addresses that are made of them."""

    enabled: bool
    endpoint: str
    api_url: str
    api_key: str
    headers: Mapping[str, str]
    project: str
    environment: str
    release: str
    sample_rate: float
    mask: Callable[[str], Any] | None
    auto_instrument: bool | tuple[str, ...]
    set_global: bool
    threads: bool
    capture: bool
    max_value_chars: int
    flush_interval: float
    timeout: float
    exit_timeout: float
    batch_spans: int
    queue_spans: int
    queue_bytes: int
    compression: str
    certificate: str
    spool: bool
    spool_dir: str
    spool_bytes: int
    sampler_variable: bool = False  # sample_rate was not given, OTEL_TRACES_SAMPLER was

    @property
    def traces_url(self) -> str:
        return self.endpoint + TRACES_PATH

    @property
    def metrics_url(self) -> str:
        return self.endpoint + "/v1/metrics"

    @property
    def scores_url(self) -> str:
        return (self.api_url or api_of(self.endpoint)) + "/api/v1/scores"


def api_of(endpoint: str) -> str:
    """The web port serves OTLP and the API; the OTLP port serves only OTLP, and its neighbour is on 8000."""
    parts = urlsplit(endpoint)
    return endpoint[: -len(":4318")] + ":8000" if parts.port == 4318 and not parts.path else endpoint


# --- how a value is read ----------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    return str(value).strip()


def _flag(value: Any) -> bool:
    word = str(value).strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError(f"must be 1 or 0, not {value!r}")
    return word in _TRUE


def _url(value: Any) -> str:
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


def _header_text(value: Any) -> str:
    text = str(value).strip()
    if not text.isascii() or not text.isprintable():
        raise ValueError("must be printable ASCII: it travels in a header")
    return text


def _headers(value: Any) -> Mapping[str, str]:
    """A mapping, or `name=value,name=value` with values percent-encoded, as OpenTelemetry writes them."""
    if isinstance(value, Mapping):
        return {_header_text(name): _header_text(text) for name, text in value.items()}
    found = {}
    for pair in str(value).split(","):
        name, equals, text = pair.partition("=")
        if pair.strip():
            if not equals or not name.strip():
                raise ValueError("must be name=value pairs, separated by commas")
            found[_header_text(name).lower()] = _header_text(unquote(text))
    return found


def _number(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ValueError(f"must be a number, not {value!r}") from None
        if not low <= number <= high:
            raise ValueError(f"must lie between {low:g} and {high:g}, not {value!r}")
        return number

    return read


def _whole(low: int, high: int) -> Callable[[Any], int]:
    number = _number(low, high)
    return lambda value: int(number(value))


def _callable(value: Any) -> Any:
    if value is not None and not callable(value):
        raise ValueError("must be a function that takes a text and returns a text")
    return value


def _names(value: Any) -> bool | tuple[str, ...]:
    """True, False, or the libraries to instrument."""
    if isinstance(value, bool):
        return value
    words = [str(word).strip() for word in (value.split(",") if isinstance(value, str) else value)]
    if len(words) == 1 and words[0].lower() in _TRUE + _FALSE:
        return words[0].lower() in _TRUE
    return tuple(word.lower() for word in words if word)


def _compression(value: Any) -> str:
    word = str(value).strip().lower()
    if word not in ("gzip", "none", "auto"):
        raise ValueError(f"must be gzip, none or auto, not {value!r}")
    return word


# --- the table --------------------------------------------------------------------------------------------------------

_OTLP = "OTEL_EXPORTER_OTLP_"
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "endpoint", "URL", LOCAL, "Where spans go: the base address, `/v1/traces` is added.", _url,
        "SPANHOUSE_ENDPOINT", (_OTLP + "TRACES_ENDPOINT", _OTLP + "ENDPOINT"),
    ),
    Parameter(
        "api_key", "text", "", "The project's key, sent as `Authorization: Bearer`. Not needed on the same machine.",
        _header_text, "SPANHOUSE_API_KEY",
    ),
    Parameter(
        "api_url", "URL", "", "Where scores go: the web address. Port 4318 means port 8000 of the same host.",
        lambda value: _url(value) if str(value).strip() else "", "SPANHOUSE_API_URL",
    ),
    Parameter(
        "headers", "name=value,…", {}, "More headers. OpenTelemetry's variables count when the endpoint is theirs.",
        _headers, "SPANHOUSE_HEADERS",
    ),
    Parameter(
        "project", "text", "", "What the application is called: its `service.name`. The key decides the project of the"
        " server.", _text, "SPANHOUSE_PROJECT", ("OTEL_SERVICE_NAME",),
    ),
    Parameter(
        "environment", "text", "", "`deployment.environment.name`, as production.", _text, "SPANHOUSE_ENVIRONMENT",
    ),
    Parameter("release", "text", "", "`service.version` of the application.", _text, "SPANHOUSE_RELEASE"),
    Parameter(
        "sample_rate", "0 to 1", 1.0, "Share of traces that are kept, chosen by trace id. When it is not given,"
        " `OTEL_TRACES_SAMPLER` decides.", _number(0, 1), "SPANHOUSE_SAMPLE_RATE",
    ),
    Parameter(
        "mask", "function", None, "Called with every text of a span before it leaves the process; what it returns is"
        " sent.", _callable,
    ),
    Parameter(
        "auto_instrument", "1, 0 or names", True, "Switch on the installed instrumentations of LLM libraries: all,"
        " none, or those of the libraries named, as `openai,langchain`.", _names, "SPANHOUSE_AUTO_INSTRUMENT",
    ),
    Parameter(
        "set_global", "1 or 0", False, "Make the tracer provider OpenTelemetry's global one.", _flag,
        "SPANHOUSE_SET_GLOBAL",
    ),
    Parameter(
        "threads", "1 or 0", True, "Carry the current span and `attributes` into threads and thread pools. Off: use"
        " `spanhouse.wrap`.", _flag, "SPANHOUSE_THREADS",
    ),
    Parameter(
        "capture", "1 or 0", True, "Whether `observe` records arguments and results.", _flag, "SPANHOUSE_CAPTURE",
    ),
    Parameter(
        "max_value_chars", "characters", 200_000, "A longer captured value is cut.", _whole(100, 10**8),
        "SPANHOUSE_MAX_VALUE_CHARS",
    ),
    Parameter(
        "flush_interval", "seconds", 1.0, "How long a finished span waits for others at most.", _number(0.01, 3600),
        "SPANHOUSE_FLUSH_INTERVAL",
    ),
    Parameter(
        "timeout", "seconds", 10.0, "How long one request may take.", _number(0.1, 600), "SPANHOUSE_TIMEOUT",
        (_OTLP + "TRACES_TIMEOUT", _OTLP + "TIMEOUT"),
    ),
    Parameter(
        "exit_timeout", "seconds", 5.0, "How long the end of the process may wait; the rest goes to the spool.",
        _number(0, 600), "SPANHOUSE_EXIT_TIMEOUT",
    ),
    Parameter(
        "batch_spans", "spans", 512, "Spans of one request at most.", _whole(1, 100_000), "SPANHOUSE_BATCH_SPANS",
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE",),
    ),
    Parameter(
        "queue_spans", "spans", 8192, "Finished spans that may wait in memory; more are dropped and counted.",
        _whole(1, 10**7), "SPANHOUSE_QUEUE_SPANS", ("OTEL_BSP_MAX_QUEUE_SIZE",),
    ),
    Parameter(
        "queue_bytes", "bytes", 64 * 1024 * 1024, "The same in bytes.", _whole(1024, 1 << 40), "SPANHOUSE_QUEUE_BYTES",
    ),
    Parameter(
        "compression", "word", "auto", "gzip, none, or auto: gzip unless the server is on this machine.", _compression,
        "SPANHOUSE_COMPRESSION", (_OTLP + "TRACES_COMPRESSION", _OTLP + "COMPRESSION"),
    ),
    Parameter(
        "certificate", "file", "", "Certificates to trust instead of the system's.", _text, "SPANHOUSE_CERTIFICATE",
        (_OTLP + "TRACES_CERTIFICATE", _OTLP + "CERTIFICATE"),
    ),
    Parameter(
        "spool", "1 or 0", True, "Keep on disk what could not be sent, and the counts of what was dropped, for the next"
        " start.", _flag, "SPANHOUSE_SPOOL",
    ),
    Parameter(
        "spool_dir", "folder", "", "Where; the user's state folder when not given.", _text, "SPANHOUSE_SPOOL_DIR",
    ),
    Parameter(
        "spool_bytes", "bytes", 64 * 1024 * 1024, "Room on disk; what does not fit is dropped and counted.",
        _whole(4096, 1 << 40), "SPANHOUSE_SPOOL_BYTES",
    ),
    Parameter(
        "enabled", "1 or 0", True, "Off: nothing is recorded, nothing is sent. `OTEL_SDK_DISABLED=true` does the same.",
        _flag, "SPANHOUSE_ENABLED",
    ),
)  # fmt: skip
NAMES = frozenset(parameter.name for parameter in PARAMETERS)


def read_settings(given: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Arguments, then variables, then defaults. What is wrong is named in a warning and its default is used."""
    environment = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for parameter in PARAMETERS:
        values[parameter.name], sources[parameter.name] = _value_of(parameter, given, environment)
    for name in sorted(set(given) - NAMES):
        log.warning("spanhouse: init has no parameter %s; it is ignored", name)
    if not sources["enabled"] and environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        values["enabled"] = False
    # Headers of OpenTelemetry's variables may hold another vendor's key: they go only where those variables point.
    if not sources["headers"] and _is_open(sources["endpoint"]):
        values["headers"] = _otel_headers(environment)
    values["sampler_variable"] = not sources["sample_rate"] and bool(environment.get("OTEL_TRACES_SAMPLER"))
    if not values["spool_dir"]:
        values["spool_dir"] = default_spool_dir(environment)
    return Settings(**values)


def _is_open(source: str) -> bool:
    return not source or source.startswith("OTEL_")


def _value_of(parameter: Parameter, given: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[Any, str]:
    """(value, where it came from: the argument's name, a variable's, or "" for the default)."""
    candidates: list[tuple[str, Any]] = []
    if given.get(parameter.name) is not None:
        candidates.append((parameter.name, given[parameter.name]))
    for variable in (parameter.variable, *parameter.fallbacks):
        if variable and environment.get(variable, "").strip():
            candidates.append((variable, environment[variable].strip()))
    for source, written in candidates:
        try:
            return parameter.read(written), source
        except Exception as error:
            log.warning("spanhouse: %s %s; it is ignored", source, error)
    return parameter.default, ""


def _otel_headers(environment: Mapping[str, str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for variable in (_OTLP + "HEADERS", _OTLP + "TRACES_HEADERS"):
        if environment.get(variable, "").strip():
            try:
                found.update(_headers(environment[variable]))
            except ValueError as error:
                log.warning("spanhouse: %s %s; it is ignored", variable, error)
    return found


def default_spool_dir(environment: Mapping[str, str]) -> str:
    """The user's state folder; the temporary folder where a home is missing or cannot be written (AWS Lambda)."""
    state = environment.get("XDG_STATE_HOME") or os.path.join(environment.get("HOME") or "/nonexistent", ".local/state")
    place = state
    while place and not os.path.isdir(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    if os.path.isabs(state) and place not in ("/", "") and os.access(place, os.W_OK):
        return os.path.join(state, "spanhouse")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return os.path.join(tempfile.gettempdir(), f"spanhouse-{user}")
