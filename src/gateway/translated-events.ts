/** An upstream's stream in another wire form, read as canonical events. */
import type { CanonicalEvent } from '../dialects/canonical.ts';
import type { StreamDecoder } from '../dialects/codec.ts';
import type { RawErrorFields } from '../dialects/straight.ts';
import type { Framer, StreamFrame } from '../streaming/frames.ts';
import { tokensOfCharacters, type Usage, withSeen } from '../usage/usage.ts';
import { ours } from './ours.ts';
import type { ResponseIds } from './response-ids.ts';

export class TranslatedEvents {
  /** The last usage told. */
  usage: Usage | null = null;
  outputCharacters = 0;
  /** What the first `error` event said. */
  error: RawErrorFields | null = null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #framer: Framer;
  readonly #decoder: StreamDecoder;
  readonly #open = new Set<number>();
  readonly #finished = new Set<number>();
  /** Parts that began and have not ended: `choice/part`. */
  readonly #openParts = new Map<string, { readonly choice: number; readonly part: number }>();
  readonly #ids: ResponseIds | null;
  #hasContent = false;
  #isEnded = false;

  /** `ids`: what stands for the provider's id of a response that it stores; `null` if it stores none. */
  constructor(
    body: ReadableStream<Uint8Array>,
    framer: Framer,
    decoder: StreamDecoder,
    ids: ResponseIds | null = null,
  ) {
    this.#reader = body.getReader();
    this.#framer = framer;
    this.#decoder = decoder;
    this.#ids = ids;
  }

  /** Every choice that began has finished, and one did. */
  get isComplete(): boolean {
    return this.#finished.size > 0 && this.#open.size === 0;
  }

  /** A text, a thought, a call or the like has come. */
  get hasContent(): boolean {
    return this.#hasContent;
  }

  /** What ends the answer here as if it had become too long, its usage last; `native` tells those who ask why. */
  cut(native: string): CanonicalEvent[] {
    const parts = [...this.#openParts.values()].map((open) => ({ type: 'part-end', ...open }) as const);
    const choices = [...this.#open].map(
      (choice) => ({ type: 'finish', choice, reason: 'length', native, stopSequence: null }) as const,
    );
    this.#isEnded = true;
    const end = [...parts, ...choices];
    if (this.usage === null) return end;
    this.usage = withSeen(this.usage, tokensOfCharacters(this.outputCharacters));
    return [...end, { type: 'usage', usage: this.usage }];
  }

  /** The events that one read completes (perhaps none); `null` at the end. Rejects as the body and its framing do. */
  async next(): Promise<readonly CanonicalEvent[] | null> {
    if (this.#isEnded) return null;
    const { done, value } = await this.#reader.read();
    if (!done) return this.#sealed(this.#decode(this.#framer.push(value)));
    this.#isEnded = true;
    const last = this.#decode(this.#framer.end());
    const closing = ours(() => this.#decoder.end());
    for (const event of closing) this.#note(event);
    return this.#sealed(this.isComplete ? [...last, ...closing] : [...last, ...onlyFailures(closing)]);
  }

  #sealed(events: CanonicalEvent[]): CanonicalEvent[] | Promise<CanonicalEvent[]> {
    const ids = this.#ids;
    if (ids === null || !events.some(({ type }) => type === 'start')) return events;
    const seal = async (event: CanonicalEvent): Promise<CanonicalEvent> =>
      event.type === 'start' ? { ...event, id: await ids.sealed(event.id) } : event;
    return Promise.all(events.map(seal));
  }

  #decode(frames: readonly StreamFrame[]): CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    for (const frame of frames) {
      for (const event of withoutHalves(ours(() => this.#decoder.push(frame)))) {
        this.#note(event);
        events.push(event);
      }
    }
    return events;
  }

  #note(event: CanonicalEvent): void {
    switch (event.type) {
      case 'part-start':
        if (!this.#finished.has(event.choice)) this.#open.add(event.choice);
        this.#openParts.set(`${event.choice}/${event.part}`, { choice: event.choice, part: event.part });
        if (event.content.type === 'tool-call' || event.content.type === 'whole') this.#hasContent = true;
        break;
      case 'part-delta':
        this.outputCharacters += event.text.length;
        if (event.text !== '') this.#hasContent = true;
        break;
      case 'part-end':
        this.#openParts.delete(`${event.choice}/${event.part}`);
        break;
      case 'finish':
        this.#open.delete(event.choice);
        this.#finished.add(event.choice);
        break;
      case 'usage':
        this.usage = event.usage;
        break;
      case 'start':
        this.usage = event.usage ?? this.usage;
        break;
      case 'error':
        this.error ??= event.error;
        break;
    }
  }
}

/**
 * Half a tool call that is closed because its stream broke would look as if it could be run (traps C14): what a
 * decoder closes on its way to a failure is not told.
 */
const withoutHalves = (events: readonly CanonicalEvent[]): readonly CanonicalEvent[] =>
  events.some(({ type }) => type === 'error') ? onlyFailures(events) : events;

const onlyFailures = (events: readonly CanonicalEvent[]): CanonicalEvent[] =>
  events.filter(({ type }) => type === 'error' || type === 'usage');
