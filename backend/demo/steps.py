"""Steps that several applications have: retrieval, a judge, a guardrail, retries; and the scores that come of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from backend.demo.llms import GPT_MINI, Conversation, Reply, text_part, tokens
from backend.demo.texts import failure
from backend.demo.tracing import CLIENT, DraftSpan, Trace, Value, as_json
from backend.scores.view import Source

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A score in the making; about the trace, or about one span of it. `at_ns` is when it was given."""

    name: str
    value: float | bool | str
    source: Source
    at_ns: int
    span_id: str = ""
    comment: str = ""
    author: str = ""
    user_id: str = ""


@dataclass
class Made:
    """A finished trace with its scores."""

    trace: Trace
    scores: list[Verdict] = field(default_factory=list[Verdict])


def typed(kind: str, **attributes: Value) -> dict[str, Value]:
    """Attributes of a step that no GenAI operation stands for."""
    return {"spanhouse.span.type": kind, **attributes}


def retrieve(trace: Trace, query: str, documents: Sequence[Document], source: str, keep: int = 3) -> None:
    """Embedding, vector search, reranking. `documents` come best first; what is found is in another order."""
    with trace.span(
        "embeddings text-embedding-3-small",
        {
            "gen_ai.operation.name": "embeddings",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": "text-embedding-3-small",
            "gen_ai.response.model": "text-embedding-3-small",
            "gen_ai.embeddings.dimension.count": 1536,
            "gen_ai.usage.input_tokens": tokens(query),
            "server.address": "api.openai.com",
            "input.value": query,
        },
        kind=CLIENT,
        scope="opentelemetry.instrumentation.openai_v2",
    ):
        trace.wait(95)
    found = sorted(documents, key=lambda _: trace.random.random())
    _documents_span(trace, f"retrieval {source}", "retrieval", query, found, (0.62, 0.83), 38, source)
    _documents_span(trace, "rerank rerank-v3.5", "rerank", query, documents[:keep], (0.71, 0.97), 140, source)


def _documents_span(
    trace: Trace, name: str, kind: str, query: str, found: Sequence[Document], bounds: tuple[float, float],
    milliseconds: float, source: str,
) -> None:  # fmt: skip
    scores = sorted((trace.random.uniform(*bounds) for _ in found), reverse=True)
    output = [
        {
            "id": document["id"],
            "content": document["text"],
            "score": round(score, 4),
            "metadata": {"title": document["title"], "source": source},
        }
        for document, score in zip(found, scores, strict=True)
    ]
    attributes: dict[str, Value] = {
        "gen_ai.operation.name": kind,
        "gen_ai.data_source.id": source,
        "input.value": query,
        "output.value": as_json(output),
    }
    if kind == "rerank":
        attributes.update({"gen_ai.provider.name": "cohere", "gen_ai.request.model": "rerank-v3.5"})
    else:
        attributes.update({"db.system.name": "postgresql", "gen_ai.request.top_k": len(found)})
    with trace.span(name, attributes, kind=CLIENT, scope="acme.retrieval"):
        trace.wait(milliseconds)


def judge(
    trace: Trace, name: str, system: str, question: str, answer: str, score: float, reason: str
) -> tuple[DraftSpan, Verdict]:
    """A model rates the answer; the score belongs to the evaluator's span."""
    with trace.span(
        f"evaluate {name}", typed("evaluator", **{"gen_ai.evaluation.name": name}), scope="acme.evals"
    ) as span:
        asked = Conversation(GPT_MINI, system, temperature=0.0, max_tokens=200)
        asked.user(f"Question:\n{question}\n\nAnswer:\n{answer}")
        said = as_json({"score": score, "reason": reason})
        asked.call(trace, Reply([text_part(said)]))
        span.set({"input.value": as_json({"question": question, "answer": answer}), "output.value": said})
        span.event(
            "gen_ai.evaluation.result",
            trace.now,
            {
                "gen_ai.evaluation.name": name,
                "gen_ai.evaluation.score.value": score,
                "gen_ai.evaluation.explanation": reason,
            },
        )
    return span, Verdict(name, score, "evaluator", trace.now, span.hex_id, reason, f"judge/{GPT_MINI.model}")


def guardrail(trace: Trace, text: str, *, passed: bool, reason: str = "", side: str = "input") -> None:
    checks = {"prompt_injection": not passed, "personal_data": False, "toxicity": False}
    result: dict[str, object] = {"passed": passed, "checks": checks, **({"reason": reason} if reason else {})}
    with trace.span(
        f"guardrail {side}",
        typed("guardrail", **{"input.value": text, "output.value": as_json(result)}),
        scope="acme.guard",
    ):
        trace.wait(22)


def rate_limited(trace: Trace, talk: Conversation) -> None:
    """A 429, and the wait before the next try."""
    name = "overloaded" if talk.llm.provider == "anthropic" else "rate_limit"
    talk.fail(trace, failure(name, {"model": talk.llm.model}), 210, 529 if name == "overloaded" else 429)
    trace.wait(900)


def near(random: Random, value: float, spread: float = 0.06) -> float:
    """A rating from 0 to 1 in steps of 0.05, as judges give it."""
    return round(min(1.0, max(0.0, random.gauss(value, spread))) * 20) / 20
