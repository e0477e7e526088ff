"""`observe` on every kind of function: what is recorded, and that the function stays what it was."""

from __future__ import annotations

import asyncio
import inspect
import json
import threading

import pytest
from opentelemetry.trace import get_current_span

import spanhouse

ERROR = 2


def arguments(span):
    return json.loads(span.attributes["input.value"])


def test_a_function(sent):
    @spanhouse.observe
    def ask(question: str, k: int = 3, *rest, **more):
        """Ask."""
        return {"answer": question.upper()}

    assert ask("why", 2, "x", how="so") == {"answer": "WHY"}
    assert (ask.__name__, ask.__doc__, list(inspect.signature(ask).parameters)) == (
        "ask",
        "Ask.",
        ["question", "k", "rest", "more"],
    )
    (span,) = sent()
    assert arguments(span) == {"question": "why", "k": 2, "rest": ["x"], "how": "so"}
    assert json.loads(span.attributes["output.value"]) == {"answer": "WHY"}
    assert span.attributes["output.mime_type"] == "application/json"


def test_with_a_name_a_type_and_flags(sent):
    @spanhouse.observe(name="look up", type="tool", capture_output=False)
    def find(city):
        return "secret"

    find(city="Ulm")
    (span,) = sent()
    assert span.name == "look up"
    assert span.attributes == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "look up",
        "gen_ai.tool.call.arguments": '{"city": "Ulm"}',
    }


def test_methods_leave_out_their_object(sent):
    class Bot:
        @spanhouse.observe
        def method(self, a):
            return a

        @spanhouse.observe
        @classmethod
        def of_class(cls, a):
            return cls

        @staticmethod
        @spanhouse.observe
        def static(a):
            return a

    assert (Bot().method(1), Bot.of_class(2), Bot.static(3)) == (1, Bot, 3)
    assert [arguments(span) for span in sent()] == [{"a": 1}, {"a": 2}, {"a": 3}]


def test_an_exception_is_recorded_and_goes_on(sent):
    @spanhouse.observe
    def fail():
        raise KeyError("missing")

    with pytest.raises(KeyError, match="missing"):
        fail()
    (span,) = sent()
    assert (span.status, span.attributes["error.type"]) == (ERROR, "KeyError")
    ((name, event),) = span.events
    assert (name, event["exception.type"]) == ("exception", "KeyError")
    assert "Traceback" in event["exception.stacktrace"]


def test_a_coroutine_is_the_parent_of_what_it_awaits(sent):
    @spanhouse.observe
    async def inner(n):
        await asyncio.sleep(0)
        return n

    @spanhouse.observe
    async def outer():
        return await asyncio.gather(inner(1), inner(2))

    assert inspect.iscoroutinefunction(outer)
    assert asyncio.run(outer()) == [1, 2]
    spans = sent()
    parent = next(span for span in spans if span.name == "outer")
    assert [span.parent_id for span in spans if span.name == "inner"] == [parent.span_id] * 2


def test_a_cancelled_coroutine_ends_its_span(sent):
    @spanhouse.observe
    async def forever():
        await asyncio.sleep(60)

    async def scene():
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scene())
    assert sent()[0].attributes["error.type"] == "CancelledError"


def test_a_generator(sent):
    @spanhouse.observe(type="llm")
    def stream(prompt):
        got = yield "Hel"
        assert got == "more"
        yield "lo"
        return 7

    assert inspect.isgeneratorfunction(stream)
    running = stream("hi")
    assert next(running) == "Hel"
    assert not get_current_span().is_recording()  # the consumer's code is not inside
    assert running.send("more") == "lo"
    with pytest.raises(StopIteration) as end:
        next(running)
    assert end.value.value == 7
    (span,) = sent()
    assert 0 < span.attributes["gen_ai.response.time_to_first_chunk"] < 60
    assert span.attributes["gen_ai.request.stream"] is True
    assert json.loads(span.attributes["gen_ai.output.messages"]) == [
        {"role": "assistant", "parts": [{"type": "text", "content": "Hello"}]}
    ]


