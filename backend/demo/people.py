"""The customers of the example: who they are, what language they write in, what plan they pay for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from backend.demo.texts import data
from backend.demo.tracing import Value

COUNT = 420


@dataclass(frozen=True)
class Person:
    user_id: str
    language: str
    tenant: str
    region: str
    plan: str

    def attributes(self) -> dict[str, Value]:
        return {"user.id": self.user_id, "tenant": self.tenant, "plan": self.plan, "region": self.region}


@cache
def customers() -> dict[str, list[Person]]:
    """By language."""
    random = Random("customers")
    found: dict[str, list[Person]] = {}
    known: set[str] = set()
    groups = data("people")["group"]
    for group in random.choices(groups, [group["weight"] for group in groups], k=COUNT):
        user_id = f"{random.choice(group['names'])}.{random.choice(data('people')['initials'])}"
        if user_id in known:
            continue
        known.add(user_id)
        tenant = random.choice(group["tenants"])
        person = Person(
            user_id, group["language"], tenant, group["regions"][tenant], random.choice(data("people")["plans"])
        )
        found.setdefault(person.language, []).append(person)
    return found


def customer(random: Random, language: str) -> Person:
    """Some write often: the first ones of the list."""
    people = customers()[language]
    return people[min(int(random.expovariate(1 / (len(people) / 3))), len(people) - 1)]


def developer(random: Random) -> str:
    return random.choice(data("people")["staff"]["developers"])


def reviewer(random: Random) -> str:
    return random.choice(data("people")["staff"]["reviewers"])
