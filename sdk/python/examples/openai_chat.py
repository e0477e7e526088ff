"""The `openai` package, recorded: `pip install openai openinference-instrumentation-openai`, and `init` is all."""

from __future__ import annotations

import asyncio

from fake_provider import FakeProvider
from openai import AsyncOpenAI, OpenAI

import spanhouse

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


async def at_once(address: str) -> None:
    client = AsyncOpenAI(base_url=address + "/v1", api_key="fake")
    calls = [client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION) for _ in range(3)]
    print([reply.choices[0].message.content for reply in await asyncio.gather(*calls)])


def main() -> None:
    spanhouse.init(project="example-openai")
    with FakeProvider() as provider, spanhouse.attributes(session_id="example"), spanhouse.span("questions"):
        client = OpenAI(base_url=provider.address + "/v1", api_key="fake")
        stream = client.chat.completions.create(
            model="gpt-4o-mini", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
        print("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))
        asyncio.run(at_once(provider.address))
    print(spanhouse.flush())


if __name__ == "__main__":
    main()
