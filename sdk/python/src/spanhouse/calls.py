"""One run of an observed function: the span around it, what came in and what came out."""

from __future__ import annotations

import inspect
import time
from typing import Any, Callable

from opentelemetry import context as otel_context
from opentelemetry import trace as otel_trace

from spanhouse import active, content, names
from spanhouse.spans import Span
from spanhouse.values import to_text
from spanhouse.warn import failed

_RECEIVERS = ("self", "cls", "mcs")
MAX_ITEMS = 10_000  # of a stream that are kept for its output


class Plan:
    """What is known of a function before it runs."""

    __slots__ = ("attributes", "capture_input", "capture_output", "name", "positional", "rest", "type")

    def __init__(
        self,
        function: Any,
        name: str | None,
        span_type: str,
        capture_input: bool | None,
        capture_output: bool | None,
    ) -> None:
        self.name: str = name or getattr(function, "__name__", "") or type(function).__name__
        self.type = span_type
        self.attributes = names.start_attributes(self.name, span_type)
        self.capture_input, self.capture_output = capture_input, capture_output
        self.positional, self.rest = _parameters(function)

    def arguments(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """By name; the object or class that a method belongs to is left out. Defaults were not given."""
        named = {name: value for name, value in zip(self.positional, args) if name}
        if len(args) > len(self.positional):
            named[self.rest] = list(args[len(self.positional) :])
        named.update(kwargs)
        return named


def _parameters(function: Callable[..., Any]) -> tuple[list[str], str]:
    """(names of positional parameters, "" for self; the name of *args)."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return [], "args"
    positional = [p.name for p in found if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if positional and positional[0] in _RECEIVERS:
        positional[0] = ""
    return positional, next((p.name for p in found if p.kind is p.VAR_POSITIONAL), "args")


def begin(plan: Plan, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call | None:
    """The call's span, begun and current; None when nothing is recorded. Never raises."""
    client = active.client
    if client is None or client.tracer is None:
        return None
    try:
        call = Call(plan, client.tracer.start_span(plan.name, attributes=plan.attributes), client.settings)
    except Exception:
        failed("observing a call")
        return None
    try:
        wanted = plan.capture_input if plan.capture_input is not None else client.settings.capture
        if wanted and call.recording:
            call.write(content.input_of(plan.type, plan.arguments(args, kwargs), call.limit))
    except Exception:
        failed("observing arguments")
    return call


class Call:
    __slots__ = (
        "capture", "context", "count", "first_at", "limit", "parts", "plan", "recording", "size", "span", "started",
        "texts", "token",
    )  # fmt: skip

    def __init__(self, plan: Plan, span: Any, settings: Any) -> None:
        self.plan, self.span = plan, span
        self.started = time.perf_counter()
        self.first_at: float | None = None
        self.recording = span.is_recording()
        self.capture = plan.capture_output if plan.capture_output is not None else settings.capture
        self.limit = settings.max_value_chars
        self.context = otel_trace.set_span_in_context(span)
        self.token: Any = None
        self.parts: list[str] = []
        self.size = self.count = 0
        self.texts = True
        self.resume()

    # --- the span is current while the function's own code runs -------------------------------------------------------

    def resume(self) -> None:
        if self.token is None:
            self.token = otel_context.attach(self.context)

    def pause(self) -> Call:
        """The consumer's code runs now; what the function has attached meanwhile is kept for it."""
        if self.token is not None:
            self.context = otel_context.get_current()
            otel_context.detach(self.token)
            self.token = None
        return self

    # --- what it gave -------------------------------------------------------------------------------------------------

    def item(self, value: Any) -> None:
        """One item of a stream."""
        try:
            if self.first_at is None:
                self.first_at = time.perf_counter()
            self.count += 1
            if self.recording and self.capture and self.size < self.limit and len(self.parts) < MAX_ITEMS:
                if type(value) is not str and self.texts:
                    self.parts = [to_text([text], self.limit)[1:-1] for text in self.parts]
                    self.texts = False
                text = value if self.texts else to_text([value], self.limit)[1:-1]
                self.parts.append(text)
                self.size += len(text)
        except Exception:
            failed("observing an item")

    def finish_stream(self) -> None:
        try:
            if self.recording and self.first_at is not None:
                self.write({names.TIME_TO_FIRST: self.first_at - self.started})
                if self.plan.type == "llm":
                    self.write({names.STREAM: True})
            if self.recording and self.capture and self.parts:
                left = self.count - len(self.parts)
                more = f"… [{left} more items]" if left else ""
                if self.texts:
                    self.write(content.output_of(self.plan.type, "".join(self.parts) + more, self.limit))
                else:
                    text = "[" + ", ".join(self.parts) + (f', "{more}"' if more else "") + "]"
                    self.write({names.OUTPUT: text, names.OUTPUT_MIME: content.JSON})
        except Exception:
            failed("observing a stream")
        self._end()

    def finish(self, result: Any) -> None:
        try:
            if self.recording and self.capture and result is not None:
                self.write(content.output_of(self.plan.type, result, self.limit))
        except Exception:
            failed("observing a result")
        self._end()

    def fail(self, error: BaseException) -> None:
        if not isinstance(error, GeneratorExit):
            Span.around(self.span).set_error(error)
        if self.count:
            self.finish_stream()
        else:
            self._end()

    def write(self, attributes: dict[str, Any]) -> None:
        self.span.set_attributes(attributes)

    def _end(self) -> None:
        try:
            if self.token is not None:
                otel_context.detach(self.token)
                self.token = None
            self.span.end()
        except Exception:
            failed("ending a span")
