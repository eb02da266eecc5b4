/**
 * From an upstream's 2xx response to an answer of the same wire form. Whatever shows before the first content that
 * the answer is none (an error in a 200, garbage, a stream that ends at once) fails the attempt here, while another
 * try is still possible.
 */
import { concat } from '../bytes.ts';
import { answerToEvents } from '../dialects/answer-events.ts';
import type { JsonObject } from '../dialects/canonical.ts';
import { TYPED_STREAMS } from '../dialects/openai-chat/typed-stream-observer.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../dialects/registry.ts';
import type { Route } from '../dialects/routes.ts';
import type { StraightForm } from '../dialects/straight.ts';
import { isRecord } from '../is-record.ts';
import type { AnswerBody } from './answer.ts';
import { storedFormOf } from './cache/replay.ts';
import {
  brokenOff,
  MAX_HELD_BYTES,
  type OpenOptions,
  parseExactBytes,
  parseJson,
  readBody,
  senseless,
} from './opening.ts';
import { type ReadEvent, UpstreamEvents } from './upstream-events.ts';

/** Whole answers are held and looked at up to here; larger ones (embeddings, pictures) pass through. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024;

/** Throws `AttemptFailed`. */
export async function openStraight(response: Response, options: OpenOptions): Promise<AnswerBody> {
  const { wantsStream, exchange, call } = options;
  const { route } = exchange;
  if (!options.isMetered && options.ids === null) {
    call.clearTimer('first-token'); // nobody looks for one
    return { kind: 'native', body: response.body };
  }
  const type = (response.headers.get('content-type') ?? '').toLowerCase();
  const isJson = type.includes('json');
  // Some upstreams stream under a wrong content type; what is not JSON is read as events, and proves itself or not.
  const isEvents = type.includes('text/event-stream')
    ? wantsStream || route.streams === 'typed'
    : wantsStream && !isJson;
  if (isEvents) return openEvents(response, options);
  call.watchIdle(options.idleMs);
  const isBytes = route.answer === 'any' && !isJson;
  const body = await (isBytes ? openBytes(response, options) : openWhole(response, options));
  call.clearTimer('first-token');
  return body;
}

const formOf = (route: Route): StraightForm =>
  route.streams === 'typed' ? TYPED_STREAMS : DOOR_CODECS[route.dialect].straight;

async function openEvents(response: Response, options: OpenOptions): Promise<AnswerBody> {
  const { call, choices, exchange, stripsUsage } = options;
  if (response.body === null) throw brokenOff(options);
  const doneIsEnd = call.provider.quirks.some(({ kind }) => kind === 'never-sends-finish-reason');
  const observer = formOf(exchange.route).createObserver({ choices, doneIsEnd });
  const events = new UpstreamEvents(response.body, observer, options.ids);
  call.heard = observer;
  const backlog: ReadEvent[] = [];
  const opened = (): AnswerBody => ({ kind: 'events', call, events, stripsUsage, backlog });
  let heldBytes = 0;
  for (;;) {
    const batch = await events.next();
    if (batch === null) break;
    backlog.push(...batch);
    for (const read of batch) {
      heldBytes += read.event.bytes.length;
      if (isStart(read, events, options)) return opened();
    }
    if (heldBytes > MAX_HELD_BYTES) return opened();
  }
  // Without content, only an ending that was told is an answer.
  if (observer.isComplete) return opened();
  throw brokenOff(options);
}

function isStart({ meaning, event }: ReadEvent, { observer }: UpstreamEvents, options: OpenOptions): boolean {
  switch (meaning) {
    case 'error':
      throw senseless(options, readError(observer.error, options));
    case 'done':
      if (observer.isComplete) return true;
      throw brokenOff(options);
    case 'content':
      return true;
    default:
      return !options.isHeld && event.data !== null;
  }
}

const readError = (body: unknown, { exchange }: OpenOptions) =>
  UPSTREAM_CODECS[exchange.route.dialect].readError(body, new Headers());

async function openBytes(response: Response, options: OpenOptions): Promise<AnswerBody> {
  if (response.body === null) return { kind: 'whole', bytes: new Uint8Array(0), usage: null };
  const reader = response.body.getReader();
  const { done, value } = await reader.read();
  if (done) throw brokenOff(options);
  return { kind: 'bytes', call: options.call, first: [value], reader, isJson: false };
}

async function openWhole(response: Response, options: OpenOptions): Promise<AnswerBody> {
  if (options.ids !== null) return toWhole(await readBody(response, options), options);
  const declared = Number(response.headers.get('content-length') ?? Number.NaN);
  // In one piece where that is known to be small: an await for each chunk costs more than the rest of this.
  if (declared <= MAX_WHOLE_BYTES) return toWhole(new Uint8Array(await response.arrayBuffer()), options);
  const reader = response.body?.getReader();
  if (reader === undefined) throw senseless(options, null);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    options.call.progress();
    chunks.push(value);
    length += value.length;
    if (length > MAX_WHOLE_BYTES)
      return { kind: 'bytes', call: options.call, first: chunks, reader, isJson: true };
  }
  return toWhole(chunks.length === 0 ? new Uint8Array(0) : concat(chunks), options);
}

async function toWhole(bytes: Uint8Array, options: OpenOptions): Promise<AnswerBody> {
  const value = options.wantsStream ? parseExactBytes(bytes) : parseJson(bytes); // told as events, it is written anew
  if (!isRecord(value)) throw senseless(options, null);
  const form = formOf(options.exchange.route);
  if (!options.isStored && form.isError(value)) throw senseless(options, readError(value, options));
  const usage = form.readUsage(value);
  const whole = (await options.ids?.inBody(value, bytes)) ?? bytes;
  if (!options.wantsStream) return { kind: 'whole', bytes: whole, usage };
  const events = toEvents(whole === bytes ? value : (parseExactBytes(whole) as JsonObject), options); // an object still
  if (events === null) throw senseless(options, null);
  return events === undefined
    ? { kind: 'whole', bytes: whole, usage }
    : { kind: 'told', events, usage, whole };
}

/**
 * A whole answer where a stream was asked for; `null` if it cannot be told as one, `undefined` where the route's
 * events are not ours to write.
 */
function toEvents(value: JsonObject, options: OpenOptions): readonly Uint8Array[] | null | undefined {
  const { route } = options.exchange;
  switch (route.streams) {
    case 'choices':
      return storedFormOf(route)?.toEvents(value, { wantsUsage: options.wantsUsage }) ?? null;
    case 'dialect': {
      const answer = UPSTREAM_CODECS[route.dialect].decodeAnswer(value);
      if (answer === null) return null;
      const encoder = DOOR_CODECS[route.dialect].createStreamEncoder(options.translation.canonical);
      return [...answerToEvents(answer).map((event) => encoder.encode(event)), encoder.end()];
    }
    default:
      return undefined;
  }
}
