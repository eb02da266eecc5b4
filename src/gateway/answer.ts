/**
 * From an upstream's 2xx response to an answer that can be delivered. Whatever shows before the first content that
 * the answer is none (an error in a 200, garbage, a stream that ends at once) fails the attempt here, while another
 * try is still possible.
 */
import { concat } from '../bytes.ts';
import { ChoiceStreamObserver } from '../dialects/openai-chat/choice-stream-observer.ts';
import { completionToEvents } from '../dialects/openai-chat/completion-to-chunks.ts';
import { hasErrorPayload, readErrorFields } from '../dialects/openai-chat/error-fields.ts';
import type { Route } from '../dialects/openai-chat/routes.ts';
import { TypedStreamObserver } from '../dialects/openai-chat/typed-stream-observer.ts';
import { readUsage } from '../dialects/openai-chat/usage.ts';
import type { StreamObserver } from '../dialects/straight.ts';
import { isRecord } from '../is-record.ts';
import type { Usage } from '../usage/usage.ts';
import { AttemptFailed, failedSuccess, unreachable } from './provider-failure.ts';
import type { UpstreamCall } from './upstream-call.ts';
import { type ReadEvent, UpstreamEvents } from './upstream-events.ts';

/** Whole answers are held and looked at up to here; larger ones (embeddings, pictures) pass through. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024;
/** Held events before the first content; more than that is no preamble. */
const MAX_HELD_BYTES = 1024 * 1024;

export type AnswerBody =
  /** All of it is here. */
  | { readonly kind: 'whole'; readonly bytes: Uint8Array; readonly usage: Usage | null }
  /** Events; `backlog` was read already. `stripsUsage`: usage events are there only because we asked. */
  | {
      readonly kind: 'events';
      readonly backlog: readonly ReadEvent[];
      readonly events: UpstreamEvents;
      readonly stripsUsage: boolean;
    }
  /** A whole completion, told as the events that the client waits for. */
  | { readonly kind: 'told'; readonly events: readonly Uint8Array[]; readonly usage: Usage | null }
  /** Bytes that pass through as they come; `first` was read already. */
  | {
      readonly kind: 'bytes';
      readonly first: readonly Uint8Array[];
      readonly reader: ReadableStreamDefaultReader<Uint8Array>;
      readonly isJson: boolean;
    }
  /** Handed over without being touched. */
  | { readonly kind: 'native'; readonly body: ReadableStream<Uint8Array> | null };

export interface Answer {
  readonly call: UpstreamCall;
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}

export interface AnswerOptions {
  readonly call: UpstreamCall;
  readonly response: Response;
  readonly route: Route;
  readonly wantsStream: boolean;
  readonly wantsUsage: boolean;
  /** How many choices were asked for. */
  readonly choices: number;
  readonly isMetered: boolean;
  /** Events are held until the first content, because another try is possible. */
  readonly isHeld: boolean;
  readonly stripsUsage: boolean;
  readonly idleMs: number;
  readonly redact: (text: string) => string;
}

/** Throws `AttemptFailed`. */
export async function openAnswer(options: AnswerOptions): Promise<Answer> {
  const { call, response } = options;
  return { call, status: response.status, headers: response.headers, body: await openBody(options) };
}

async function openBody(options: AnswerOptions): Promise<AnswerBody> {
  const { response, route, wantsStream } = options;
  if (!options.isMetered) {
    options.call.clearTimer('first-token'); // nobody looks for one
    return { kind: 'native', body: response.body };
  }
  const type = (response.headers.get('content-type') ?? '').toLowerCase();
  const isJson = type.includes('json');
  // Some upstreams stream under a wrong content type; what is not JSON is read as events, and proves itself or not.
  const isEvents = type.includes('text/event-stream')
    ? wantsStream || route.streams === 'typed'
    : wantsStream && !isJson;
  if (isEvents) return openEvents(options);
  options.call.clearTimer('first-token');
  options.call.watchIdle(options.idleMs);
  if (route.answer === 'any' && !isJson) return openBytes(options);
  return openWhole(options);
}

