/**
 * Sees an answer on its way down, and makes the entry of it that may be kept: only when all of it has come, the
 * request was settled as complete, and the rules say so (traps E4, E5).
 */
import { concat, encodeJson } from '../../bytes.ts';
import type { AnswerTap } from '../../cache/answer-tap.ts';
import type { KeyedEntry } from '../../cache/cache-desk.ts';
import { type CacheEntry, type EntryHead, MAX_ENTRY_BYTES } from '../../cache/entry.ts';
import type {
  CanonicalAnswer,
  CanonicalEvent,
  CanonicalRequest,
  JsonObject,
} from '../../dialects/canonical.ts';
import type { StreamDecoder } from '../../dialects/codec.ts';
import { EventCollector } from '../../dialects/collect-events.ts';
import { DOOR_CODECS, UPSTREAM_CODECS } from '../../dialects/registry.ts';
import type { AnswerCollector } from '../../dialects/stored-form.ts';
import type { ErrorWire } from '../../errors.ts';
import { isRecord } from '../../is-record.ts';
import { type SseEvent, SseSplitter } from '../../streaming/sse.ts';
import type { WriteObserver } from '../../streaming/stream-writer.ts';
import type { Exchange } from '../exchange.ts';
import { parseExactBytes, parseJson } from '../opening.ts';
import { entryHead } from './entry-head-of.ts';
import { isFinished } from './kept-answers.ts';
import { storedFormOf } from './replay.ts';

/** What an answer is kept under, and for how long. */
export interface Recording {
  readonly subjects: EntryHead['about'];
  /** The last invalidation that was known when the answer was asked for. */
  readonly generation: number;
  /** From when it is complete. */
  readonly freshMs: number;
  readonly staleMs: number;
  readonly keepsToolCalls: boolean;
  /** How many choices were asked for; fewer are no whole answer. */
  readonly choices: number;
  /** Writes it, and the entries that it is made of, and returns at once. */
  readonly keep: (entry: CacheEntry, parts?: readonly KeyedEntry[]) => void;
  /** Who else listens. */
  readonly tap: AnswerTap | null;
}

/** Statuses of answers that are all there is. */
const WHOLE: readonly number[] = [200, 201];

type Source = 'none' | 'events' | 'translated' | 'bytes' | 'given-up';

export class AnswerRecorder {
  readonly #exchange: Exchange;
  readonly #recording: Recording;
  readonly #collector: AnswerCollector | null;
  readonly #decoder: StreamDecoder | null;
  /** Of a translated answer. */
  readonly #splitter = new SseSplitter();
  readonly #canonical = new EventCollector();
  #request: CanonicalRequest | null = null;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #contentType = 'application/json';
  #mayBeKept = true;
  #source: Source = 'none';

  constructor(exchange: Exchange, recording: Recording) {
    this.#exchange = exchange;
    this.#recording = recording;
    const { route } = exchange;
    this.#collector = storedFormOf(route)?.createCollector() ?? null;
    const isLive = recording.tap !== null && route.operation === 'chat';
    this.#decoder = isLive ? UPSTREAM_CODECS[route.dialect].createStreamDecoder() : null;
  }

