"""Generators and async generators with a span around them: current while their own code runs, not while the consumer's
does. Everything a consumer can do with a generator (send, throw, close) reaches the observed one."""

from __future__ import annotations

from typing import Any, Callable

from spanhouse.calls import Call, Plan, begin


def items(function: Callable[..., Any], plan: Plan, begun: Call | None = None) -> Callable[..., Any]:
    """A generator function that drives what `function` gives. `begun`: its call has begun already."""

    def over_items(*args: Any, **kwargs: Any) -> Any:
        source = function(*args, **kwargs)
        call = begun or begin(plan, args, kwargs)
        if call is None:
            return (yield from source)
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            call.resume()
            try:
                item = source.send(sent) if thrown is None else source.throw(thrown)
            except StopIteration as end:
                call.finish_stream()
                return end.value
            except BaseException as error:
                call.fail(error)
                raise
            call.pause()
            call.item(item)
            sent, thrown = None, None
            try:
                sent = yield item
            except GeneratorExit:
                call.resume()
                try:
                    source.close()
                except BaseException as error:
                    call.fail(error)
                    raise
                call.finish_stream()
                raise
            except BaseException as error:
                thrown = error

    return over_items


def async_items(function: Callable[..., Any], plan: Plan, begun: Call | None = None) -> Callable[..., Any]:
    """The same for async generators."""

    async def over_async_items(*args: Any, **kwargs: Any) -> Any:
        source = function(*args, **kwargs)
        call = begun or begin(plan, args, kwargs)
        sent: Any = None
        thrown: BaseException | None = None
        while True:
            if call is not None:
                call.resume()
            try:
                item = await (source.asend(sent) if thrown is None else source.athrow(thrown))
            except StopAsyncIteration:
                if call is not None:
                    call.finish_stream()
                return
            except BaseException as error:
                if call is not None:
                    call.fail(error)
                raise
            if call is not None:
                call.pause()
                call.item(item)
            sent, thrown = None, None
            try:
                sent = yield item
            except GeneratorExit:
                await _close(source, call)
                raise
            except BaseException as error:
                thrown = error

    return over_async_items


async def _close(source: Any, call: Call | None) -> None:
    if call is not None:
        call.resume()
    try:
        await source.aclose()
    except BaseException as error:
        if call is not None:
            call.fail(error)
        raise
    if call is not None:
        call.finish_stream()
