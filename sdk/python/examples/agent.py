"""An agent with a retriever, a tool and a streamed answer, without any library: what each call of the SDK is for."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator

from fake_provider import FakeProvider

import spanhouse

DOCUMENTS = ["Paris is the capital of France.", "The Danube flows through Ulm."]


@spanhouse.observe(type="retriever")
def retrieve(question: str) -> list[str]:
    words = question.lower().strip("?").split()
    return [text for text in DOCUMENTS if any(word in text.lower() for word in words)]


@spanhouse.observe(type="tool")
def population(city: str) -> int:
    return {"Paris": 2_100_000}.get(city, 0)


def chat(address: str, messages: list[dict[str, str]]) -> str:
    """One model call, recorded by hand. With an instrumented library this block is not needed."""
    with spanhouse.span("chat", type="llm", input=messages) as s:
        s.set_model("gpt-4o-mini", provider="openai", temperature=0.2)
        body = json.dumps({"model": "gpt-4o-mini", "messages": messages}).encode()
        request = urllib.request.Request(address + "/v1/chat/completions", data=body)
        with urllib.request.urlopen(request) as reply:
            answer = json.load(reply)
        s.set_model(response_model=answer["model"], response_id=answer["id"], finish_reasons="stop")
        s.set_usage(answer["usage"])
        text = str(answer["choices"][0]["message"]["content"])
        s.set_output(text)
        return text


@spanhouse.observe
def spoken(text: str) -> Iterator[str]:
    """A generator: the span ends with it, and says when the first word came."""
    for word in text.split():
        yield word + " "


@spanhouse.observe(type="agent")
def answer(address: str, question: str) -> str:
    found = retrieve(question)
    text = chat(address, [{"role": "system", "content": "\n".join(found)}, {"role": "user", "content": question}])
    people = population("Paris")
    said = "".join(spoken(f"{text} {people:,} people live there."))
    spanhouse.score("grounded", value=text in found, comment="the answer is one of the documents")
    return said


def main() -> None:
    spanhouse.init(project="example-agent")
    with FakeProvider() as provider, spanhouse.attributes(session_id="example", user_id="alice", tags=["example"]):
        print(answer(provider.address, "What is the capital of France?"))
    print(spanhouse.flush())


if __name__ == "__main__":
    main()
