/** `observe(fn)`: a function, async function, generator or stream as one span each time it runs. */

import { types } from "node:util";

import { begin, type Call, type Plan } from "./calls.js";
import { startAttributes, type SpanType } from "./names.js";
import { settled } from "./spans.js";
import { streamed } from "./streams.js";

export interface ObserveOptions {
  /** The function's own name when not given. */
  name?: string;
  type?: SpanType | (string & {});
  /** As `capture` of `init` when not given. */
  captureInput?: boolean;
  captureOutput?: boolean;
}

/**
 * The same function, with each call recorded: its arguments, result, exception and, for generators and streams, the time
 * to the first item. One argument is recorded as it is, several as a list.
 */
export function observe<F extends (...args: never[]) => unknown>(fn: F, options: ObserveOptions = {}): F {
  if (typeof fn !== "function") return fn;
  const name = String(options?.name || fn.name || "function");
  const type = String(options?.type ?? "").toLowerCase();
  const plan: Plan = {
    name,
    type,
    attributes: startAttributes(name, type),
    captureInput: options?.captureInput,
    captureOutput: options?.captureOutput,
  };
  const run = fn as unknown as (this: unknown, ...args: unknown[]) => unknown;
  const lazy = /^(Async)?GeneratorFunction$/.test(Object.prototype.toString.call(fn).slice(8, -1));
  const called = function (this: unknown, ...args: unknown[]): unknown {
    // The code of a generator runs when its first item is asked for; one that nobody reads is no step.
    if (lazy) return streamed(run.apply(this, args), () => begin(plan, args));
    const call = begin(plan, args);
    if (!call) return run.apply(this, args);
    try {
      return given(call.inside(() => run.apply(this, args)), call);
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
  Object.defineProperty(called, "name", { value: fn.name, configurable: true });
  Object.defineProperty(called, "length", { value: fn.length, configurable: true });
  return called as unknown as F;
}

function given(result: unknown, call: Call): unknown {
  if (types.isPromise(result)) {
    if (Object.getPrototypeOf(result) !== Promise.prototype) {
      // A provider's own kind of promise: it stays what it is, and a stream in it is observed where it stands.
      return settled(result, (value) => finish(value, call), (error) => call.fail(error));
    }
    return result.then(
      (value: unknown) => finish(value, call),
      (error: unknown) => {
        call.fail(error);
        throw error;
      },
    );
  }
  return finish(result, call);
}

function finish(value: unknown, call: Call): unknown {
  const stream = streamed(value, () => call);
  if (stream !== undefined) return stream;
  // Reading `then` of a query builder may run the query: its result is not ours to look at.
  call.finish(value);
  return value;
}
