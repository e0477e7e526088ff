// A model provider that is not there: as much of a chat API as the example needs, with the same answer each time.

const ANSWER = "Paris is the capital of France.";

export async function chat(model, question) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { model, content: ANSWER, usage: { prompt_tokens: question.length >> 2, completion_tokens: 7 } };
}

export async function* streamChat() {
  for (const word of ANSWER.split(/(?<= )/)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield word;
  }
}
