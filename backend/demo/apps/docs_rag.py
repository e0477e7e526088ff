"""Questions of developers about the shop's API: a RAG pipeline with retrieval, answer and a judge."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from backend.demo.calendar import Calendar
from backend.demo.llms import GEMINI, GEMINI_NEXT, MISTRAL, Conversation, Llm, Reply, text_part
from backend.demo.steps import Made, Verdict, judge, near, rate_limited, retrieve, typed
from backend.demo.texts import data, failure
from backend.demo.tracing import SECOND, Service, Trace, Value

PARTNERS = ("northpeak", "kitstore", "fjell-og-sjo", "rentagear", "campingwelt", "outfitters-co")


@cache
def documents() -> dict[str, dict[str, Any]]:
    return {document["id"]: document for document in data("docs_rag")["doc"]}


def question(name: str, start_ns: int, calendar: Calendar) -> Made:
    """One question, from the search box of the documentation."""
    random = Random(name)
    asked = random.choice(data("docs_rag")["qa"])
    text = random.choice(asked["questions"])
    partner = random.choice(PARTNERS)
    service = Service("docs-search", "1.14.2" if start_ns < calendar.drift[0] else "1.14.3")
    trace = Trace(name, calendar.anchor_ns, start_ns, service, random)
    attributes: dict[str, Value] = typed(
        "chain",
        **{
            "gen_ai.workflow.name": "docs-rag",
            "spanhouse.trace.name": "docs-rag",
            "user.id": f"{partner}-dev",
            "tenant": partner,
            "spanhouse.tags": ["docs", "public"],
            "input.value": text,
        },
    )
    scores: list[Verdict] = []
    with trace.span("answer_question", attributes, scope="acme.rag") as root:
        query = _rewritten(trace, text, asked["query"]) if random.random() < 0.5 else text
        found = [documents()[one] for one in asked["docs"]]
        others = [one for one in documents().values() if one not in found]
        if random.random() < 0.006:
            _lost_connection(trace, query)
            root.error = "couldn't get a connection from the pool after 5.00 sec"
            return Made(trace)
        retrieve(trace, query, [*found, *random.sample(others, 3)], "shop-api-docs")
        answer = _answer(trace, text, found, calendar)
        root.set({"output.value": answer})
        if random.random() < 0.4:
            doubtful = random.random() < 0.1
            score = near(random, 0.55 if doubtful else 0.93)
            reason = random.choice(data("docs_rag")["bad" if score < 0.75 else "good"])
            scores.append(
                judge(trace, "faithfulness", data("docs_rag")["judge_system"], text, answer, score, reason)[1]
            )
    if random.random() < 0.07:
        after = trace.now + int(random.uniform(10, 60) * SECOND)
        scores.append(
            Verdict("thumbs_up", random.random() < 0.84, "user", after, author="docs site", user_id=f"{partner}-dev")
        )
    return Made(trace, scores)


def _model(trace: Trace, calendar: Calendar) -> Llm:
    """From the day of drift on another model answers under the same name."""
    return GEMINI_NEXT if trace.now >= calendar.drift[0] else GEMINI


def _rewritten(trace: Trace, text: str, query: str) -> str:
    talk = Conversation(MISTRAL, data("docs_rag")["rewrite_system"], temperature=0.0, max_tokens=40)
    talk.user(text)
    talk.call(trace, Reply([text_part(query)]))
    return query


def _answer(trace: Trace, text: str, found: list[dict[str, Any]], calendar: Calendar) -> str:
    asked = next(one for one in data("docs_rag")["qa"] if text in one["questions"])
    talk = Conversation(_model(trace, calendar), data("docs_rag")["system"], temperature=0.2, max_tokens=800)
    talk.extra = {"gen_ai.prompt.name": "docs-answer", "gen_ai.prompt.version": "5"}
    numbered = "\n\n".join(f"[{n}] {one['title']}\n{one['text']}" for n, one in enumerate(found, 1))
    talk.user(f"Documents:\n\n{numbered}\n\nQuestion: {text}")
    if trace.random.random() < 0.012:
        rate_limited(trace, talk)
    answer: str = asked["answer"]
    streamed = trace.random.random() < 0.7
    talk.request["gen_ai.request.stream"] = streamed
    if trace.random.random() < 0.008:
        answer = answer[: len(answer) // 2]
        talk.call(trace, Reply([text_part(answer)], finish="length", streamed=streamed))
    else:
        talk.call(trace, Reply([text_part(answer)], streamed=streamed))
    return answer


def _lost_connection(trace: Trace, query: str) -> None:
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": "retrieval",
        "gen_ai.data_source.id": "shop-api-docs",
        "db.system.name": "postgresql",
        "input.value": query,
    }
    with trace.span("retrieval shop-api-docs", attributes, scope="acme.retrieval") as span:
        trace.wait(5_000, 0.01)
        span.fail(failure("vector"), trace.now)