def test_a_generator_that_is_left_early_and_one_that_fails(sent):
    closed = []

    @spanhouse.observe
    def stream(fail):
        try:
            yield {"n": 1}
            if fail:
                raise ValueError("broken")
            yield {"n": 2}
        finally:
            closed.append(fail)

    for _ in stream(False):
        break
    with pytest.raises(ValueError, match="broken"):
        list(stream(True))
    left, failed = sorted(sent(), key=lambda span: span.status)
    assert (left.status, left.attributes["output.value"]) == (0, '[{"n": 1}]')
    assert (failed.status, failed.attributes["output.value"], closed) == (ERROR, '[{"n": 1}]', [False, True])


def test_spans_inside_a_generator_are_its_children(sent):
    @spanhouse.observe
    def stream():
        with spanhouse.span("held over a yield"):
            yield 1
            with spanhouse.span("inner"):
                yield 2
        with spanhouse.span("after"):
            yield 3

    with spanhouse.span("consumer"):
        for n in stream():
            with spanhouse.span(f"between {n}"):
                pass
    spans = {span.name: span for span in sent()}
    name = {span.span_id: span.name for span in spans.values()}
    assert {key: name.get(span.parent_id, "") for key, span in spans.items()} == {
        "consumer": "",
        "stream": "consumer",
        "held over a yield": "stream",
        "inner": "held over a yield",
        "after": "stream",
        "between 1": "consumer",
        "between 2": "consumer",
        "between 3": "consumer",
    }


def test_an_async_generator(sent):
    @spanhouse.observe
    async def stream():
        with spanhouse.span("inner"):
            await asyncio.sleep(0)
            yield "a"
            yield "b"

    async def scene():
        with spanhouse.span("consumer"):
            found = [item async for item in stream()]
            one = stream()
            assert await one.asend(None) == "a"
            await one.aclose()
        return found

    assert inspect.isasyncgenfunction(stream)
    assert asyncio.run(scene()) == ["a", "b"]
    spans = sent()
    assert [span.attributes.get("output.value") for span in spans if span.name == "stream"] == ["ab", "a"]
    streams = {span.span_id for span in spans if span.name == "stream"}
    assert {span.parent_id for span in spans if span.name == "inner"} == streams


def test_a_function_that_gives_a_stream(sent):
    @spanhouse.observe
    def direct():
        return (n for n in range(3))

    async def items():
        yield 1

    @spanhouse.observe
    def indirect():
        return items()

    @spanhouse.observe
    def later():
        return asyncio.sleep(0, "done")

    async def scene():
        return [item async for item in indirect()], await later()

    assert (list(direct()), asyncio.run(scene())) == ([0, 1, 2], ([1], "done"))
    assert [(s.name, s.attributes["output.value"]) for s in sent()] == [
        ("direct", "[0, 1, 2]"),
        ("indirect", "[1]"),
        ("later", "done"),
    ]


def test_recursion_makes_a_tree(sent):
    @spanhouse.observe
    def countdown(n):
        return n if n == 0 else countdown(n - 1)

    countdown(3)
    spans = sent()
    assert len({span.trace_id for span in spans}) == 1
    assert sorted(bool(span.parent_id) for span in spans) == [False, True, True, True]


def test_without_a_client_functions_run_as_they_are():
    @spanhouse.observe
    def double(n):
        return 2 * n

    @spanhouse.observe
    def stream():
        yield from (1, 2)

    assert (double(2), list(stream())) == (4, [1, 2])
    with spanhouse.span("nothing") as s, spanhouse.attributes(session_id="s"):
        s.set_input(1).set_usage(input_tokens=1)
    assert (s.trace_id, spanhouse.score("a", 1), spanhouse.flush().made) == ("", "", 0)


def test_many_threads_at_once(sent):
    @spanhouse.observe
    def work(n):
        return n

    threads = [threading.Thread(target=lambda: [work(n) for n in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({span.span_id for span in sent()}) == 400
