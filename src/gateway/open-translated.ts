/**
 * From an upstream's 2xx response in another wire form to an answer in the door's. What shows before the first
 * content that it is none fails the attempt, while another try is still possible.
 */
import { encodeJson } from '../bytes.ts';
import { answerToEvents } from '../dialects/answer-events.ts';
import type { CanonicalAnswer, CanonicalEvent, CanonicalRequest } from '../dialects/canonical.ts';
import type { DoorCodec, UpstreamCodec } from '../dialects/codec.ts';
import { forAnswer } from '../dialects/count-characters.ts';
import type { AnswerBody } from './answer.ts';
import {
  brokenOff,
  MAX_HELD_BYTES,
  type OpenOptions,
  parseExactBytes,
  readBody,
  senseless,
} from './opening.ts';
import { ours } from './ours.ts';
import { TranslatedEvents } from './translated-events.ts';

export interface TranslatedOptions extends OpenOptions {
  readonly upstream: UpstreamCodec;
  readonly door: DoorCodec;
  readonly canonical: CanonicalRequest;
  readonly clientModel: string;
  /** As in `AnswerBody`. */
  readonly asked: CanonicalRequest | null;
}

/** Throws `AttemptFailed`. */
export async function openTranslated(response: Response, options: TranslatedOptions): Promise<AnswerBody> {
  const { call, wantsStream, upstream } = options;
  const type = (response.headers.get('content-type') ?? '').toLowerCase();
  if (wantsStream && !isWholeJson(type, upstream)) return openEvents(response, type, options);
  call.watchIdle(options.idleMs);
  const body = await openWhole(response, options);
  call.clearTimer('first-token');
  return body;
}

/** JSON where a stream was asked for, unless that is how the form streams. */
const isWholeJson = (type: string, { streamType, streamsAsJson }: UpstreamCodec): boolean =>
  /\bjson\b/.test(type) && !type.includes(streamType) && streamsAsJson !== true;

async function openWhole(response: Response, options: TranslatedOptions): Promise<AnswerBody> {
  const { upstream, door, canonical, clientModel, wantsStream } = options;
  const body = parseExactBytes(await readBody(response, options));
  const answer = ours(() => upstream.decodeAnswer(body));
  if (answer === null) throw senseless(options, upstream.readError(body, response.headers));
  // The vendor's own word for who answered, as in answers that pass straight (wire 64); not every vendor has one.
  const named: CanonicalAnswer = { ...answer, model: answer.model || clientModel };
  if (!wantsStream) {
    const written = ours(() => door.encodeAnswer(named, canonical));
    const bytes = encodeJson(written);
    return {
      kind: 'whole',
      bytes: (await options.ids?.inBody(written, bytes)) ?? bytes,
      usage: answer.usage,
      canonical: named,
    };
  }
  const events = ours(() => {
    const encoder = door.createStreamEncoder(canonical);
    return [...answerToEvents(named).map((event) => encoder.encode(event)), encoder.end()];
  });
  const whole = encodeJson(ours(() => door.encodeAnswer(named, canonical)));
  return { kind: 'told', events, usage: answer.usage, whole, canonical: named };
}

async function openEvents(response: Response, type: string, options: TranslatedOptions): Promise<AnswerBody> {
  const { upstream, call, door, canonical, clientModel, asked } = options;
  if (response.body === null) throw brokenOff(options);
  const doneIsEnd = call.provider.quirks.some(({ kind }) => kind === 'never-sends-finish-reason');
  const events = new TranslatedEvents(
    response.body,
    upstream.createFramer(type),
    upstream.createStreamDecoder({ doneIsEnd }),
    options.ids,
  );
  call.heard = events;
  const backlog: CanonicalEvent[] = [];
  const opened = (): AnswerBody => ({
    kind: 'translated',
    call,
    backlog,
    events,
    door,
    canonical: forAnswer(canonical),
    clientModel,
    asked,
  });
  let heldCharacters = 0;
  for (;;) {
    const batch = await events.next();
    if (events.error !== null) throw senseless(options, events.error);
    if (batch === null) break;
    for (const event of batch) backlog.push(event);
    heldCharacters = events.outputCharacters;
    const isOpen = events.hasContent || (!options.isHeld && batch.length > 0);
    if (isOpen || heldCharacters > MAX_HELD_BYTES) return opened();
  }
  // Without content, only an ending that was told is an answer.
  if (!events.isComplete) throw brokenOff(options);
  return opened();
}