async function openEvents(options: AnswerOptions): Promise<AnswerBody> {
  const { call, response } = options;
  if (response.body === null) throw new AttemptFailed(unreachable(call.provider));
  const events = new UpstreamEvents(response.body, createObserver(options));
  const backlog: ReadEvent[] = [];
  let heldBytes = 0;
  for (;;) {
    const batch = await events.next();
    if (batch === null) break;
    backlog.push(...batch);
    for (const { event, meaning } of batch) {
      heldBytes += event.bytes.length;
      if (isStart(meaning, event.data !== null, options)) return { ...eventsBody(options, events), backlog };
    }
    if (heldBytes > MAX_HELD_BYTES) return { ...eventsBody(options, events), backlog };
  }
  // Without content, only an ending that was told is an answer.
  if (events.observer.isComplete) return { ...eventsBody(options, events), backlog };
  throw new AttemptFailed(unreachable(call.provider));

  function isStart(
    meaning: ReadEvent['meaning'],
    hasData: boolean,
    { isHeld, redact }: AnswerOptions,
  ): boolean {
    switch (meaning) {
      case 'error':
        throw new AttemptFailed(failedSuccess(readErrorFields(events.observer.error), call.provider, redact));
      case 'done':
        if (events.observer.isComplete) return true;
        throw new AttemptFailed(unreachable(call.provider));
      case 'content':
        return true;
      default:
        return !isHeld && hasData;
    }
  }
}

const eventsBody = (options: AnswerOptions, events: UpstreamEvents) =>
  ({ kind: 'events', events, stripsUsage: options.stripsUsage }) as const;

function createObserver({ route, call, choices }: AnswerOptions): StreamObserver {
  if (route.streams === 'typed') return new TypedStreamObserver();
  const doneIsEnd = call.provider.quirks.some(({ kind }) => kind === 'never-sends-finish-reason');
  return new ChoiceStreamObserver({ doneIsEnd, choices });
}

async function openBytes({ response, call }: AnswerOptions): Promise<AnswerBody> {
  if (response.body === null) return { kind: 'whole', bytes: new Uint8Array(0), usage: null };
  const reader = response.body.getReader();
  const { done, value } = await reader.read();
  if (done) throw new AttemptFailed(unreachable(call.provider));
  return { kind: 'bytes', first: [value], reader, isJson: false };
}

async function openWhole(options: AnswerOptions): Promise<AnswerBody> {
  const { response, call, redact } = options;
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  // In one piece where that is known to be small: an await for each chunk costs more than the rest of this.
  if (declared <= MAX_WHOLE_BYTES) return toWhole(new Uint8Array(await response.arrayBuffer()), options);
  const reader = response.body?.getReader();
  if (reader === undefined) throw new AttemptFailed(failedSuccess(null, call.provider, redact));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    call.progress();
    chunks.push(value);
    length += value.length;
    if (length > MAX_WHOLE_BYTES) return { kind: 'bytes', first: chunks, reader, isJson: true };
  }
  return toWhole(chunks.length === 0 ? new Uint8Array(0) : concat(chunks), options);
}

function toWhole(bytes: Uint8Array, options: AnswerOptions): AnswerBody {
  const { call, redact } = options;
  const value = parse(bytes);
  if (!isRecord(value)) throw new AttemptFailed(failedSuccess(null, call.provider, redact));
  if (hasErrorPayload(value) && !('choices' in value))
    throw new AttemptFailed(failedSuccess(readErrorFields(value), call.provider, redact));
  const usage = readUsage(value.usage);
  if (options.wantsStream && options.route.streams === 'choices') {
    const events = completionToEvents(value, options.wantsUsage);
    if (events === null) throw new AttemptFailed(failedSuccess(null, call.provider, redact));
    return { kind: 'told', events, usage };
  }
  return { kind: 'whole', bytes, usage };
}

const decoder = new TextDecoder(); // keeps no state between calls without `stream`

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
