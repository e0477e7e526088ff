"""`with spanhouse.span(…) as s:` one step of a trace, and what can be said about it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace as otel_trace
from opentelemetry.trace import StatusCode

from spanhouse import active, content, names
from spanhouse.values import to_attribute
from spanhouse.warn import failed

_DEFAULT_LIMIT = 200_000
_NOTHING = object()


class Span:
    """One step. Before `init`, or when its trace is not sampled, everything works and nothing is recorded.

    No method raises, whatever it is given. All return the span, so they can be chained.
    """

    __slots__ = ("_attributes", "_input", "_name", "_span", "_started", "_token", "_type")

    def __init__(
        self,
        name: str,
        *,
        type: str | None = None,  # noqa: A002 - the word of the pages
        input: Any = _NOTHING,  # noqa: A002
        attributes: Mapping[str, Any] | None = None,
    ) -> None:
        self._name = str(name)
        self._type = (type or "").lower()
        self._input = input
        self._attributes = attributes
        self._span: Any = None
        self._token: Any = None
        self._started = 0

    @classmethod
    def around(cls, span: Any) -> Span:
        """A span that something else began and will end."""
        made = cls("")
        made._span = span
        try:
            made._type = content.type_of(getattr(span, "attributes", None) or {})
            made._started = getattr(span, "start_time", 0) or 0
        except Exception:
            failed("reading a span")
        return made

    # --- life ---------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Span:
        try:
            client = active.client
            if client is not None and client.tracer is not None:
                self._started = time.time_ns()
                self._span = client.tracer.start_span(
                    self._name, attributes=names.start_attributes(self._name, self._type)
                )
                self._token = otel_context.attach(otel_trace.set_span_in_context(self._span))
                if self._attributes:
                    self.set_metadata(self._attributes)
                if self._input is not _NOTHING:
                    self.set_input(self._input)
        except Exception:
            failed("beginning a span")
        return self

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if self._token is not None:
                otel_context.detach(self._token)
                self._token = None
            if error is not None and not isinstance(error, GeneratorExit):
                self.set_error(error)
            if self._span is not None:
                self._span.end()
        except Exception:
            failed("ending a span")

    async def __aenter__(self) -> Span:
        return self.__enter__()

    async def __aexit__(self, *error: Any) -> None:
        self.__exit__(*error)

    # --- what it is ---------------------------------------------------------------------------------------------------

    @property
    def trace_id(self) -> str:
        """32 hex digits; "" when there is no span."""
        return self._id("trace_id", 32)

    @property
    def span_id(self) -> str:
        return self._id("span_id", 16)

    def _id(self, name: str, digits: int) -> str:
        try:
            number = getattr(self._span.get_span_context(), name) if self._span is not None else 0
            return format(number, f"0{digits}x") if number else ""
        except Exception:
            return ""

    @property
    def is_sampled(self) -> bool:
        """Whether the span's trace is kept."""
        try:
            return self._span is not None and bool(self._span.get_span_context().trace_flags.sampled)
        except Exception:
            return False

    @property
    def otel(self) -> Any:
        """The OpenTelemetry span, for what is not offered here; None when there is none."""
        return self._span

    # --- what it did --------------------------------------------------------------------------------------------------

    def set_input(self, value: Any) -> Span:
        """Anything. On model calls and agents, texts and lists of messages become GenAI messages."""
        return self._set(lambda limit: content.input_of(self._type, value, limit))

    def set_output(self, value: Any) -> Span:
        return self._set(lambda limit: content.output_of(self._type, value, limit))

    def set_usage(
        self,
        usage: Any = None,
        *,
        input_tokens: int | None = None,
        output_tokens: int | None = None,
        cache_read_tokens: int | None = None,
        cache_write_tokens: int | None = None,
        reasoning_tokens: int | None = None,
        total_tokens: int | None = None,
        cost: float | None = None,
    ) -> Span:
        """Numbers, or the usage object of a provider's reply. `input_tokens` counts cached input, too."""
        given = {
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "cache_read_tokens": cache_read_tokens,
            "cache_write_tokens": cache_write_tokens,
            "reasoning_tokens": reasoning_tokens,
            "total_tokens": total_tokens,
            "cost": cost,
        }
        return self._set(lambda _: content.usage_of(usage, given))

    def set_model(
        self,
        model: str | None = None,
        *,
        provider: str | None = None,
        response_model: str | None = None,
        response_id: str | None = None,
        finish_reasons: str | Iterable[str] | None = None,
        **parameters: Any,
    ) -> Span:
        """The model asked for, who runs it (as `openai`), what answered, and parameters as `temperature=0.2`."""
        reasons: list[str] | None = None
        if finish_reasons is not None:
            reasons = [finish_reasons] if isinstance(finish_reasons, str) else [str(word) for word in finish_reasons]
        given: dict[str, Any] = {
            names.REQUEST_MODEL: model,
            names.PROVIDER: provider,
            names.RESPONSE_MODEL: response_model,
            names.RESPONSE_ID: response_id,
            names.FINISH_REASONS: reasons,
        }
        for name, value in parameters.items():
            given[names.PARAMETERS.get(name, "gen_ai.request." + name)] = value
        return self.set_attributes(given)

    def set_prompt(self, name: str, version: Any = None) -> Span:
        """The stored prompt that was used."""
        return self.set_attributes(
            {names.PROMPT_NAME: name, names.PROMPT_VERSION: None if version is None else str(version)}
        )

    def set_metadata(self, values: Mapping[str, Any] | None = None, **more: Any) -> Span:
        """Attributes under their own names; the filter finds them as `metadata.NAME:value`."""
        return self.set_attributes({**(values or {}), **more})

    def set_attributes(self, values: Mapping[str, Any]) -> Span:
        """OpenTelemetry attributes. None is left out; what is neither text nor number becomes JSON."""
        return self._set(
            lambda limit: {str(key): to_attribute(value, limit) for key, value in values.items() if value is not None}
        )

    def set_error(self, error: BaseException | str) -> Span:
        """An exception, recorded with its stack, or a sentence. One that leaves the block is recorded by itself."""
        try:
            span = self._span
            if span is None or not span.is_recording():
                return self
            if isinstance(error, BaseException):
                span.set_attribute(names.ERROR_TYPE, type(error).__qualname__)
                span.set_status(StatusCode.ERROR, _sentence(error))
                span.record_exception(error)
            else:
                span.set_status(StatusCode.ERROR, str(error))
        except Exception:
            failed("recording an error")
        return self

    def first_token(self) -> Span:
        """Call it when the first part of a streamed reply arrives: now is the time to first token."""
        seconds = (time.time_ns() - self._started) / 1e9 if self._started else None
        return self.set_attributes({names.TIME_TO_FIRST: seconds})

    def _set(self, make: Any) -> Span:
        try:
            span = self._span
            if span is not None and span.is_recording():
                client = active.client
                limit = client.settings.max_value_chars if client is not None else _DEFAULT_LIMIT
                span.set_attributes(make(limit))
        except Exception:
            failed("writing to a span")
        return self


def _sentence(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:10_000]
    except Exception:
        return type(error).__name__


def span(
    name: str,
    *,
    type: str | None = None,  # noqa: A002
    input: Any = _NOTHING,  # noqa: A002
    **metadata: Any,
) -> Span:
    """One step of a trace: `with spanhouse.span("retrieve", type="retriever") as s:`. Works with `async with`, too.

    `type` is one of llm, embedding, agent, chain, tool, retriever, reranker, guardrail, evaluator, prompt, span.
    """
    return Span(name, type=type, input=input, attributes=metadata or None)


def current_span() -> Span:
    """The span around this line, whoever began it: of `observe`, of `span`, of an instrumentation."""
    found = otel_trace.get_current_span()
    return Span.around(found if found.get_span_context().is_valid else None)
