"""The ticket classifier: a batch every night, some hundred short calls under one span."""

from __future__ import annotations

from random import Random

from backend.demo.calendar import Calendar
from backend.demo.llms import GPT_BATCH, Conversation, Reply, text_part
from backend.demo.steps import Made, Verdict, rate_limited, typed
from backend.demo.texts import data, fill, weighted
from backend.demo.tracing import SECOND, Service, Trace, as_json

LANES = 8
REVIEWER = "rosa.m@acme.example"


def night(name: str, start_ns: int, calendar: Calendar, tickets: int) -> Made:
    """All tickets of a day, eight at a time."""
    random = Random(name)
    trace = Trace(name, calendar.anchor_ns, start_ns, Service("ticket-classifier", "0.8.1", host="batch-01"), random)
    counts: dict[str, int] = {}
    attributes = typed(
        "chain",
        **{
            "gen_ai.workflow.name": "ticket-classifier",
            "spanhouse.trace.name": "ticket-classifier",
            "spanhouse.tags": ["batch", "nightly"],
        },
    )
    with trace.span("classify_tickets", attributes, scope="acme.batch") as root:
        trace.wait(800)
        lanes = [trace.now] * LANES
        for _ in range(tickets):
            lane = lanes.index(min(lanes))
            trace.now = lanes[lane]
            category = _classify(trace)
            counts[category] = counts.get(category, 0) + 1
            lanes[lane] = trace.now
        trace.now = max(lanes)
        root.set({"input.value": as_json({"queue": "support", "tickets": tickets}), "output.value": as_json(counts)})
    checked = random.sample([span for span in trace.spans[1:] if not span.error], min(4, tickets))
    later = trace.now + 7 * 3600 * SECOND
    scores = [
        Verdict("correct", random.random() < 0.92, "human", later + n * 40 * SECOND, span.hex_id, author=REVIEWER)
        for n, span in enumerate(checked)
        if later < calendar.anchor_ns
    ]
    return Made(trace, scores)


def _classify(trace: Trace) -> str:
    random = trace.random
    kind = weighted(random, data("tickets")["ticket"])
    item = random.choice(data("shop")["product"])["name"].split(",")[0]
    slots = {"order": f"A-{random.randint(101_000, 118_999)}", "item": item, "days": random.randint(2, 12)}
    talk = Conversation(GPT_BATCH, data("tickets")["system"], temperature=0.0, max_tokens=60)
    talk.request["gen_ai.output.type"] = "json"
    talk.extra = {"gen_ai.prompt.name": "ticket-classifier", "gen_ai.prompt.version": "3"}
    talk.user(fill(random.choice(kind["texts"]), slots))
    if random.random() < 0.012:
        rate_limited(trace, talk)
    talk.call(trace, Reply([text_part(as_json(kind["labels"]))]))
    trace.wait(20)
    category: str = kind["labels"]["category"]
    return category
