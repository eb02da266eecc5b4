/** A stream of chat completion chunks as canonical events, from any vendor of this form. */

import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, Citation, JsonObject } from '../canonical.ts';
import type { DecodeOptions, StreamDecoder } from '../codec.ts';
import type { Identifiers } from '../identifiers.ts';
import { parseExactJson, textOrNull } from '../json.ts';
import { hasErrorPayload, readErrorFields } from '../openai/error-fields.ts';
import { NOTHING_SAID, type RawErrorFields } from '../straight.ts';
import { readCreated } from './answer-pieces.ts';
import { ChoiceReader } from './choice-reader.ts';
import { readSources } from './citations.ts';
import { readChunkUsage } from './usage.ts';

export class ChatStreamDecoder implements StreamDecoder {
  readonly #ids: Identifiers;
  readonly #doneIsEnd: boolean;
  readonly #choices = new Map<number, ChoiceReader>();
  #hasStarted = false;
  #hasFailed = false;
  #usage: Usage | null = null;
  #serviceTier: string | null = null;
  /** Perplexity repeats them in each chunk: the last ones count. */
  #sources: readonly Citation[] = [];

  constructor(ids: Identifiers, { doneIsEnd = false }: DecodeOptions = {}) {
    this.#ids = ids;
    this.#doneIsEnd = doneIsEnd;
  }

  push({ data, name }: StreamFrame): readonly CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    if (this.#hasFailed || data === null || data === '') return events;
    if (data.trim() === '[DONE]') {
      if (this.#doneIsEnd) this.#finishAll(events);
      return events;
    }
    const chunk = parseExactJson(data); // one bad line never ends a stream
    if (isRecord(chunk)) this.#read(chunk, name, events);
    else if (name === 'error') this.#fail(NOTHING_SAID, events);
    return events;
  }

  end(): readonly CanonicalEvent[] {
    const events: CanonicalEvent[] = [];
    if (this.#hasFailed) return events;
    for (const choice of this.#choices.values()) choice.close(events);
    return events;
  }

  #read(chunk: JsonObject, name: string | null, events: CanonicalEvent[]): void {
    const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isRecord) : [];
    const usage = readChunkUsage(chunk); // before `choices`: it may stand in any chunk (traps C1)
    const isError = name === 'error' || hasErrorPayload(chunk);
    // Azure's first chunk has neither an id nor choices (wire 23).
    if (!this.#hasStarted && !isError && (choices.length > 0 || usage !== null))
      this.#start(chunk, usage, events);
    if (this.#hasStarted) this.#readTier(chunk.service_tier, events);
    const sources = readSources(chunk);
    if (sources.length > 0) this.#sources = sources;
    if (!isError) this.#readChoices(choices, events);
    if (this.#hasFailed) return;
    if (usage !== null && !isSame(usage, this.#usage)) events.push({ type: 'usage', usage });
    this.#usage = usage ?? this.#usage;
    if (isError) this.#fail(readErrorFields(chunk) ?? NOTHING_SAID, events);
  }

  #start(chunk: JsonObject, usage: Usage | null, events: CanonicalEvent[]): void {
    this.#hasStarted = true;
    this.#usage = usage;
    events.push({
      type: 'start',
      id: textOrNull(chunk.id) ?? this.#ids.answer(),
      model: textOrNull(chunk.model) ?? '',
      created: readCreated(chunk.created),
      usage,
    });
  }

  #readTier(value: unknown, events: CanonicalEvent[]): void {
    const serviceTier = textOrNull(value);
    if (serviceTier === null || serviceTier === this.#serviceTier) return;
    this.#serviceTier = serviceTier;
    events.push({ type: 'about', serviceTier });
  }

  #readChoices(choices: readonly JsonObject[], events: CanonicalEvent[]): void {
    for (const [position, choice] of choices.entries()) {
      const index = typeof choice.index === 'number' ? choice.index : position;
      let reader = this.#choices.get(index);
      if (reader === undefined) {
        reader = new ChoiceReader(index, this.#ids);
        this.#choices.set(index, reader);
      }
      if (index === 0) reader.setSources(this.#sources);
      const failure = reader.read(choice, events);
      if (failure !== null) {
        this.#fail(failure, events);
        return;
      }
    }
  }

  #finishAll(events: CanonicalEvent[]): void {
    for (const choice of this.#choices.values()) {
      choice.finish({ reason: 'stop', native: null, stopSequence: null }, events);
    }
  }

  #fail(error: RawErrorFields, events: CanonicalEvent[]): void {
    this.#hasFailed = true;
    events.push({ type: 'error', error });
  }
}

const isSame = (a: Usage, b: Usage | null): boolean =>
  b !== null &&
  a.inputTokens === b.inputTokens &&
  a.outputTokens === b.outputTokens &&
  a.cacheReadTokens === b.cacheReadTokens &&
  a.cacheWriteTokens === b.cacheWriteTokens &&
  a.reasoningTokens === b.reasoningTokens;
