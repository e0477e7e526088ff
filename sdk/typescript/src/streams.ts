/**
 * Generators and streams with a span around them: it is current while their own code runs, not while the consumer's does,
 * and ends with them. Everything a consumer can do with one (next, throw, return, cancel) reaches the observed one.
 */

import { Readable } from "node:stream";

import type { Call } from "./calls.js";
import { failed } from "./warn.js";

const tag = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

/**
 * What is given to the caller instead of `result`; undefined when it is no stream. `begun`: the call, or what begins it
 * when the first item is asked for, as the code of a generator does.
 */
export function streamed(result: unknown, begun: () => Call | undefined): unknown {
  try {
    if (typeof result !== "object" || result === null) return undefined;
    const kind = tag(result);
    if (kind === "Generator") return items(result as Generator, begun);
    if (kind === "AsyncGenerator") return asyncItems(result as AsyncGenerator, begun);
    if (result instanceof ReadableStream) return webStream(result, begun);
    if (result instanceof Readable) return nodeStream(result, begun);
    // Streams of providers' clients. What also has events may never be iterated.
    const iterable = result as { [Symbol.asyncIterator]?: unknown; on?: unknown };
    if (typeof iterable[Symbol.asyncIterator] === "function" && typeof iterable.on !== "function") {
      return iterated(result as AsyncIterable<unknown>, begun);
    }
  } catch (error) {
    failed("observing a stream", error);
  }
  return undefined;
}

function items(source: Generator, begun: () => Call | undefined): Generator {
  let call: Call | undefined;
  let started = false;
  const step = (run: () => IteratorResult<unknown>): IteratorResult<unknown> => {
    if (!started) call = begun();
    started = true;
    if (!call) return run();
    try {
      const item = call.inside(run);
      if (item.done) call.finishStream();
      else call.item(item.value);
      return item;
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
  return Object.create(source, {
    next: { value: (...sent: [] | [unknown]) => step(() => source.next(...sent)) },
    throw: { value: (error: unknown) => step(() => source.throw(error)) },
    return: { value: (value: unknown) => step(() => source.return(value)) },
    [Symbol.iterator]: { value(this: Generator) { return this; } },
  }) as Generator;
}

function asyncItems<T extends AsyncIterator<unknown>>(source: T, begun: () => Call | undefined): T {
  let call: Call | undefined;
  let started = false;
  const step = async (run: () => Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> => {
    if (!started) call = begun();
    started = true;
    const found = call;
    if (!found) return run();
    try {
      const item = await found.inside(run);
      if (item.done) found.finishStream();
      else found.item(item.value);
      return item;
    } catch (error) {
      found.fail(error);
      throw error;
    }
  };
  const methods: PropertyDescriptorMap = {
    next: { value: (...sent: [] | [unknown]) => step(() => source.next(...(sent as [unknown]))) },
    [Symbol.asyncIterator]: { value(this: unknown) { return this; } },
  };
  if (source.throw) methods.throw = { value: (error: unknown) => step(() => source.throw!(error)) };
  if (source.return) methods.return = { value: (value: unknown) => step(() => source.return!(value)) };
  return Object.create(source, methods) as T;
}

/** The object itself, so that its other methods stay; the first that reads it is observed. */
function iterated(source: AsyncIterable<unknown>, begun: () => Call | undefined): AsyncIterable<unknown> {
  const original = source[Symbol.asyncIterator].bind(source);
  const call = begun();
  let read = false;
  Object.defineProperty(source, Symbol.asyncIterator, {
    configurable: true,
    writable: true,
    value: () => {
      if (read) return original();
      read = true;
      return asyncItems(original(), () => call);
    },
  });
  return source;
}

function webStream(source: ReadableStream<unknown>, begun: () => Call | undefined): ReadableStream<unknown> {
  const reader = source.getReader();
  const call = begun();
  return new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const { done, value } = await (call ? call.inside(() => reader.read()) : reader.read());
          if (done) {
            call?.finishStream();
            controller.close();
          } else {
            call?.item(decoded(value));
            controller.enqueue(value);
          }
        } catch (error) {
          call?.fail(error);
          throw error;
        }
      },
      async cancel(reason) {
        call?.finishStream();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The stream itself: what it is given to read, and its end, without reading from it. */
function nodeStream(source: Readable, begun: () => Call | undefined): Readable {
  const call = begun();
  const push = source.push.bind(source);
  source.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk !== null && chunk !== undefined) call?.item(decoded(chunk));
    return push(chunk, encoding);
  };
  source.once("close", () => (source.errored ? call?.fail(source.errored) : call?.finishStream()));
  return source;
}

/** Bytes of a reply are nearly always text. */
function decoded(chunk: unknown): unknown {
  return chunk instanceof Uint8Array ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("utf8") : chunk;
}
