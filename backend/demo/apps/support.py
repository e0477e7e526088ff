"""The support agent: conversations of one to six turns with tools and retrieval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from backend.demo import people, shop
from backend.demo.apps.support_stories import Session, Turn, new_session
from backend.demo.calendar import Calendar
from backend.demo.llms import SONNET, Conversation, Reply, call_part, text_part
from backend.demo.steps import Made, Verdict, guardrail, judge, near, rate_limited, retrieve, typed
from backend.demo.texts import data, failure, photo
from backend.demo.tracing import SECOND, Service, Trace, Value, as_json

MINUTE = 60 * SECOND
# Share of calls that time out in the incident, and how much longer the others take.
INCIDENT_TIMEOUTS, INCIDENT_SLOW = 0.35, 6.0


@cache
def tool_definitions() -> str:
    return as_json([{"type": "function", **tool} for tool in data("support_texts")["tool"]])


def session(name: str, start_ns: int, calendar: Calendar) -> Iterator[Made]:
    """The traces of one conversation, a turn each."""
    story = new_session(name, start_ns)
    history: list[tuple[str, str]] = []
    at = start_ns
    for number, turn in enumerate(story.turns):
        if at > calendar.anchor_ns - 3 * MINUTE:
            return
        made = _Run(story, number, turn, history, at, calendar).run()
        yield made
        if made.trace.spans[0].error:
            return
        history.append((turn.question, turn.answer))
        at = made.trace.now + int(story.random.uniform(15, 240) * SECOND)


class _Run:
    """One turn."""

    def __init__(
        self, story: Session, number: int, turn: Turn, history: list[tuple[str, str]], at_ns: int, calendar: Calendar
    ) -> None:
        self.story, self.turn, self.number = story, turn, number
        self.random = Random(f"{story.name}/{number}")
        self.version = calendar.prompt_version(at_ns)
        self.incident = calendar.in_incident(at_ns)
        release = calendar.release(at_ns)
        service = Service("support-api", release, story.environment)
        self.trace = Trace(f"{story.name}/{number}", calendar.anchor_ns, at_ns, service, self.random)
        system = data("support_texts")[f"system_{self.version}"]
        self.talk = Conversation(SONNET, system, tool_definitions(), temperature=0.3, max_tokens=1024)
        self.talk.extra = {
            "gen_ai.conversation.id": self.session_id,
            "gen_ai.prompt.name": "support-agent",
            "gen_ai.prompt.version": str(self.version),
        }
        if self.random.random() < 0.8:
            self.talk.warm()
        for said, reply in history:
            self.talk.user(said)
            self.talk.add("assistant", text_part(reply))
        self.scores: list[Verdict] = []

    @property
    def session_id(self) -> str:
        return f"sess-{self.story.name.rpartition('/')[2]}-{self.story.order.number[2:]}"

    def run(self) -> Made:
        injected = self.number == 0 and self.random.random() < 0.008
        question = data("support_texts")["injection"] if injected else self.turn.question
        pictures = [photo()] if self.turn.image and not injected else []
        said: list[dict[str, Any]] = [{"role": "user", "parts": [text_part(question), *pictures]}]
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "support-agent",
            "gen_ai.agent.id": "agt-support",
            "gen_ai.agent.version": self.trace.service.release,
            "spanhouse.trace.name": "support-agent",
            "session.id": self.session_id,
            "spanhouse.tags": self._tags(),
            "channel": self.random.choice(("web", "web", "app", "e-mail")),
            **self.story.person.attributes(),
            "gen_ai.input.messages": as_json(said),
        }
        with self.trace.span("invoke_agent support-agent", attributes, scope="acme.support") as root:
            guardrail(
                self.trace, question, passed=not injected, reason="instruction to reveal the prompt" if injected else ""
            )
            if injected:
                answer = data("support_texts")["blocked"]
            else:
                self._prompt()
                self.talk.user(question, *pictures)
                answer = self._answer()
            if answer is None:
                answer = data("support_texts")["apology"]
                root.error = "The model did not answer: Request timed out."
                root.set({"error.type": "APITimeoutError"})
            if not root.error and not injected:
                guardrail(self.trace, answer, passed=True, side="output")
            output = [{"role": "assistant", "parts": [text_part(answer)], "finish_reason": "stop"}]
            root.set({"gen_ai.output.messages": as_json(output)})
            if not root.error and not injected and self.random.random() < 0.16:
                self._judge(question, answer)
        self._people_say(failed=bool(root.error))
        return Made(self.trace, self.scores)

    def _prompt(self) -> None:
        """The prompt is fetched and filled in before the first call."""
        slots = {"language": self.story.intent["language"], "plan": self.story.person.plan}
        attributes = typed(
            "prompt", **{"gen_ai.prompt.name": "support-agent", "gen_ai.prompt.version": str(self.version)}
        )
        with self.trace.span("render prompt support-agent", attributes, scope="acme.prompts") as span:
            self.trace.wait(4)
            text = data("support_texts")[f"system_{self.version}"].strip()
            span.set({"input.value": as_json(slots), "output.value": text})

    def _tags(self) -> list[str]:
        tags = [self.turn.intent["tag"], self.story.intent["language"]]
        return [*tags, "vip"] if self.story.person.plan == "pro" else tags

    def _answer(self) -> str | None:
        """Tool calls as planned, then the answer; None when the model cannot be reached."""
        tools = list(self.turn.tools)
        # Looking up and searching are asked for at once, the others one after the other.
        first = [tool for tool in tools if tool in ("lookup_order", "search_knowledge")]
        steps = [step for step in (first, *([tool] for tool in tools if tool not in first)) if step]
        again: list[str] = []
        for step in steps:  # grows when a tool has failed: the model asks for it once more
            number = len(self.trace.spans)
            calls = [(tool, "toolu_" + self.trace.digest(f"{tool} {number}", 9).hex()) for tool in step]
            parts = [call_part(call_id, tool, self._arguments(tool)) for tool, call_id in calls]
            if not self._call(Reply(parts, finish="tool_call")):
                return None
            for tool, call_id in calls:
                if not self._use(tool, call_id):
                    again.append(tool)
            steps += [[tool] for tool in again]
            again.clear()
        answer = self._long(self.turn.answer) if self.version == 14 else self.turn.answer
        finish = "stop"
        if self.random.random() < 0.006:
            finish, answer = ("length", answer[: len(answer) * 2 // 3])
        return answer if self._call(Reply([text_part(answer)], finish=finish)) else None

    def _long(self, answer: str) -> str:
        if not self.turn.more:
            return answer
        extra = [self.turn.more]
        if self.story.intent["language"] == "en":
            extra.append(self.random.choice(data("support_texts")["rambling"]))
        return "\n\n".join([answer, *extra])

    def _call(self, reply: Reply) -> bool:
        """With one retry; in the incident the provider is slow or does not answer."""
        if self.incident:
            if self.random.random() < INCIDENT_TIMEOUTS:
                self.talk.fail(self.trace, failure("timeout"), 30_000)
                if self.random.random() < 0.45 or self.random.random() < INCIDENT_TIMEOUTS:
                    return False
            reply = replace(reply, slow=INCIDENT_SLOW)
        elif self.random.random() < 0.007:
            rate_limited(self.trace, self.talk)
        elif self.random.random() < 0.002:
            self.talk.fail(self.trace, failure("timeout"), 30_000)
            if self.random.random() < 0.4:
                return False
        self.talk.call(self.trace, reply)
        return True

    def _arguments(self, tool: str) -> Mapping[str, object]:
        if tool == "search_knowledge":
            return {"query": self._query(), "top_k": 5}
        return shop.TOOLS[tool](self.story.order)[0]

    def _query(self) -> str:
        return self.turn.query or self.turn.question

    def _use(self, tool: str, call_id: str) -> bool:
        """The tool's span, and its result for the model; False when it failed."""
        attributes: dict[str, Value] = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": call_id,
            "gen_ai.tool.call.arguments": as_json(self._arguments(tool)),
        }
        with self.trace.span(f"execute_tool {tool}", attributes, scope="acme.support") as span:
            broken = self._breaks(tool)
            if broken:
                self.trace.wait(5_000, 0.02)
                span.fail(failure(broken, self.story.order.slots()), self.trace.now)
                self.talk.result(call_id, {"error": span.error})
                return False
            result = self._search() if tool == "search_knowledge" else shop.TOOLS[tool](self.story.order)[1]
            self.trace.wait({"track_shipment": 420, "refund_order": 650, "search_knowledge": 15}.get(tool, 90))
            span.set({"gen_ai.tool.call.result": as_json(result)})
        self.talk.result(call_id, result)
        return True

    def _breaks(self, tool: str) -> str:
        chances = {"lookup_order": ("orders", 0.012), "track_shipment": ("carrier", 0.03)}
        name, chance = chances.get(tool, ("", 0.0))
        return name if self.random.random() < chance else ""

    def _search(self) -> object:
        articles = data("knowledge")["article"]
        best = [one for one in articles if one["id"] in self.turn.articles]
        near_by = [one for one in articles if one["topic"] == self.turn.intent["topic"] and one not in best]
        others = [one for one in articles if one not in best and one not in near_by]
        found = [*best, *self.random.sample(near_by, 1), *self.random.sample(others, 4 - len(best))]
        retrieve(self.trace, self._query(), found, "help-centre")
        return [{"id": one["id"], "title": one["title"], "text": one["text"]} for one in found[:3]]

    def _judge(self, question: str, answer: str) -> None:
        texts, drifted = data("support_texts"), self.version == 14
        for name, system, good, bad, usual in (
            ("faithfulness", "judge_system", "judge_good", "judge_bad", 0.93),
            ("helpfulness", "helpful_system", "helpful_good", "helpful_bad", 0.88),
        ):
            score = near(self.random, usual - (0.22 if drifted else 0.0), 0.07)
            reason = self.random.choice(texts[good if score >= 0.78 else bad])
            self.scores.append(judge(self.trace, name, texts[system], question, answer, score, reason)[1])

    def _people_say(self, *, failed: bool) -> None:
        texts, drifted = data("support_texts"), self.version == 14
        after = self.trace.now + int(self.random.uniform(5, 90) * SECOND)
        if self.random.random() < (0.28 if drifted else 0.15):
            good = not failed and self.random.random() < (0.38 if drifted else 0.9)
            comments = texts["thumbs_up_comments" if good else "thumbs_down_comments"][self.story.intent["language"]]
            comment = self.random.choice(comments) if (good or drifted) and self.random.random() < 0.35 else ""
            self.scores.append(
                Verdict(
                    "thumbs_up",
                    good,
                    "user",
                    after,
                    comment=comment,
                    author="shop widget",
                    user_id=self.story.person.user_id,
                )
            )
        if self.random.random() < 0.022 and not failed:
            label = self.random.choice(
                ["too_long", "too_long", "good", "tone"]
                if drifted
                else ["good"] * 6 + ["wrong_policy", "wrong_tool", "tone"]
            )
            author, later = people.reviewer(self.random), after + 35 * MINUTE
            note = texts["reviewer_notes"][label]
            self.scores.append(
                Verdict("correct", label not in ("wrong_policy", "wrong_tool"), "human", later, author=author)
            )
            self.scores.append(Verdict("category", label, "human", later, comment=note, author=author))
