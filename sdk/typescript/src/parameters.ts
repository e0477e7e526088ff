/** Every parameter of `init` as one record: its variable, the variables it falls back to, its default and meaning. */

import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

import * as forms from "./forms.js";
import { warn } from "./warn.js";

/** Something with the methods of OpenTelemetry's instrumentations. */
export interface Instrumentation {
  setTracerProvider(provider: unknown): void;
  enable?(): void;
  disable?(): void;
}

/** What `init` takes. Everything may be left out. Seconds, not milliseconds. */
export interface InitOptions {
  /** Where spans go: the base address, `/v1/traces` is added. Default: this machine, port 4318. */
  endpoint?: string;
  /** The project's key. Not needed on the same machine. */
  apiKey?: string;
  /** Where scores go: the web address. Port 4318 means port 8000 of the same host. */
  apiUrl?: string;
  headers?: Record<string, string>;
  /** What the application is called: its `service.name`. The key decides the project of the server. */
  project?: string;
  environment?: string;
  release?: string;
  /** Share of traces that are kept, 0 to 1, chosen by trace id. */
  sampleRate?: number;
  /** Called with every text of a span before it leaves the process; what it returns is sent. */
  mask?: (text: string) => string;
  /** Instrumentations of OpenTelemetry or OpenInference to switch on. */
  instrumentations?: Instrumentation[];
  /** Make the tracer provider OpenTelemetry's global one. */
  setGlobal?: boolean;
  /** Whether `observe` records arguments and results. */
  capture?: boolean;
  maxValueChars?: number;
  flushInterval?: number;
  timeout?: number;
  exitTimeout?: number;
  batchSpans?: number;
  queueSpans?: number;
  queueBytes?: number;
  compression?: "auto" | "gzip" | "none";
  certificate?: string;
  /** Keep on disk what could not be sent, and the counts of what was dropped, for the next start. */
  spool?: boolean;
  spoolDir?: string;
  spoolBytes?: number;
  enabled?: boolean;
}

/** The checked parameters, with what is derived from them. */
export type Settings = Required<Omit<InitOptions, "mask">> & {
  mask: ((text: string) => unknown) | null;
  /** `sampleRate` was not given, OTEL_TRACES_SAMPLER was. */
  samplerVariable: boolean;
};

interface Fallback {
  variable: string;
  read?: (value: unknown) => unknown;
}

export interface Parameter {
  name: keyof InitOptions;
  default: unknown;
  read: (value: unknown) => unknown;
  variable?: string;
  fallbacks?: Fallback[];
}

const LOCAL = "http://127.0.0.1:4318";
const otlp = (name: string, read?: (value: unknown) => unknown): Fallback[] => [
  { variable: `OTEL_EXPORTER_OTLP_TRACES_${name}`, read },
  { variable: `OTEL_EXPORTER_OTLP_${name}`, read },
];
const MIB = 1024 * 1024;

