/**
 * A stream of Cohere as canonical events. It is whole with `message-end`; the `[DONE]` behind it says nothing (wire 4).
 * Source: https://docs.cohere.com/docs/streaming
 */
import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import type { StreamDecoder } from '../codec.ts';
import type { Identifiers } from '../identifiers.ts';
import { parseExactJson, recordOf, textOf, textOrNull } from '../json.ts';
import { NOTHING_SAID, type RawErrorFields } from '../straight.ts';
import { CallQueue } from './call-queue.ts';
import { readCall } from './decode-answer.ts';
import { readError } from './error-fields.ts';
import { isFailure, toFinishReason } from './finish-reasons.ts';
import { readLogprobs } from './logprobs.ts';
import { PartWriter } from './part-writer.ts';
import { billedUnits, readUsage } from './usage.ts';

export class CohereStreamDecoder implements StreamDecoder {
  readonly #ids: Identifiers;
  readonly #parts: PartWriter;
  readonly #calls: CallQueue;
  #events: CanonicalEvent[] = [];
  #hasStarted = false;
  /** Finished or failed: what still comes is passed over. */
  #isOver = false;

  constructor(ids: Identifiers) {
    this.#ids = ids;
    this.#parts = new PartWriter((event) => this.#events.push(event));
    this.#calls = new CallQueue(this.#parts);
  }

  push({ data, name }: StreamFrame): readonly CanonicalEvent[] {
    if (this.#isOver || data === null) return [];
    const event = parseExactJson(data);
    if (isRecord(event)) this.#read(event, textOrNull(event.type) ?? name);
    else if (name === 'error') this.#fail(NOTHING_SAID);
    return this.#taken();
  }

  end(): readonly CanonicalEvent[] {
    if (!this.#isOver) this.#closeAll();
    return this.#taken();
  }

  #taken(): readonly CanonicalEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #read(event: JsonObject, type: string | null): void {
    const delta = recordOf(event.delta);
    const message = recordOf(delta.message);
    switch (type) {
      case 'message-start':
        this.#start(textOrNull(event.id));
        break;
      case 'content-start':
      case 'content-delta':
        this.#readContent(event, message.content);
        break;
      case 'tool-plan-delta':
        this.#append('reasoning', null, textOf(message.tool_plan));
        break;
      case 'tool-call-start':
        this.#startCall(event.index, message.tool_calls);
        break;
      case 'tool-call-delta':
        this.#calls.append(event.index, argumentsOf(message.tool_calls));
        break;
      case 'tool-call-end':
        this.#calls.end(event.index);
        break;
      case 'citation-start':
        if (isRecord(message.citations)) this.#parts.cite(message.citations);
        break;
      case 'message-end':
        this.#finish(delta);
        break;
      case null:
      case 'error':
        this.#readError(event, type);
        break;
      // Nothing to tell: `debug`, and the ends of contents, which stay open for their citations.
      default:
    }
  }

  #start(id: string | null): void {
    if (this.#hasStarted) return;
    this.#hasStarted = true;
    const start = { id: id ?? this.#ids.answer(), model: '', created: null, usage: null };
    this.#events.push({ type: 'start', ...start });
  }

  #readContent({ index, logprobs }: JsonObject, content: unknown): void {
    if (isRecord(content)) {
      const block = typeof index === 'number' ? index : 0;
      this.#append('reasoning', block, textOf(content.thinking));
      this.#append('text', block, textOf(content.text));
    }
    const read = readLogprobs(logprobs);
    if (read.length === 0) return;
    this.#start(null);
    this.#events.push({ type: 'logprobs', choice: 0, logprobs: read });
  }

  #append(type: 'text' | 'reasoning', block: number | null, text: string): void {
    if (text === '') return;
    this.#start(null);
    this.#calls.finish();
    this.#parts.append(type, block, text);
  }

  #startCall(index: unknown, value: unknown): void {
    const call = readCall(value, this.#ids);
    if (call === null) return;
    this.#start(null);
    this.#calls.start(index, call, argumentsOf(value));
  }

  #finish(delta: JsonObject): void {
    const native = textOrNull(delta.finish_reason);
    const error = textOrNull(delta.error);
    if (isFailure(native) || error !== null) {
      this.#fail({ ...NOTHING_SAID, message: error, code: native });
      return;
    }
    this.#start(null);
    this.#closeAll();
    const usage = readUsage(delta.usage);
    const extra = billedUnits(delta.usage);
    if (usage !== null) this.#events.push({ type: 'usage', usage });
    if (extra !== null) this.#events.push({ type: 'about', extra });
    const reason = toFinishReason(native, this.#calls.hasCalls);
    this.#events.push({ type: 'finish', choice: 0, reason, native, stopSequence: null });
    this.#isOver = true;
  }

  /** A bare `{message}`, or an event of that name. */
  #readError(event: JsonObject, type: string | null): void {
    const error = readError(event);
    if (error !== null || type === 'error') this.#fail(error ?? NOTHING_SAID);
  }

  #closeAll(): void {
    this.#calls.finish();
    this.#parts.close();
  }

  #fail(error: RawErrorFields): void {
    this.#isOver = true;
    this.#events.push({ type: 'error', error });
  }
}

function argumentsOf(call: unknown): string {
  const made = isRecord(call) && isRecord(call.function) ? call.function.arguments : null;
  return isRecord(made) ? JSON.stringify(made) : textOf(made);
}
