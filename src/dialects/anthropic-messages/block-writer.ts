/** Writes events of an Anthropic stream, its content blocks numbered from 0. */

import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, textOf } from '../json.ts';

const encoder = new TextEncoder();

/** One event with its name. */
export const encodeEvent = (event: JsonObject): Uint8Array => encoder.encode(eventText(event));

const eventText = (event: JsonObject): string =>
  `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`;

export class BlockWriter {
  #blocks = 0;
  #text = '';

  event(event: JsonObject): void {
    this.#text += eventText(event);
  }

  /** Returns the block's index. */
  open(block: JsonObject): number {
    const index = this.#blocks++;
    this.event({ type: 'content_block_start', index, content_block: block });
    return index;
  }

  delta(index: number, delta: JsonObject): void {
    this.event({ type: 'content_block_delta', index, delta });
  }

  close(index: number): void {
    this.event({ type: 'content_block_stop', index });
  }

  whole(block: JsonObject): void {
    const { start, deltas } = toStreamed(block);
    const index = this.open(start);
    for (const delta of deltas) this.delta(index, delta);
    this.close(index);
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    const bytes = encoder.encode(this.#text);
    this.#text = '';
    return bytes;
  }
}

/** As the vendor streams it: clients fill blocks from deltas. Others come whole (wire 18). */
function toStreamed(block: JsonObject): { start: JsonObject; deltas: readonly JsonObject[] } {
  switch (block.type) {
    case 'text': {
      const { citations, ...start } = block;
      const cited = listOf(citations).map((citation) => ({ type: 'citations_delta', citation }));
      const text = { type: 'text_delta', text: textOf(block.text) };
      return { start: { ...start, text: '' }, deltas: [text, ...cited] };
    }
    case 'thinking': {
      const thinking = { type: 'thinking_delta', thinking: textOf(block.thinking) };
      const signature = { type: 'signature_delta', signature: textOf(block.signature) };
      const deltas = block.thinking === '' ? [signature] : [thinking, signature];
      return { start: { ...block, thinking: '', signature: '' }, deltas };
    }
    case 'tool_use':
    case 'server_tool_use': {
      const isEmpty = !isRecord(block.input) || Object.keys(block.input).length === 0;
      const delta = { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
      return { start: { ...block, input: {} }, deltas: isEmpty ? [] : [delta] };
    }
    default:
      return { start: block, deltas: [] };
  }
}
