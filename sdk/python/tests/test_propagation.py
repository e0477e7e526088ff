"""Attributes for everything inside a block: nested, in tasks and threads, over processes by baggage."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import spanhouse
from spanhouse import threads


def step(name):
    with spanhouse.span(name):
        pass


def attributes_of(spans):
    return {span.name: span.attributes for span in spans}


def test_blocks_add_up_and_end(sent):
    with spanhouse.attributes(session_id="s", tags=["a"], tier="gold"):
        step("outer")
        with spanhouse.attributes(user_id="u", tags=["b", "a"], tier="silver", trace_name="chat"):
            step("inner")
        step("outer again")
    step("after")
    found = attributes_of(sent())
    assert found["outer"] == found["outer again"] == {"session.id": "s", "tag.tags": ["a"], "tier": "gold"}
    assert found["inner"] == {
        "session.id": "s",
        "user.id": "u",
        "tag.tags": ["a", "b"],
        "tier": "silver",
        "spanhouse.trace.name": "chat",
    }
    assert found["after"] == {}


def test_a_spans_own_attribute_wins(client, collector):
    own = client.tracer.start_as_current_span("own", attributes={"session.id": "own"})
    with spanhouse.attributes(session_id="around"), own:
        pass
    spanhouse.flush()
    assert collector.span("own").attributes == {"session.id": "own"}


def test_as_a_decorator_of_every_kind_of_function(sent):
    block = spanhouse.attributes(session_id="s")

    @block
    def plain():
        step("plain")

    @block
    async def awaited():
        step("awaited")

    @block
    def items():
        step("items")
        yield 1

    plain()
    asyncio.run(awaited())
    assert list(items()) == [1]
    assert {span.attributes["session.id"] for span in sent()} == {"s"}


def test_tasks_of_one_loop_keep_apart(sent):
    async def conversation(name):
        async with spanhouse.attributes(session_id=name):
            await asyncio.sleep(0)
            step(name)

    async def scene():
        await asyncio.gather(*(conversation(str(n)) for n in range(20)))

    asyncio.run(scene())
    assert all(span.attributes["session.id"] == span.name for span in sent())


def test_threads_inside_and_pools_that_outlive_the_block(sent):
    with ThreadPoolExecutor(1) as pool:
        with spanhouse.span("root") as root, spanhouse.attributes(session_id="s"):
            thread = threading.Thread(target=step, args=("thread",))
            thread.start()
            thread.join()
            pool.submit(step, "pool").result()
        pool.submit(step, "after").result()
    spans = {span.name: span for span in sent()}
    for name in ("thread", "pool"):
        assert (spans[name].parent_id, spans[name].attributes["session.id"]) == (root.span_id, "s")
    assert (spans["after"].parent_id, spans["after"].attributes) == ("", {})


def test_subclasses_and_timers_are_threads_too(sent):
    class Mine(threading.Thread):
        def run(self):
            step("mine")

    with spanhouse.attributes(session_id="s"):
        started = [Mine(), threading.Timer(0.01, step, ("timer",))]
        for thread in started:
            thread.start()
    for thread in started:
        thread.join()
    assert {span.attributes["session.id"] for span in sent()} == {"s"}
    assert "run" not in vars(started[0])


def test_threads_can_be_left_alone(start, collector):
    start(threads=False)
    assert threading.Thread.start is threads._start
    with spanhouse.attributes(session_id="s"):
        for name, target in (("bare", step), ("wrapped", spanhouse.wrap(step))):
            thread = threading.Thread(target=target, args=(name,))
            thread.start()
            thread.join()
    spanhouse.flush()
    found = attributes_of(collector.spans())
    assert (found["bare"], found["wrapped"]) == ({}, {"session.id": "s"})


def test_the_threads_are_given_back(client):
    assert threading.Thread.start is not threads._start
    client.replaced()
    assert threading.Thread.start is threads._start
    assert ThreadPoolExecutor.submit is threads._submit


def test_another_process_goes_on_with_the_trace(sent):
    told = spanhouse.attributes(session_id="s ü", tags=["a,b", "c"], baggage=True, tier="gold")
    with told, spanhouse.attributes(user_id="stays here"), spanhouse.span("caller") as caller:
        headers = spanhouse.inject({"accept": "*/*"})
    assert set(headers) == {"accept", "traceparent", "baggage"}
    assert "stays" not in headers["baggage"]
    with spanhouse.remote({name.title(): value for name, value in headers.items()}):
        step("callee")
    spans = {span.name: span for span in sent()}
    assert (spans["callee"].trace_id, spans["callee"].parent_id) == (caller.trace_id, caller.span_id)
    assert spans["callee"].attributes == {"session.id": "s ü", "tag.tags": ["a,b", "c"], "tier": "gold"}


def test_baggage_of_others_is_not_taken(sent):
    with spanhouse.remote({"baggage": "session.id=s,gen_ai.request.model=evil,x=1"}):
        step("x")
    assert sent()[0].attributes == {"session.id": "s"}


def test_headers_that_make_no_sense(sent):
    with spanhouse.remote({"traceparent": "nonsense", "baggage": "===", "n": "1"}):
        step("x")
    assert sent()[0].parent_id == ""