  /** A whole answer of the door's form; `canonical`: what it was written from. */
  whole(body: Uint8Array, canonical: CanonicalAnswer | null): void {
    if (this.#source !== 'given-up')
      this.#finish(canonical === null ? this.#corrected(body) : body, canonical);
  }

  /** Events of the door's form, those that the client does not get included. */
  events(events: readonly SseEvent[]): void {
    if (this.#source === 'given-up') return;
    this.#source = 'events';
    for (const event of events) this.#collect(event);
    if (this.#decoder === null) return;
    const batch = events.flatMap((event) => this.#decoder?.push(event) ?? []);
    this.#tell(batch);
  }

  /** Of an answer in another form, before it is written. What is written shows in `observe`. */
  translated(events: readonly CanonicalEvent[], request: CanonicalRequest): void {
    if (this.#source === 'given-up') return;
    this.#source = 'translated';
    this.#request = request;
    this.#canonical.push(events);
    this.#tell(events);
  }

  /** What comes is bytes of this type, and shows in `observe`. */
  startBytes(contentType: string): void {
    this.#source = 'bytes';
    this.#contentType = contentType;
  }

  /** The answer broke. */
  failed(error: ErrorWire): void {
    this.giveUp();
    this.#recording.tap?.failed(error);
  }

  /** It is not any one model's answer, and is not kept; who waits for it gets it. */
  keepNothing(): void {
    this.#mayBeKept = false;
  }

  /** Nothing of this answer is kept. */
  giveUp(): void {
    this.#source = 'given-up';
    this.#chunks.length = 0;
  }

  observe(): WriteObserver {
    return { onWrite: (bytes) => this.#onWrite(bytes), onEnd: () => this.#onEnd() };
  }

  #onWrite(bytes: Uint8Array): void {
    if (this.#source === 'translated') for (const event of this.#splitter.push(bytes)) this.#collect(event);
    if (this.#source !== 'bytes') return;
    this.#length += bytes.length;
    if (this.#length > MAX_ENTRY_BYTES) this.giveUp();
    else this.#chunks.push(bytes.slice()); // whoever wrote it may use its memory again
  }

  #onEnd(): void {
    const source = this.#source;
    this.#source = 'given-up'; // an end is told once or more
    if (source === 'bytes') this.#finishBytes(concat(this.#chunks));
    if (source === 'events' || source === 'translated') this.#finishStream(source);
  }

  /** Long JSON passes unread: what shows at its end to be an error is no answer. */
  #finishBytes(body: Uint8Array): void {
    const isJson = this.#contentType.includes('json');
    const value = isJson ? parseJson(body) : null;
    if (!isJson || (isRecord(value) && (value.error ?? null) === null)) this.#finish(body, null);
  }

  #collect({ data, name }: SseEvent): void {
    this.#length += data?.length ?? 0;
    if (this.#length > MAX_ENTRY_BYTES) this.giveUp();
    else this.#collector?.push({ data, name });
  }

  #tell(batch: readonly CanonicalEvent[]): void {
    // Usage in running totals and failures are told at the end.
    const told = batch.filter(({ type }) => type !== 'error' && type !== 'ping');
    if (told.length > 0) this.#recording.tap?.events(told);
  }

  #finishStream(source: 'events' | 'translated'): void {
    const body = this.#collector?.body() ?? null;
    if (body === null) return;
    const canonical = source === 'translated' ? this.#canonical.answer() : null;
    this.#finish(encodeJson(this.#withUsage(body, canonical)), canonical);
  }

  /** Most answers have nothing to put right, and stay the bytes that they are. */
  #corrected(body: Uint8Array): Uint8Array {
    const correct = storedFormOf(this.#exchange.route)?.corrected;
    const told = correct === undefined ? null : parseExactBytes(body);
    if (correct === undefined || !isRecord(told)) return body;
    const kept = correct(told);
    return JSON.stringify(kept) === JSON.stringify(told) ? body : encodeJson(kept);
  }

  /** Clients of OpenAI's chat form get usage in a stream only if they ask for it; who reads the answer whole gets it always. */
  #withUsage(body: JsonObject, canonical: CanonicalAnswer | null): JsonObject {
    const { dialect, operation } = this.#exchange.route;
    const lacksUsage = dialect === 'openai-chat' && operation === 'chat' && (body.usage ?? null) === null;
    if (!lacksUsage || canonical === null || this.#request === null) return body;
    const { usage } = DOOR_CODECS[dialect].encodeAnswer(canonical, this.#request);
    return usage === undefined ? body : { ...body, usage };
  }

  #finish(body: Uint8Array, written: CanonicalAnswer | null): void {
    const { route, settlement } = this.#exchange;
    const { outcome } = settlement;
    if (outcome?.ending !== 'complete' || outcome.errorCode !== null || !WHOLE.includes(settlement.status))
      return;
    const isChat = route.operation === 'chat';
    const canonical = isChat ? (written ?? decode(body, route.dialect)) : null;
    if (isChat && canonical === null) return;
    const isBytes = !this.#contentType.includes('json');
    const kind = isChat ? 'chat' : isBytes ? 'bytes' : 'json';
    const head = entryHead(this.#exchange, this.#recording, { kind, contentType: this.#contentType });
    if (head === null) return;
    const entry = { head, body, canonical: canonical === null ? null : encodeJson(canonical) };
    const { tap, keep } = this.#recording;
    const isWhole = body.length <= MAX_ENTRY_BYTES && isFinished(route, body, canonical, this.#recording);
    const mayBeKept = isWhole && this.#mayBeKept;
    tap?.finished(entry, mayBeKept);
    if (mayBeKept) keep(entry);
  }
}

function decode(body: Uint8Array, dialect: Exchange['route']['dialect']): CanonicalAnswer | null {
  return UPSTREAM_CODECS[dialect].decodeAnswer(parseExactBytes(body));
}
