/** Reads streams of Anthropic's events on their way to a client of the same form. */

import { isRecord } from '../../is-record.ts';
import type { SseEvent } from '../../streaming/sse.ts';
import type { Usage } from '../../usage/usage.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseJson, textOf } from '../json.ts';
import type { EventMeaning, StreamObserver } from '../straight.ts';
import { hasErrorPayload } from './error-fields.ts';
import { RunningUsage } from './usage.ts';

export class AnthropicStreamObserver implements StreamObserver {
  readonly #usage = new RunningUsage();
  outputCharacters = 0;
  /** `message_stop` has come; `[DONE]` does not exist here. */
  isComplete = false;
  error: unknown;
  readonly doneMarker = null;

  get usage(): Usage | null {
    return this.#usage.total;
  }

  observe({ data, name }: SseEvent): EventMeaning {
    if (data === null || data === '') return 'other';
    const event = parseJson(data);
    if (!isRecord(event)) {
      if (name !== 'error') return 'other';
      this.error ??= data;
      return 'error';
    }
    if (name === 'error' || hasErrorPayload(event)) {
      this.error ??= event;
      return 'error';
    }
    switch (event.type ?? name) {
      case 'message_start':
        if (isRecord(event.message)) this.#usage.read(event.message.usage);
        return 'other';
      case 'message_delta':
        this.#usage.read(event.usage); // beside the stop reason: never an event of usage alone
        return 'other';
      case 'message_stop':
        this.isComplete = true;
        return 'other';
      case 'content_block_start':
        return isRecord(event.content_block) && this.#isContent(event.content_block) ? 'content' : 'other';
      case 'content_block_delta':
        return isRecord(event.delta) && this.#isContent(event.delta) ? 'content' : 'other';
      default:
        return 'other';
    }
  }

  /** A delta with something in it, or a block that came whole (wire 18). */
  #isContent(block: JsonObject): boolean {
    const name = block.type === 'tool_use' ? textOf(block.name) : '';
    const texts = [block.text, block.thinking, block.partial_json, name];
    this.outputCharacters += texts.reduce<number>((sum, text) => sum + textOf(text).length, 0);
    switch (block.type) {
      case 'text':
      case 'text_delta':
        return textOf(block.text) !== '' || listOf(block.citations).length > 0;
      case 'thinking':
      case 'thinking_delta':
        return textOf(block.thinking) !== '' || textOf(block.signature) !== '';
      case 'signature_delta':
        return textOf(block.signature) !== '';
      case 'input_json_delta':
        return textOf(block.partial_json) !== '';
      case 'tool_use':
      case 'server_tool_use':
        return isRecord(block.input) && Object.keys(block.input).length > 0;
      default:
        return block.type !== undefined;
    }
  }
}
