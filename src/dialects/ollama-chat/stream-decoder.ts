/** A stream of Ollama as canonical events: lines like whole answers, each with a piece; whole with `done: true`. */
import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import type { StreamDecoder } from '../codec.ts';
import type { Identifiers } from '../identifiers.ts';
import { parseExactJson, textOf, textOrNull } from '../json.ts';
import { readCalls, readCreated, readLogprobs, readUsage } from './answer-pieces.ts';
import { toFinishReason } from './done-reasons.ts';
import { readError } from './error-fields.ts';

export class OllamaStreamDecoder implements StreamDecoder {
  readonly #ids: Identifiers;
  #events: CanonicalEvent[] = [];
  #open: 'text' | 'reasoning' | null = null;
  /** Parts begun; the last one is the open one, if any is. */
  #count = 0;
  #hasStarted = false;
  #hasCalls = false;
  /** Finished or failed: what still comes is passed over. */
  #isOver = false;

  constructor(ids: Identifiers) {
    this.#ids = ids;
  }

  push({ data }: StreamFrame): readonly CanonicalEvent[] {
    const line = data === null || this.#isOver ? null : parseExactJson(data);
    if (isRecord(line)) this.#read(line);
    return this.#taken();
  }

  end(): readonly CanonicalEvent[] {
    if (!this.#isOver) this.#close();
    return this.#taken();
  }

  #taken(): readonly CanonicalEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #read(line: JsonObject): void {
    const error = readError(line);
    if (error !== null) {
      this.#isOver = true;
      this.#events.push({ type: 'error', error });
      return;
    }
    if (!isRecord(line.message) && line.done !== true) return;
    this.#start(line);
    if (isRecord(line.message)) this.#readMessage(line.message);
    const logprobs = readLogprobs(line.logprobs);
    if (logprobs.length > 0) this.#events.push({ type: 'logprobs', choice: 0, logprobs });
    if (line.done === true) this.#finish(line);
  }

  #start({ model, created_at }: JsonObject): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const created = readCreated(created_at);
    this.#events.push({ type: 'start', id: this.#ids.answer(), model: textOf(model), created, usage: null });
  }

  #readMessage({ thinking, content, tool_calls }: JsonObject): void {
    this.#append('reasoning', textOf(thinking));
    this.#append('text', textOf(content));
    for (const { id, name, input } of readCalls(tool_calls, this.#ids)) {
      this.#hasCalls = true;
      const at = this.#begin({ type: 'tool-call', id, name, isCustom: false });
      this.#events.push({ type: 'part-delta', ...at, text: input }, { type: 'part-end', ...at });
    }
  }

  #append(type: 'text' | 'reasoning', text: string): void {
    if (text === '') return;
    if (this.#open !== type) {
      this.#begin({ type });
      this.#open = type;
    }
    this.#events.push({ type: 'part-delta', choice: 0, part: this.#count - 1, text });
  }

  #begin(content: Extract<CanonicalEvent, { type: 'part-start' }>['content']): { choice: 0; part: number } {
    this.#close();
    const at = { choice: 0, part: this.#count } as const;
    this.#count += 1;
    this.#events.push({ type: 'part-start', ...at, content });
    return at;
  }

  #close(): void {
    if (this.#open === null) return;
    this.#open = null;
    this.#events.push({ type: 'part-end', choice: 0, part: this.#count - 1 });
  }

  #finish(line: JsonObject): void {
    this.#close();
    const usage = readUsage(line);
    if (usage !== null) this.#events.push({ type: 'usage', usage });
    const native = textOrNull(line.done_reason);
    const reason = toFinishReason(native, this.#hasCalls);
    this.#events.push({ type: 'finish', choice: 0, reason, native, stopSequence: null });
    this.#isOver = true;
  }
}