export const PARAMETERS: Parameter[] = [
  { name: "endpoint", default: LOCAL, read: forms.url, variable: "SPANHOUSE_ENDPOINT", fallbacks: otlp("ENDPOINT") },
  { name: "apiKey", default: "", read: forms.headerText, variable: "SPANHOUSE_API_KEY" },
  { name: "apiUrl", default: "", read: (value) => (forms.text(value) ? forms.url(value) : ""), variable: "SPANHOUSE_API_URL" },
  { name: "headers", default: {}, read: forms.headers, variable: "SPANHOUSE_HEADERS" },
  { name: "project", default: "", read: forms.text, variable: "SPANHOUSE_PROJECT", fallbacks: [{ variable: "OTEL_SERVICE_NAME" }] },
  { name: "environment", default: "", read: forms.text, variable: "SPANHOUSE_ENVIRONMENT" },
  { name: "release", default: "", read: forms.text, variable: "SPANHOUSE_RELEASE" },
  { name: "sampleRate", default: 1, read: forms.number(0, 1), variable: "SPANHOUSE_SAMPLE_RATE" },
  { name: "mask", default: null, read: forms.aFunction },
  { name: "instrumentations", default: [], read: forms.list },
  { name: "setGlobal", default: false, read: forms.flag, variable: "SPANHOUSE_SET_GLOBAL" },
  { name: "capture", default: true, read: forms.flag, variable: "SPANHOUSE_CAPTURE" },
  { name: "maxValueChars", default: 200_000, read: forms.whole(100, 1e8), variable: "SPANHOUSE_MAX_VALUE_CHARS" },
  { name: "flushInterval", default: 1, read: forms.number(0.01, 3600), variable: "SPANHOUSE_FLUSH_INTERVAL" },
  {
    name: "timeout", default: 10, read: forms.number(0.1, 600), variable: "SPANHOUSE_TIMEOUT",
    fallbacks: otlp("TIMEOUT", forms.milliseconds(0.1, 600)),
  },
  { name: "exitTimeout", default: 5, read: forms.number(0, 600), variable: "SPANHOUSE_EXIT_TIMEOUT" },
  {
    name: "batchSpans", default: 512, read: forms.whole(1, 100_000), variable: "SPANHOUSE_BATCH_SPANS",
    fallbacks: [{ variable: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE" }],
  },
  {
    name: "queueSpans", default: 8192, read: forms.whole(1, 1e7), variable: "SPANHOUSE_QUEUE_SPANS",
    fallbacks: [{ variable: "OTEL_BSP_MAX_QUEUE_SIZE" }],
  },
  { name: "queueBytes", default: 64 * MIB, read: forms.whole(1024, 2 ** 40), variable: "SPANHOUSE_QUEUE_BYTES" },
  {
    name: "compression", default: "auto", read: forms.compression, variable: "SPANHOUSE_COMPRESSION",
    fallbacks: otlp("COMPRESSION"),
  },
  { name: "certificate", default: "", read: forms.text, variable: "SPANHOUSE_CERTIFICATE", fallbacks: otlp("CERTIFICATE") },
  { name: "spool", default: true, read: forms.flag, variable: "SPANHOUSE_SPOOL" },
  { name: "spoolDir", default: "", read: forms.text, variable: "SPANHOUSE_SPOOL_DIR" },
  { name: "spoolBytes", default: 64 * MIB, read: forms.whole(4096, 2 ** 40), variable: "SPANHOUSE_SPOOL_BYTES" },
  { name: "enabled", default: true, read: forms.flag, variable: "SPANHOUSE_ENABLED" },
];
const NAMES = new Set<string>(PARAMETERS.map((parameter) => parameter.name));

type Environment = Record<string, string | undefined>;

/** Arguments, then variables, then defaults. What is wrong is named in a warning and its default is used. */
export function readSettings(given: InitOptions, environment: Environment = process.env): Settings {
  const values: Record<string, unknown> = {};
  const sources: Record<string, string> = {};
  for (const parameter of PARAMETERS) {
    [values[parameter.name], sources[parameter.name]] = valueOf(parameter, given, environment);
  }
  for (const name of Object.keys(given)) {
    if (!NAMES.has(name)) warn(`init has no parameter ${name}; it is ignored`);
  }
  if (!sources.enabled && environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === "true") values.enabled = false;
  // Headers of OpenTelemetry's variables may hold another vendor's key: they go only where those variables point.
  if (!sources.headers && (!sources.endpoint || sources.endpoint.startsWith("OTEL_"))) {
    values.headers = otelHeaders(environment);
  }
  values.samplerVariable = !sources.sampleRate && Boolean(environment.OTEL_TRACES_SAMPLER);
  values.spoolDir ||= defaultSpoolDir(environment);
  return values as unknown as Settings;
}

/** [value, where it came from: the argument's name, a variable's, or "" for the default]. */
function valueOf(parameter: Parameter, given: InitOptions, environment: Environment): [unknown, string] {
  const argument = given[parameter.name];
  const candidates: [string, unknown, (value: unknown) => unknown][] = [];
  if (argument !== undefined && argument !== null) candidates.push([parameter.name, argument, parameter.read]);
  for (const { variable, read } of [{ variable: parameter.variable ?? "", read: undefined }, ...(parameter.fallbacks ?? [])]) {
    const written = variable ? environment[variable]?.trim() : "";
    if (written) candidates.push([variable, written, read ?? parameter.read]);
  }
  for (const [source, written, read] of candidates) {
    try {
      return [read(written), source];
    } catch (error) {
      warn(`${source} ${error instanceof Error ? error.message : "is wrong"}; it is ignored`);
    }
  }
  return [parameter.default, ""];
}

function otelHeaders(environment: Environment): Record<string, string> {
  let found: Record<string, string> = {};
  for (const variable of ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"]) {
    try {
      if (environment[variable]?.trim()) found = { ...found, ...forms.headers(environment[variable]) };
    } catch (error) {
      warn(`${variable} ${error instanceof Error ? error.message : "is wrong"}; it is ignored`);
    }
  }
  return found;
}

/** The user's state folder; the temporary folder where a home is missing or cannot be written (AWS Lambda). */
export function defaultSpoolDir(environment: Environment): string {
  const state = environment.XDG_STATE_HOME || join(environment.HOME || "/nonexistent", ".local/state");
  let place = state;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    if (isAbsolute(state) && dirname(place) !== place) {
      accessSync(place, constants.W_OK);
      return join(state, "spanhouse");
    }
  } catch {
    // the temporary folder, then
  }
  return join(tmpdir(), `spanhouse-${process.getuid?.() ?? "user"}`);
}

/** The web port serves OTLP and the API; the OTLP port serves only OTLP, and its neighbour is on 8000. */
export function scoresUrl(settings: Settings): string {
  let base = settings.apiUrl || settings.endpoint;
  if (!settings.apiUrl && /^https?:\/\/[^/]+:4318$/.test(base)) base = base.slice(0, -":4318".length) + ":8000";
  return base + "/api/v1/scores";
}
