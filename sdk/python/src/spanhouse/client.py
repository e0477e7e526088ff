"""`init` and its client: a tracer provider of our own, and what `flush`, `score` and `shutdown` stand on."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Callable

from spanhouse import active, threads
from spanhouse.accounts import FlushReport
from spanhouse.masking import mask_text
from spanhouse.parameters import Settings, read_settings
from spanhouse.spans import current_span
from spanhouse.version import VERSION
from spanhouse.warn import failed, warn

_lock = threading.RLock()


class Client:
    """What `init` made. `tracer_provider` is for instrumentations that are switched on by hand."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tracer_provider: Any = None
        self.tracer: Any = None
        self.delivery: Any = None
        self.instrumentors: list[Any] = []
        if settings.enabled:
            self._start()

    def _start(self) -> None:
        from opentelemetry.sdk.trace import TracerProvider

        from spanhouse.delivery import Delivery
        from spanhouse.processes import watch

        settings = self.settings
        resource = _resource(settings)
        self.delivery = Delivery(settings, str(resource.attributes.get("service.name", "")))
        self.tracer_provider = TracerProvider(sampler=_sampler(settings), resource=resource, shutdown_on_exit=False)
        self.tracer_provider.add_span_processor(self.delivery)
        self.tracer = self.tracer_provider.get_tracer("spanhouse", VERSION)
        watch(self.delivery)
        self.delivery.start()
        if settings.threads:
            threads.install()
        if settings.set_global:
            from opentelemetry import trace

            trace.set_tracer_provider(self.tracer_provider)
        if settings.auto_instrument:
            from spanhouse.instrumentors import instrument

            self.instrumentors = instrument(self.tracer_provider, settings.auto_instrument)

    def flush(self, timeout: float) -> FlushReport:
        return FlushReport() if self.delivery is None else self.delivery.flush(timeout)

    def shutdown(self, timeout: float | None = None) -> FlushReport:
        if self.delivery is None:
            return FlushReport()
        self.delivery.shutdown(timeout)
        return self.delivery.report()  # type: ignore[no-any-return]

    def replaced(self) -> None:
        """Another client takes over: instrumentations must not go on with this one's provider."""
        if self.instrumentors:
            from spanhouse.instrumentors import uninstrument

            uninstrument(self.instrumentors)
        self.shutdown()
        if self.delivery is not None:
            self.delivery.end()
        threads.uninstall()


def _resource(settings: Settings) -> Any:
    from opentelemetry.sdk.resources import Resource

    given = {
        "service.name": settings.project,
        "service.version": settings.release,
        "deployment.environment.name": settings.environment,
        "telemetry.distro.name": "spanhouse",
        "telemetry.distro.version": VERSION,
    }
    return Resource.create({key: value for key, value in given.items() if value})


def _sampler(settings: Settings) -> Any:
    """By trace id alone: the decision of somebody else's tracer, a load balancer say, is not about these spans."""
    if settings.sampler_variable:
        return None  # the provider reads OTEL_TRACES_SAMPLER
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, TraceIdRatioBased

    if settings.sample_rate >= 1:
        return ALWAYS_ON
    return ALWAYS_OFF if settings.sample_rate <= 0 else TraceIdRatioBased(settings.sample_rate)


def init(
    endpoint: str | None = None,
    api_key: str | None = None,
    project: str | None = None,
    environment: str | None = None,
    release: str | None = None,
    sample_rate: float | None = None,
    mask: Callable[[str], Any] | None = None,
    auto_instrument: bool | Sequence[str] | None = None,
    set_global: bool | None = None,
    **more: Any,
) -> Client:
    """Begin to record and send. Every argument has a `SPANHOUSE_*` variable, and the usual `OTEL_*` ones count too;
    with nothing set, spans go to a server on this machine. The README lists all parameters, those of `more` too.

    Never raises. Called again with the same arguments it changes nothing; with others it begins anew.
    """
    given = {
        "endpoint": endpoint,
        "api_key": api_key,
        "project": project,
        "environment": environment,
        "release": release,
        "sample_rate": sample_rate,
        "mask": mask,
        "auto_instrument": auto_instrument,
        "set_global": set_global,
        **more,
    }
    with _lock:
        try:
            settings = read_settings(given)
            old = active.client
            if old is not None and old.settings == settings and not _is_over(old):
                return old
            if old is not None:
                active.client = None
                old.replaced()
            active.client = Client(settings)
            return active.client
        except Exception:
            failed("init")
            client = Client(read_settings({"enabled": False}))
            active.client = client
            return client


def _is_over(client: Client) -> bool:
    return client.delivery is not None and client.delivery.is_over


def flush(timeout: float = 10.0) -> FlushReport:
    """Send everything now; returns what was sent, what was dropped and why, what went to disk and what waits."""
    try:
        client = active.client
        return FlushReport() if client is None else client.flush(timeout)
    except Exception:
        failed("flush")
        return FlushReport()


def shutdown(timeout: float | None = None) -> FlushReport:
    """The end: flush, and keep what cannot be sent for the next start. Happens by itself when the process ends."""
    try:
        client = active.client
        return FlushReport() if client is None else client.shutdown(timeout)
    except Exception:
        failed("shutdown")
        return FlushReport()


def score(
    name: str,
    value: float | bool | str,
    *,
    trace_id: str | None = None,
    span_id: str | None = None,
    session_id: str | None = None,
    comment: str | None = None,
    id: str | None = None,  # noqa: A002 - the field's name
    data_type: str | None = None,
    metadata: Mapping[str, str] | None = None,
) -> str:
    """Score a span, a trace or a session; without ids, the current span. Sent in the background; returns its id.

    The same `id` again replaces the score. `value` is a number, a truth value or a text.
    """
    try:
        client = active.client
        if client is None or client.delivery is None:
            return ""
        if trace_id is None and span_id is None and session_id is None:
            here = current_span()
            if here.trace_id and not here.is_sampled:
                return ""  # a score of a trace that is not kept
            trace_id, span_id = here.trace_id, here.span_id
            if not trace_id:
                warn("score() was called outside of a span and without trace_id; it is ignored")
                return ""
        mask = client.settings.mask
        if comment is not None:
            comment = str(mask_text(str(comment), mask)) if mask else str(comment)
        given: dict[str, Any] = {
            "id": str(id) if id else uuid.uuid4().hex,
            "name": str(name),
            "value": value if isinstance(value, (bool, int, float, str)) else str(value),
            "trace_id": trace_id,
            "span_id": span_id,
            "session_id": session_id,
            "comment": comment,
            "data_type": data_type,
            "metadata": None if metadata is None else {str(key): str(text) for key, text in metadata.items()},
        }
        client.delivery.add_score({key: found for key, found in given.items() if found not in (None, "")})
        return str(given["id"])
    except Exception:
        failed("score")
        return ""
