// An agent with a retriever, a model call and a stream. Needs a server (`make run`) and no provider.
//
// npm install && npm run build && node examples/agent.mjs

import * as spanhouse from "spanhouse";

import { chat, streamChat } from "./fake-provider.mjs";

spanhouse.init({ project: "example-agent" });

const retrieve = spanhouse.observe(async (question) => ["Paris is the capital of France."], { name: "retrieve", type: "retriever" });

const ask = (question, documents) =>
  spanhouse.span("chat", { type: "llm" }, async (s) => {
    const messages = [
      { role: "system", content: documents.join("\n") },
      { role: "user", content: question },
    ];
    s.setModel("gpt-4o-mini", { provider: "openai", temperature: 0 }).setInput(messages);
    const reply = await chat("gpt-4o-mini", question);
    s.setUsage(reply.usage).setOutput(reply.content);
    return reply.content;
  });

const answer = spanhouse.observe(async (question) => ask(question, await retrieve(question)), { name: "answer", type: "agent" });
const stream = spanhouse.observe(streamChat, { name: "stream", type: "llm" });

await spanhouse.attributes({ sessionId: "chat-17", userId: "alice", tags: ["example"] }, () =>
  spanhouse.span("conversation", async (s) => {
    console.log(await answer("What is the capital of France?"));
    let text = "";
    for await (const word of stream()) text += word;
    spanhouse.score("helpful", true, { comment: "short" });
    s.setOutput(text);
    console.log(s.traceId);
  }),
);

console.log(await spanhouse.flush()); // how many were sent, dropped and why
