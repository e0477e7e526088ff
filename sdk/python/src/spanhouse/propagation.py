"""Attributes for every span inside a block: over tasks by the OpenTelemetry context, over processes by W3C baggage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from opentelemetry import baggage as otel_baggage
from opentelemetry import context as otel_context
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from spanhouse import names
from spanhouse.values import to_attribute
from spanhouse.warn import failed

_KEY = otel_context.create_key("spanhouse-attributes")
MAX_CHARS = 10_000
# What another process may say about our spans; everything else in its baggage is not for us.
_FROM_BAGGAGE = (names.SESSION_ID, names.USER_ID, names.TRACE_NAME, names.TAGS)
_PREFIX = "spanhouse.attr."


class attributes:  # noqa: N801 - used like a function
    """`with spanhouse.attributes(session_id=…, user_id=…, tags=[…]):` sets them on every span that begins inside.

    Works as `async with` and as a decorator, too. Blocks inside add to those outside; tags add up. `baggage=True` also
    puts them into the W3C baggage that `inject` and every OpenTelemetry propagator send along with outgoing requests:
    do so only towards services you trust. A span's own attribute wins over one of these.
    """

    def __init__(
        self,
        *,
        session_id: str | None = None,
        user_id: str | None = None,
        tags: Iterable[str] | None = None,
        trace_name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        baggage: bool = False,
        **more: Any,
    ) -> None:
        self._found: dict[str, Any] = {}
        self._baggage = baggage
        self._tokens: list[Any] = []
        try:
            given = {names.SESSION_ID: session_id, names.USER_ID: user_id, names.TRACE_NAME: trace_name}
            self._found = {key: str(value) for key, value in given.items() if value is not None}
            if tags is not None:
                self._found[names.TAGS] = [str(tag) for tag in ([tags] if isinstance(tags, str) else tags)]
            for key, value in {**(metadata or {}), **more}.items():
                if value is not None:
                    self._found[str(key)] = to_attribute(value, MAX_CHARS)
        except Exception:
            failed("attributes")

    def __enter__(self) -> None:
        try:
            self._tokens.append(otel_context.attach(_with(self._found, self._baggage)))
        except Exception:
            failed("attributes")

    def __exit__(self, *_error: object) -> None:
        if self._tokens:
            otel_context.detach(self._tokens.pop())

    async def __aenter__(self) -> None:
        self.__enter__()

    async def __aexit__(self, *_error: object) -> None:
        self.__exit__()

    def __call__(self, function: Any) -> Any:
        from spanhouse.observing import inside

        return inside(function, lambda: attributes._again(self))

    @staticmethod
    def _again(other: attributes) -> attributes:
        """A fresh one for each call: a decorated function may run many times at once."""
        made = attributes(baggage=other._baggage)
        made._found = other._found
        return made


def _with(found: Mapping[str, Any], baggage: bool) -> Context:
    context = otel_context.get_current()
    merged = {**current(context), **found}
    if names.TAGS in found:
        merged[names.TAGS] = list(dict.fromkeys([*current(context).get(names.TAGS, ()), *found[names.TAGS]]))
    context = otel_context.set_value(_KEY, merged, context)
    if baggage:
        for key in found:
            context = otel_baggage.set_baggage(*_to_baggage(key, merged[key]), context=context)
    return context


def current(context: Context | None = None) -> dict[str, Any]:
    """The attributes that a span beginning now would inherit, without those of baggage."""
    found = otel_context.get_value(_KEY, context)
    return found if isinstance(found, dict) else {}


def inherited(context: Context | None) -> list[tuple[str, Any]]:
    """What a span that begins in this context is given."""
    own = current(context)
    entries = otel_baggage.get_all(context)
    if not entries:
        return list(own.items()) if own else []
    return list({**_from_baggage(entries), **own}.items())


def _to_baggage(key: str, value: Any) -> tuple[str, str]:
    text = ",".join(quote(tag, safe="") for tag in value) if isinstance(value, (list, tuple)) else str(value)
    return (key if key in _FROM_BAGGAGE else _PREFIX + key), text


def _from_baggage(entries: Mapping[str, object]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in entries.items():
        text = str(value)[:MAX_CHARS]
        if key == names.TAGS:
            found[key] = [unquote(tag) for tag in text.split(",") if tag]
        elif key in _FROM_BAGGAGE:
            found[key] = text
        elif key.startswith(_PREFIX):
            found[key[len(_PREFIX) :]] = text
    return found


# --- from process to process ------------------------------------------------------------------------------------------


def inject(headers: MutableMapping[str, str] | None = None) -> MutableMapping[str, str]:
    """Put the current span (`traceparent`) and the baggage into the headers of an outgoing request; returns them."""
    carrier: MutableMapping[str, str] = {} if headers is None else headers
    try:
        TraceContextTextMapPropagator().inject(carrier)
        W3CBaggagePropagator().inject(carrier)
    except Exception:
        failed("inject")
    return carrier


@contextmanager
def remote(headers: Mapping[str, str]) -> Iterator[None]:
    """`with spanhouse.remote(request.headers):` goes on with the trace and the baggage of the caller."""
    token = None
    try:
        carrier = {str(name).lower(): str(value) for name, value in dict(headers).items()}
        context = TraceContextTextMapPropagator().extract(carrier)
        token = otel_context.attach(W3CBaggagePropagator().extract(carrier, context))
    except Exception:
        failed("remote")
    try:
        yield
    finally:
        if token is not None:
            otel_context.detach(token)
