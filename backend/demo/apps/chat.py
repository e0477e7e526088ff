"""The staff's chat: streamed answers of several models, with the time to the first token."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from backend.demo import people
from backend.demo.calendar import Calendar
from backend.demo.llms import GPT_THINKING, MISTRAL, OWN, Conversation, Reply, text_part
from backend.demo.steps import Made, Verdict, rate_limited
from backend.demo.texts import data, photo
from backend.demo.tracing import SECOND, SERVER, Service, Trace, Value

BLOCKED = "The response was filtered due to the prompt triggering the provider's content management policy."


def talk(name: str, start_ns: int, calendar: Calendar) -> Iterator[Made]:
    """The traces of one conversation: a request to the chat's API each."""
    random = Random(name)
    story = random.choice(data("chat")["talk"])
    user = people.customer(random, "en").user_id
    llm = GPT_THINKING if story.get("image") else random.choice((GPT_THINKING, GPT_THINKING, MISTRAL, OWN))
    session = f"chat-{Random(name + '/session').getrandbits(40):010x}"
    conversation = Conversation(llm, data("chat")["system"], temperature=1.0, max_tokens=2048, stream=True)
    conversation.extra = {"gen_ai.conversation.id": session}
    if story.get("json"):
        conversation.extra["gen_ai.output.type"] = "json"
    turns = story["turns"][: random.randint(1, len(story["turns"]))]
    at = start_ns
    for number, (said, answer) in enumerate(turns):
        if at > calendar.anchor_ns - 90 * SECOND:
            return
        conversation.user(said, *([photo()] if story.get("image") else []))
        made = _request(f"{name}/{number}", at, calendar, conversation, user, session, said, answer)
        if number == 0:
            _title(made.trace, said, story)
        yield made
        at = made.trace.now + int(random.uniform(12, 150) * SECOND)


def _request(
    name: str,
    at_ns: int,
    calendar: Calendar,
    conversation: Conversation,
    user: str,
    session: str,
    said: str,
    answer: str,
) -> Made:
    random = Random(name)
    trace = Trace(
        name, calendar.anchor_ns, at_ns, Service("chat-web", "5.2.0" if at_ns < calendar.drift[1] else "5.3.0"), random
    )
    attributes: dict[str, Value] = {
        "spanhouse.trace.name": "chat",
        "http.request.method": "POST",
        "http.route": "/api/chat",
        "url.path": "/api/chat",
        "user.id": user,
        "session.id": session,
        "tenant": "acme-staff",
        "spanhouse.tags": ["chat", "internal"],
        "input.value": said,
    }
    scores: list[Verdict] = []
    with trace.span("POST /api/chat", attributes, kind=SERVER, scope="opentelemetry.instrumentation.asgi") as root:
        trace.wait(18)
        if random.random() < 0.01:
            rate_limited(trace, conversation)
        thinking = random.choice((64, 128, 192, 320, 640)) if conversation.llm is GPT_THINKING else 0
        finish = "stop"
        if random.random() < 0.004:
            finish, answer = "content_filter", BLOCKED
        elif len(answer) > 1200 and random.random() < 0.25:
            finish, answer = "length", answer[:1100]
        conversation.call(trace, Reply([text_part(answer)], finish=finish, thinking=thinking, streamed=True))
        root.set({"http.response.status_code": 200, "output.value": answer})
    if random.random() < 0.08:
        after = trace.now + int(random.uniform(4, 40) * SECOND)
        scores.append(
            Verdict(
                "thumbs_up", finish == "stop" and random.random() < 0.86, "user", after, author="chat", user_id=user
            )
        )
    return Made(trace, scores)


def _title(trace: Trace, said: str, story: dict[str, Any]) -> None:
    """A small model of Acme's own names the conversation, after the answer was sent."""
    asked = Conversation(OWN, data("chat")["title_system"], temperature=0.2, max_tokens=16)
    asked.user(said)
    root = trace.spans[0]
    with trace.inside(root):
        asked.call(trace, Reply([text_part(story["title"])]))
