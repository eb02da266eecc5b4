/**
 * The whole response that a stream of this form tells: its last event has it. Where that leaves items out, they are
 * the ones that `response.output_item.done` told.
 * Source: https://platform.openai.com/docs/api-reference/responses-streaming
 */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseExactJson } from '../json.ts';
import type { AnswerCollector } from '../stored-form.ts';
import { isErrorAnswer, isErrorEvent } from './error-fields.ts';

export class ResponseCollector implements AnswerCollector {
  /** By `output_index`, as each was done; `null`: not yet. */
  readonly #items = new Map<unknown, JsonObject | null>();
  #hasDeltas = false;
  #response: JsonObject | null = null;
  #isUnreadable = false;

  push({ data, name }: { readonly data: string | null; readonly name: string | null }): void {
    if (this.#isUnreadable || data === null || data === '' || data.trim() === '[DONE]') return; // wire 4
    if (name?.endsWith('.delta')) {
      this.#hasDeltas = true; // by far the most events, and all that they say is said again
      return;
    }
    const event = parseExactJson(data);
    if (isRecord(event) && !isErrorEvent(event, name)) this.#read(event.type ?? name, event);
    else this.#isUnreadable = true;
  }

  body(): JsonObject | null {
    if (this.#isUnreadable || this.#response === null || isErrorAnswer(this.#response)) return null;
    const output = listOf(this.#response.output);
    const lacksItems = output.length < this.#items.size || (output.length === 0 && this.#hasDeltas);
    if (!lacksItems) return { ...this.#response, output };
    const items = [...this.#items].sort(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
    return items.length === 0 || items.includes(null) ? null : { ...this.#response, output: items };
  }

  #read(type: unknown, event: JsonObject): void {
    switch (type) {
      case 'response.output_item.added':
        if (!this.#items.has(event.output_index)) this.#items.set(event.output_index, null);
        break;
      case 'response.output_item.done':
        if (isRecord(event.item)) this.#items.set(event.output_index, event.item);
        break;
      case 'response.completed':
        if (isRecord(event.response)) this.#response ??= event.response;
        break;
      case 'response.incomplete':
        if (isRecord(event.response)) this.#response ??= { ...event.response, status: 'incomplete' };
        break;
      default:
        if (typeof type === 'string' && type.endsWith('.delta')) this.#hasDeltas = true;
    }
  }
}
