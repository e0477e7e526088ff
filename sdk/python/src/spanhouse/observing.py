"""`@spanhouse.observe`: a function, coroutine, generator or async generator as one span each time it runs."""

from __future__ import annotations

import functools
import inspect
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, Callable, TypeVar, overload

from spanhouse.calls import Call, Plan, begin
from spanhouse.streams import async_items, items

F = TypeVar("F", bound=Callable[..., Any])


@overload
def observe(function: F) -> F: ...
@overload
def observe(
    *,
    name: str | None = None,
    type: str | None = None,
    capture_input: bool | None = None,
    capture_output: bool | None = None,
) -> Callable[[F], F]: ...
def observe(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    type: str | None = None,  # noqa: A002 - the word of the pages
    capture_input: bool | None = None,
    capture_output: bool | None = None,
) -> Any:
    """Record each call: its arguments, result, exception and, for generators, the time to the first item.

    `type` as in `span`; `name` is the function's when not given; the capture flags are those of `init` when not given.
    """
    if function is None:
        return lambda found: _decorated(found, name, type, capture_input, capture_output)
    return _decorated(function, name, type, capture_input, capture_output)


def _decorated(
    function: Any,
    name: str | None,
    span_type: str | None,
    capture_in: bool | None,
    capture_out: bool | None,
) -> Any:
    if isinstance(function, (classmethod, staticmethod)):
        return type(function)(_decorated(function.__func__, name, span_type, capture_in, capture_out))
    if not callable(function) or inspect.isclass(function):
        return function
    plan = Plan(function, name, (span_type or "").lower(), capture_in, capture_out)
    if inspect.isasyncgenfunction(function):
        return functools.wraps(function)(async_items(function, plan))
    if inspect.isgeneratorfunction(function):
        return functools.wraps(function)(items(function, plan))
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            return await _await(function(*args, **kwargs), begin(plan, args, kwargs))

        return awaited
    return _plain(function, plan)


def _plain(function: Any, plan: Plan) -> Any:
    """A function that may still give a generator or a coroutine."""

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        call = begin(plan, args, kwargs)
        if call is None:
            return function(*args, **kwargs)
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            call.fail(error)
            raise
        kind = type(result)  # isinstance would run code of the result's
        if kind is GeneratorType:
            return items(lambda: result, plan, call.pause())()
        if kind is AsyncGeneratorType:
            return async_items(lambda: result, plan, call.pause())()
        if kind is CoroutineType:
            return _await(result, call.pause())
        call.finish(result)
        return result

    return called


async def _await(coroutine: Any, call: Call | None) -> Any:
    if call is None:
        return await coroutine
    call.resume()
    try:
        result = await coroutine
    except BaseException as error:
        call.fail(error)
        raise
    call.finish(result)
    return result


def inside(function: Any, block: Callable[[], Any]) -> Any:
    """The function with every run inside `with block():`, whatever kind of function it is."""
    if inspect.isasyncgenfunction(function):

        @functools.wraps(function)
        async def over_async_items(*args: Any, **kwargs: Any) -> Any:
            with block():
                async for item in function(*args, **kwargs):
                    yield item

        return over_async_items
    if inspect.isgeneratorfunction(function):

        @functools.wraps(function)
        def over_items(*args: Any, **kwargs: Any) -> Any:
            with block():
                return (yield from function(*args, **kwargs))

        return over_items
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with block():
                return await function(*args, **kwargs)

        return awaited

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        with block():
            return function(*args, **kwargs)

    return called
