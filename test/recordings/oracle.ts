/** What the contract (§3, §5) makes of a recording: worked out here a second time, without the gateway's code. */
import { readEvents, type WireEvent } from './sse-reader.ts';

type Json = Readonly<Record<string, unknown>>;

/** The fields of the log's `usage` that a recording tells. */
export type LoggedUsage = Readonly<Record<string, number | boolean>>;

export interface StreamReading {
  /** Up to the first error event. */
  readonly events: readonly WireEvent[];
  /** The provider's error object; `null` if none came. */
  readonly error: Json | null;
  readonly hasDone: boolean;
  /** Every choice has its finish reason, or `[DONE]` came from a vendor that never sends one. */
  readonly isComplete: boolean;
  /** The last that was told; `null` if none was. */
  readonly usage: LoggedUsage | null;
}

export const DONE = 'data: [DONE]\n\n';
/** Vendors that never send a finish reason: wire 47. */
const VENDORS_WITHOUT_FINISH_REASON = ['snowflake'];

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const record = (value: unknown): Json => (isRecord(value) ? value : {});

/** Reads a stream of `choices`. */
export function readStream(bytes: Buffer, vendor: string): StreamReading {
  const events: WireEvent[] = [];
  const unfinished = new Set<unknown>();
  const finished = new Set<unknown>();
  let usage: LoggedUsage | null = null;
  let hasDone = false;
  const reading = (error: Json | null): StreamReading => ({
    events,
    error,
    hasDone,
    isComplete:
      (finished.size > 0 && unfinished.size === 0) ||
      (hasDone && VENDORS_WITHOUT_FINISH_REASON.includes(vendor)),
    usage,
  });
  for (const event of readEvents(bytes)) {
    const chunk = event.data === null || event.data === '[DONE]' ? {} : record(JSON.parse(event.data));
    usage = toLoggedUsage(chunk.usage) ?? toLoggedUsage(record(chunk.x_groq).usage) ?? usage;
    if (event.name === 'error' || isRecord(chunk.error)) return reading(record(chunk.error));
    events.push(event);
    hasDone ||= event.data === '[DONE]';
    for (const choice of choicesOf(chunk)) {
      const { index, finish_reason: reason } = record(choice);
      if (reason) finished.add(index);
      else unfinished.add(index);
      for (const one of finished) unfinished.delete(one);
    }
  }
  return reading(null);
}

const choicesOf = (chunk: Json): readonly unknown[] => (Array.isArray(chunk.choices) ? chunk.choices : []);

/** The recording's bytes that a client gets: all up to an error, or those without the usage it did not ask for. */
export function passedBytes(bytes: Buffer, { events }: StreamReading, asksForUsage: boolean): Buffer {
  const passed = events.filter((event) => asksForUsage || !isUsageOnly(event));
  return Buffer.concat(passed.map(({ start, end }) => bytes.subarray(start, end)));
}

function isUsageOnly({ data }: WireEvent): boolean {
  if (data === null || data === '[DONE]') return false;
  const chunk = record(JSON.parse(data));
  return Array.isArray(chunk.choices) && chunk.choices.length === 0 && isRecord(chunk.usage);
}

/**
 * Tokens as the log names them; input includes the cache, output includes reasoning. Where the provider's total is
 * more than the sum of its parts, the rest was generated too (xAI and Gemini leave reasoning out: wire 56).
 */
export function toLoggedUsage(value: unknown): LoggedUsage | null {
  const usage = record(value);
  const input = number(usage.prompt_tokens) ?? number(usage.input_tokens);
  if (input === undefined) return null;
  const inputDetails = record(usage.prompt_tokens_details);
  const output = number(usage.completion_tokens) ?? number(usage.output_tokens) ?? 0;
  const reasoning = number(record(usage.completion_tokens_details).reasoning_tokens);
  return {
    input_tokens: input,
    output_tokens: Math.max(output, (number(usage.total_tokens) ?? 0) - input),
    cache_read_tokens: number(inputDetails.cached_tokens) ?? 0,
    cache_write_tokens: number(inputDetails.cache_write_tokens) ?? 0,
    ...(reasoning === undefined ? {} : { reasoning_tokens: reasoning }),
    estimated: false,
  };
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export interface SaidError {
  readonly message: string;
  readonly type: string | undefined;
  readonly param: string | undefined;
  readonly code: string | undefined;
}

/** A provider's error in any of its shapes (wire 75); `null` for a body that is no error object (wire 76). */
export function readSaidError(text: string): SaidError | null {
  let body: Json;
  try {
    body = record(JSON.parse(text));
  } catch {
    return null;
  }
  const error = isRecord(body.error) ? body.error : body;
  const message = error.message ?? error.detail ?? error.error;
  if (typeof message !== 'string') return null;
  return { message, type: told(error.type), param: told(error.param), code: told(error.code) };
}

/** Codes come as numbers too. */
const told = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
