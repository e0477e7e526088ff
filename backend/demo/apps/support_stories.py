"""What the customers of the support agent want: conversations made of intents, before any of it is traced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from backend.demo import people, shop
from backend.demo.people import Person
from backend.demo.shop import Order
from backend.demo.texts import data, fill, weighted


@cache
def intents() -> list[dict[str, Any]]:
    return [{"language": "en", **one} for one in data("support_en")["intent"]] + data("support_world")["intent"]


@dataclass(frozen=True)
class Turn:
    """What the customer says, what the agent does and answers."""

    question: str
    answer: str
    intent: Mapping[str, Any]
    tools: tuple[str, ...] = ()
    more: str = ""
    image: bool = False
    query: str = ""
    articles: tuple[str, ...] = ()


@dataclass
class Session:
    name: str
    random: Random
    person: Person
    order: Order
    intent: Mapping[str, Any]
    turns: list[Turn]
    environment: str


def new_session(name: str, start_ns: int) -> Session:
    random = Random(name)
    intent = weighted(random, intents())
    person = people.customer(random, intent["language"])
    order = shop.order_of(random, person, intent["status"], start_ns, intent.get("products", ()))
    environment = "staging" if random.random() < 0.06 else "production"
    return Session(name, random, person, order, intent, _turns(random, intent, order), environment)


def _turns(random: Random, intent: Mapping[str, Any], order: Order) -> list[Turn]:
    slots = order.slots()
    chosen = random.randrange(len(intent["questions"]))
    by_question = intent.get("answers_by_question")
    answer = by_question[chosen] if by_question else random.choice(intent["answers"])
    turns = [_first(intent, chosen, fill(answer, slots), slots)]
    if random.random() < 0.55:
        turns += [Turn(fill(said, slots), fill(reply, slots), intent) for said, reply in intent["follow"]]
    if intent["language"] == "en":
        if random.random() < 0.22:
            turns.append(_other_matter(random, order))
        if random.random() < 0.3:
            said, reply = random.choice(data("support_texts")["closing"])
            turns.append(Turn(said, reply, intent))
    return turns[:6]


def _first(intent: Mapping[str, Any], chosen: int, answer: str, slots: Mapping[str, object], before: str = "") -> Turn:
    """The turn that an intent begins with; `chosen` is the place of its question."""
    queries, articles = intent.get("query_by_question"), intent.get("articles_by_question")
    return Turn(
        before + fill(intent["questions"][chosen], slots),
        answer,
        intent,
        tuple(intent["tools"]),
        fill(intent["more"], slots),
        image=intent.get("image", False),
        query=queries[chosen] if queries else intent.get("query", ""),
        articles=(articles[chosen],) if articles else tuple(intent.get("articles", ())),
    )


def _other_matter(random: Random, order: Order) -> Turn:
    """A second question about the same order."""
    wanted = random.choice(["invoice_copy", "product_question"])
    intent = next(one for one in intents() if one["name"] == wanted)
    chosen = random.randrange(len(intent["questions"]))
    answers = intent.get("answers_by_question") or intent["answers"]
    answer = answers[chosen % len(answers)]
    slots = order.slots()
    return _first(intent, chosen, fill(answer, slots), slots, before="One more thing: ")
