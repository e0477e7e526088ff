"""Every parameter of `init` as one record: its variable, the variables it falls back to, its default and meaning."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable
from urllib.parse import urlsplit

from spanhouse import forms

log = logging.getLogger("spanhouse")

LOCAL = "http://127.0.0.1:4318"


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
        return self.endpoint + forms.TRACES_PATH

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


# --- the table --------------------------------------------------------------------------------------------------------

_OTLP = "OTEL_EXPORTER_OTLP_"
PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "endpoint", "URL", LOCAL, "Where spans go: the base address, `/v1/traces` is added.", forms.url,
        "SPANHOUSE_ENDPOINT", (_OTLP + "TRACES_ENDPOINT", _OTLP + "ENDPOINT"),
    ),
    Parameter(
        "api_key", "text", "", "The project's key, sent as `Authorization: Bearer`. Not needed on the same machine.",
        forms.header_text, "SPANHOUSE_API_KEY",
    ),
    Parameter(
        "api_url", "URL", "", "Where scores go: the web address. Port 4318 means port 8000 of the same host.",
        lambda value: forms.url(value) if str(value).strip() else "", "SPANHOUSE_API_URL",
    ),
    Parameter(
        "headers", "name=value,…", {}, "More headers. OpenTelemetry's variables count when the endpoint is theirs.",
        forms.headers, "SPANHOUSE_HEADERS",
    ),
    Parameter(
        "project", "text", "", "What the application is called: its `service.name`. The key decides the project of the"
        " server.", forms.text, "SPANHOUSE_PROJECT", ("OTEL_SERVICE_NAME",),
    ),
    Parameter(
        "environment", "text", "", "`deployment.environment.name`, as production.", forms.text, "SPANHOUSE_ENVIRONMENT",
    ),
    Parameter("release", "text", "", "`service.version` of the application.", forms.text, "SPANHOUSE_RELEASE"),
    Parameter(
        "sample_rate", "0 to 1", 1.0, "Share of traces that are kept, chosen by trace id. When it is not given,"
        " `OTEL_TRACES_SAMPLER` decides.", forms.number(0, 1), "SPANHOUSE_SAMPLE_RATE",
    ),
    Parameter(
        "mask", "function", None, "Called with every text of a span before it leaves the process; what it returns is"
        " sent.", forms.function,
    ),
    Parameter(
        "auto_instrument", "1, 0 or names", True, "Switch on the installed instrumentations of LLM libraries: all,"
        " none, or those of the libraries named, as `openai,langchain`.", forms.names, "SPANHOUSE_AUTO_INSTRUMENT",
    ),
    Parameter(
        "set_global", "1 or 0", False, "Make the tracer provider OpenTelemetry's global one.", forms.flag,
        "SPANHOUSE_SET_GLOBAL",
    ),
    Parameter(
        "threads", "1 or 0", True, "Carry the current span and `attributes` into threads and thread pools. Off: use"
        " `spanhouse.wrap`.", forms.flag, "SPANHOUSE_THREADS",
    ),
    Parameter(
        "capture", "1 or 0", True, "Whether `observe` records arguments and results.", forms.flag, "SPANHOUSE_CAPTURE",
    ),
    Parameter(
        "max_value_chars", "characters", 200_000, "A longer captured value is cut.", forms.whole(100, 10**8),
        "SPANHOUSE_MAX_VALUE_CHARS",
    ),
    Parameter(
        "flush_interval", "seconds", 1.0, "How long a finished span waits for others at most.",
        forms.number(0.01, 3600), "SPANHOUSE_FLUSH_INTERVAL",
    ),
    Parameter(
        "timeout", "seconds", 10.0, "How long one request may take.", forms.number(0.1, 600), "SPANHOUSE_TIMEOUT",
        (_OTLP + "TRACES_TIMEOUT", _OTLP + "TIMEOUT"),
    ),
    Parameter(
        "exit_timeout", "seconds", 5.0, "How long the end of the process may wait; the rest goes to the spool.",
        forms.number(0, 600), "SPANHOUSE_EXIT_TIMEOUT",
    ),
    Parameter(
        "batch_spans", "spans", 512, "Spans of one request at most.", forms.whole(1, 100_000), "SPANHOUSE_BATCH_SPANS",
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE",),
    ),
    Parameter(
        "queue_spans", "spans", 8192, "Finished spans that may wait in memory; more are dropped and counted.",
        forms.whole(1, 10**7), "SPANHOUSE_QUEUE_SPANS", ("OTEL_BSP_MAX_QUEUE_SIZE",),
    ),
    Parameter(
        "queue_bytes", "bytes", 64 * 1024 * 1024, "The same in bytes.", forms.whole(1024, 1 << 40),
        "SPANHOUSE_QUEUE_BYTES",
    ),
    Parameter(
        "compression", "word", "auto", "gzip, none, or auto: gzip unless the server is on this machine.",
        forms.compression, "SPANHOUSE_COMPRESSION", (_OTLP + "TRACES_COMPRESSION", _OTLP + "COMPRESSION"),
    ),
    Parameter(
        "certificate", "file", "", "Certificates to trust instead of the system's.", forms.text,
        "SPANHOUSE_CERTIFICATE", (_OTLP + "TRACES_CERTIFICATE", _OTLP + "CERTIFICATE"),
    ),
    Parameter(
        "spool", "1 or 0", True, "Keep on disk what could not be sent, and the counts of what was dropped, for the next"
        " start.", forms.flag, "SPANHOUSE_SPOOL",
    ),
    Parameter(
        "spool_dir", "folder", "", "Where; the user's state folder when not given.", forms.text, "SPANHOUSE_SPOOL_DIR",
    ),
    Parameter(
        "spool_bytes", "bytes", 64 * 1024 * 1024, "Room on disk; what does not fit is dropped and counted.",
        forms.whole(4096, 1 << 40), "SPANHOUSE_SPOOL_BYTES",
    ),
    Parameter(
        "enabled", "1 or 0", True, "Off: nothing is recorded, nothing is sent. `OTEL_SDK_DISABLED=true` does the same.",
        forms.flag, "SPANHOUSE_ENABLED",
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
                found.update(forms.headers(environment[variable]))
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
