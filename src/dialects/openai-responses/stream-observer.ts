/** Reads streams of this form on their way to a client of the same form. */

import { isRecord } from '../../is-record.ts';
import type { SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseJson, textOf } from '../json.ts';
import type { EventMeaning, ObserverOptions, StreamObserver } from '../straight.ts';
import { readInput } from './decode-answer.ts';
import { isErrorEvent } from './error-fields.ts';
import { readReasoningText } from './reasoning-items.ts';
import { readResponseUsage } from './usage.ts';

export class ResponsesStreamObserver implements StreamObserver {
  readonly #doneIsEnd: boolean;
  /** `output_index` of the items of which something was seen. */
  readonly #seen = new Set<unknown>();
  usage: Usage | null = null;
  outputCharacters = 0;
  /** `response.completed` or `response.incomplete` has come (wire 54). */
  isComplete = false;
  error: unknown;
  /** The response as it was last told; `null` if it was not. */
  response: JsonObject | null = null;
  /** The next `sequence_number`. */
  sequence = 0;
  /** The form has none; OpenRouter's `[DONE]` is passed on where it comes (wire 4). */
  readonly doneMarker = null;

  constructor({ doneIsEnd }: Pick<ObserverOptions, 'doneIsEnd'>) {
    this.#doneIsEnd = doneIsEnd;
  }

  observe({ data, name }: SseEvent): EventMeaning {
    if (data === null || data === '') return 'other';
    if (data.trim() === '[DONE]') {
      if (this.#doneIsEnd) this.isComplete = true;
      return 'done';
    }
    const event = parseJson(data);
    if (!isRecord(event)) {
      if (name !== 'error') return 'other';
      this.error ??= data;
      return 'error';
    }
    if (isErrorEvent(event, name)) {
      this.error ??= isRecord(event.response) ? event.response : event;
      return 'error';
    }
    if (typeof event.sequence_number === 'number') this.sequence = event.sequence_number + 1;
    if (isRecord(event.response)) this.response = event.response;
    const type = typeof event.type === 'string' ? event.type : (name ?? '');
    if (type === 'response.completed' || type === 'response.incomplete') return this.#complete(event);
    return this.#see(type, event) ? 'content' : 'other';
  }

  #complete({ response }: JsonObject): EventMeaning {
    this.isComplete = true;
    if (!isRecord(response)) return 'other';
    this.usage = readResponseUsage(response);
    // Where no event came before, the whole answer is here.
    const items = listOf(response.output).filter(isRecord);
    const isFirst = this.#seen.size === 0 && items.filter((item) => this.#seeItem(item)).length > 0;
    return isFirst ? 'content' : 'other';
  }

  #see(type: string, event: JsonObject): boolean {
    if (type.endsWith('.delta')) {
      const isContent = this.#count(textOf(event.delta));
      if (isContent) this.#seen.add(event.output_index);
      return isContent;
    }
    if (type.endsWith('.partial_image')) return textOf(event.partial_image_b64) !== '';
    if (!type.endsWith('.done') || this.#seen.has(event.output_index)) return false;
    const isContent = isRecord(event.item) ? this.#seeItem(event.item) : this.#count(textOfDone(event));
    if (!isContent) return false;
    this.#seen.add(event.output_index); // its deltas never came (wire 44)
    return true;
  }

  /** The vendor's own tools say by their being there that the answer has begun. */
  #seeItem(item: JsonObject): boolean {
    const text = textOfItem(item);
    return text === null ? item.type !== undefined : this.#count(text);
  }

  #count(text: string): boolean {
    this.outputCharacters += text.length;
    return text !== '';
  }
}

function textOfDone(event: JsonObject): string {
  const texts = [event.text, event.refusal, event.arguments, event.input];
  return texts.map(textOf).find((text) => text !== '') ?? '';
}

/** What a whole item says; `null` for what has no text. */
function textOfItem(item: JsonObject): string | null {
  switch (item.type) {
    case 'message':
      return listOf(item.content)
        .filter(isRecord)
        .map((content) => textOf(content.text) + textOf(content.refusal))
        .join('');
    case 'reasoning':
      return readReasoningText(item);
    case 'function_call':
    case 'custom_tool_call':
      return readInput(item);
    default:
      return null;
  }
}
