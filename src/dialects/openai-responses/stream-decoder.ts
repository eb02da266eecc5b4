/**
 * Events of a streamed response, into canonical ones. Only `type` and `output_index` are relied upon: the framing's
 * `event:` may be missing (wire 1), item ids may change from event to event (wire 29), items may interleave (wire 28),
 * and the beginning may be missing (wire 30).
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */

import { isRecord } from '../../is-record.ts';
import type { StreamFrame } from '../../streaming/frames.ts';
import type { CanonicalEvent, JsonObject } from '../canonical.ts';
import type { DecodeOptions, StreamDecoder } from '../codec.ts';
import { countOf, listOf, parseExactJson, textOf, textOrNull } from '../json.ts';
import { NOTHING_SAID } from '../straight.ts';
import { readCreated, readLogprobs, serviceTierOf } from './decode-answer.ts';
import { isErrorEvent, readError } from './error-fields.ts';
import { readEnding } from './finish-reasons.ts';
import type { ResponseIdentifiers } from './identifiers.ts';
import { ItemReader } from './item-reader.ts';
import { readResponseUsage } from './usage.ts';

export class ResponsesStreamDecoder implements StreamDecoder {
  readonly #ids: ResponseIdentifiers;
  readonly #doneIsEnd: boolean;
  readonly #items = new Map<unknown, ItemReader>();
  #parts = 0;
  #hasStarted = false;
  /** Finished or failed: nothing of what may follow counts. */
  #isOver = false;

  constructor(ids: ResponseIdentifiers, { doneIsEnd = false }: DecodeOptions = {}) {
    this.#ids = ids;
    this.#doneIsEnd = doneIsEnd;
  }

  push({ data, name }: StreamFrame): readonly CanonicalEvent[] {
    if (this.#isOver || data === null || data === '') return [];
    if (data.trim() === '[DONE]') return this.#doneIsEnd && this.#hasStarted ? this.#finish({}) : []; // wire 4
    const event = parseExactJson(data);
    if (!isRecord(event)) return [];
    if (isErrorEvent(event, name)) return this.#fail(event);
    const type = typeof event.type === 'string' ? event.type : (name ?? '');
    const response = isRecord(event.response) ? event.response : null;
    if (type === 'response.completed' || type === 'response.incomplete') {
      const isIncomplete = type === 'response.incomplete' || response?.status === 'incomplete';
      const status = isIncomplete ? 'incomplete' : 'completed';
      return [...this.#start(response ?? {}), ...this.#finish({ ...response, status })];
    }
    if (response !== null) return this.#start(response); // created, queued, in_progress
    const told = this.#read(type, event);
    return told.length === 0 ? [] : [...this.#start({}), ...told];
  }

  end(): readonly CanonicalEvent[] {
    return this.#isOver ? [] : this.#closeAll();
  }

  #start(response: JsonObject): CanonicalEvent[] {
    if (this.#hasStarted) return [];
    this.#hasStarted = true;
    const id = textOrNull(response.id) ?? this.#ids.answer();
    const created = readCreated(response.created_at);
    return [{ type: 'start', id, model: textOf(response.model), created, usage: null }];
  }

  #read(type: string, event: JsonObject): CanonicalEvent[] {
    const { content_index: content } = event;
    switch (type) {
      case 'response.output_item.added':
        return isRecord(event.item) ? this.#item(event).add(event.item) : [];
      case 'response.output_item.done':
        return isRecord(event.item) ? this.#item(event).close(event.item) : [];
      case 'response.content_part.added':
        return this.#openContent(event);
      case 'response.output_text.delta': {
        const item = this.#item(event);
        const told = item.append('text', content, textOf(event.delta));
        return [...told, ...item.addLogprobs(content, readLogprobs(event), false)];
      }
      case 'response.output_text.done': {
        const item = this.#item(event);
        const told = item.complete('text', content, textOf(event.text));
        return [...told, ...item.addLogprobs(content, readLogprobs(event), true)];
      }
      case 'response.output_text.annotation.added':
        return isRecord(event.annotation) ? this.#item(event).cite(content, event.annotation) : [];
      case 'response.refusal.delta':
        return this.#item(event).append('refusal', content, textOf(event.delta));
      case 'response.refusal.done':
        return this.#item(event).complete('refusal', content, textOf(event.refusal));
      case 'response.reasoning_summary_text.delta':
        return this.#item(event).append(
          'reasoning',
          `summary ${countOf(event.summary_index)}`,
          textOf(event.delta),
        );
      case 'response.reasoning_summary_text.done':
        return this.#item(event).complete(
          'reasoning',
          `summary ${countOf(event.summary_index)}`,
          textOf(event.text),
        );
      case 'response.reasoning_text.delta':
        return this.#item(event).append('reasoning', `content ${countOf(content)}`, textOf(event.delta));
      case 'response.reasoning_text.done':
        return this.#item(event).complete('reasoning', `content ${countOf(content)}`, textOf(event.text));
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#item(event).append('call', 0, textOf(event.delta));
      case 'response.function_call_arguments.done':
        return this.#item(event).complete('call', 0, textOf(event.arguments));
      case 'response.custom_tool_call_input.done':
        return this.#item(event).complete('call', 0, textOf(event.input));
      default:
        return []; // progress of the vendor's own tools: their items tell all of it when they are done
    }
  }

  #openContent(event: JsonObject): CanonicalEvent[] {
    const type = isRecord(event.part) ? event.part.type : null;
    if (type === 'output_text') return this.#item(event).open('text', event.content_index);
    return type === 'refusal' ? this.#item(event).open('refusal', event.content_index) : [];
  }

  #item(event: JsonObject): ItemReader {
    const key = event.output_index ?? event.item_id;
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    const reader = new ItemReader(() => this.#parts++, this.#ids);
    this.#items.set(key, reader);
    return reader;
  }

  #finish(response: JsonObject): CanonicalEvent[] {
    const events = [...this.#catchUp(response), ...this.#closeAll()];
    this.#isOver = true;
    const usage = readResponseUsage(response);
    if (usage !== null) events.push({ type: 'usage', usage });
    const tier = serviceTierOf(response);
    if (tier.serviceTier !== undefined) events.push({ type: 'about', ...tier });
    const hasCalls = [...this.#items.values()].some((item) => item.isCall);
    const { reason, native } = readEnding(response, hasCalls);
    events.push({ type: 'finish', choice: 0, reason, native, stopSequence: null });
    return events;
  }

  /** Items that the whole response has, and that the stream did not tell to their end. */
  #catchUp(response: JsonObject): CanonicalEvent[] {
    const output = listOf(response.output);
    return output.flatMap((item, index) => {
      if (!isRecord(item)) return [];
      const known = this.#items.get(index);
      if (known === undefined && this.#items.size >= output.length) return []; // its number is another one here
      const reader = known ?? this.#item({ output_index: index });
      return [...reader.add(item), ...reader.close(item)];
    });
  }

  #closeAll(): CanonicalEvent[] {
    return [...this.#items.values()].flatMap((item) => item.close(null));
  }

  #fail(event: JsonObject): CanonicalEvent[] {
    const closed = this.#hasStarted ? this.#closeAll() : [];
    this.#isOver = true;
    return [...closed, { type: 'error', error: readError(event) ?? NOTHING_SAID }];
  }
}
