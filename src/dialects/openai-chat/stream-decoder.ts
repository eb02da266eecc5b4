/** A stream of chat completion chunks as canonical events, from any vendor of this form. */

import { isRecord } from '../../is-record.ts';
import type { SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import type { StreamDecoder } from '../codec.ts';
import type { RawErrorFields } from '../straight.ts';
import {
  nonEmpty,
  readAnnotations,
  readCalls,
  readContent,
  readCreated,
  readImages,
  readReasoning,
  readSources,
} from './answer-pieces.ts';
import { hasErrorPayload, readErrorFields } from './error-fields.ts';
import { readFinish, withToolCalls } from './finish-reasons.ts';
import type { Identifiers } from './identifiers.ts';
import { PartSequencer } from './part-sequencer.ts';
import { readEntries } from './reasoning-details.ts';
import { readThoughtSignature } from './thought-signature.ts';
import { ToolCallSlots } from './tool-call-slots.ts';
import { readChunkUsage } from './usage.ts';

type Chunk = Record<string, unknown>;

const NOTHING_SAID: RawErrorFields = { message: null, type: null, param: null, code: null };

export class ChatStreamDecoder implements StreamDecoder {
  readonly #ids: Identifiers;
  readonly #choices = new Map<number, ChoiceReader>();
  #hasStarted = false;
  #hasFailed = false;
  #usage: Usage | null = null;
  /** Perplexity repeats them in each chunk: the last ones count. */
  #sources: readonly JsonObject[] = [];

  constructor(ids: Identifiers) {
    this.#ids = ids;
  }

  push({ data, name }: SseEvent): readonly CanonicalEvent[] {
    if (this.#hasFailed || data === null || data === '' || data.trim() === '[DONE]') return [];
    const chunk = parse(data);
    const events: CanonicalEvent[] = [];
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

  #read(chunk: Chunk, name: string | null, events: CanonicalEvent[]): void {
    const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isRecord) : [];
    const usage = readChunkUsage(chunk); // before `choices`: it may stand in any chunk (traps C1)
    const isError = name === 'error' || hasErrorPayload(chunk);
    // Azure's first chunk has neither an id nor choices (wire 23).
    if (!this.#hasStarted && !isError && (choices.length > 0 || usage !== null))
      this.#start(chunk, usage, events);
    const sources = readSources(chunk);
    if (sources.length > 0) this.#sources = sources;
    if (!isError) this.#readChoices(choices, events);
    if (this.#hasFailed) return;
    if (usage !== null && !isSame(usage, this.#usage)) events.push({ type: 'usage', usage });
    this.#usage = usage ?? this.#usage;
    if (isError) this.#fail(readErrorFields(chunk) ?? NOTHING_SAID, events);
  }

  #start(chunk: Chunk, usage: Usage | null, events: CanonicalEvent[]): void {
    this.#hasStarted = true;
    this.#usage = usage;
    events.push({
      type: 'start',
      id: nonEmpty(chunk.id) ?? this.#ids.answer(),
      model: nonEmpty(chunk.model) ?? '',
      created: readCreated(chunk.created),
      usage,
    });
  }

  #readChoices(choices: readonly Chunk[], events: CanonicalEvent[]): void {
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

  #fail(error: RawErrorFields, events: CanonicalEvent[]): void {
    this.#hasFailed = true;
    events.push({ type: 'error', error });
  }
}

class ChoiceReader {
  readonly #index: number;
  readonly #parts: PartSequencer;
  readonly #calls: ToolCallSlots;
  #isFinished = false;

  constructor(index: number, ids: Identifiers) {
    this.#index = index;
    this.#parts = new PartSequencer(index);
    this.#calls = new ToolCallSlots(this.#parts, ids);
  }

  setSources(sources: readonly JsonObject[]): void {
    this.#parts.setSources(sources);
  }

  /** Returns what the provider says of its failure, if this choice tells one. */
  read(choice: Chunk, events: CanonicalEvent[]): RawErrorFields | null {
    this.#parts.writeTo(events);
    // Only the delta: the text so far may stand beside it as `message` or `text` (wire 26).
    if (isRecord(choice.delta)) this.#readDelta(choice.delta);
    if (isRecord(choice.error)) return readErrorFields(choice) ?? NOTHING_SAID;
    const finish = readFinish(choice);
    if (finish === null || this.#isFinished) return null; // some send it twice (wire 48)
    if (finish === 'failed') {
      const message = `The provider ended its answer with finish_reason "${choice.finish_reason}".`;
      return { ...NOTHING_SAID, message };
    }
    this.close(events); // content may come with the finish (wire 27), so it is read before
    this.#isFinished = true;
    events.push({
      type: 'finish',
      choice: this.#index,
      reason: withToolCalls(finish.reason, this.#parts.hasToolCalls),
      native: finish.native,
      stopSequence: finish.stopSequence,
    });
    return null;
  }

  close(events: CanonicalEvent[]): void {
    this.#parts.writeTo(events);
    this.#parts.finish();
  }

  #readDelta(delta: Chunk): void {
    this.#readReasoning(delta);
    for (const piece of readContent(delta.content)) {
      if (piece.type === 'whole') this.#parts.whole(piece.part);
      else this.#parts.append(piece.type, piece.text);
    }
    const annotations = readAnnotations(delta);
    if (annotations.length > 0) this.#parts.cite(annotations);
    const refusal = nonEmpty(delta.refusal);
    if (refusal !== null) this.#parts.append('refusal', refusal);
    for (const image of readImages(delta.images)) this.#parts.whole(image);
    if (delta.tool_calls || delta.function_call) this.#readCalls(delta);
  }

  #readReasoning(delta: Chunk): void {
    const entries = delta.reasoning_details ? readEntries(delta.reasoning_details) : [];
    const text = readReasoning(delta);
    if (text !== '' && entries.every((entry) => entry.text === '')) this.#parts.append('reasoning', text);
    for (const { key, text, signature, redacted } of entries) {
      if (redacted !== null) this.#parts.whole({ type: 'reasoning', text, signature, redacted });
      else if (text !== '') {
        const slot = this.#parts.append('reasoning', text, key);
        if (signature !== null) this.#parts.sign(slot, signature);
      } else if (signature !== null) {
        const { last } = this.#parts;
        if (last?.kind === 'reasoning' && last.state !== 'closed') this.#parts.sign(last, signature);
        else this.#parts.sign(this.#parts.append('reasoning', '', key), signature);
      }
    }
  }

  #readCalls(delta: Chunk): void {
    const calls = readCalls(delta.tool_calls);
    if (isRecord(delta.function_call))
      calls.push(...readCalls([{ function: delta.function_call, index: 0 }]));
    const early = readThoughtSignature(delta.extra_content); // Gemini's older form has it on the message
    const [first, ...others] = calls;
    if (first === undefined) return;
    this.#calls.push([{ ...first, signature: first.signature ?? early }, ...others]);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // one bad line never ends a stream
  }
}

const isSame = (a: Usage, b: Usage | null): boolean =>
  b !== null &&
  a.inputTokens === b.inputTokens &&
  a.outputTokens === b.outputTokens &&
  a.cacheReadTokens === b.cacheReadTokens &&
  a.cacheWriteTokens === b.cacheWriteTokens &&
  a.reasoningTokens === b.reasoningTokens;
