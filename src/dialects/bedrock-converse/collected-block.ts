/** Blocks of a stream that mean something only when they are whole: put together as they would stand in an answer. */
import { isRecord } from '../../is-record.ts';
import type { JsonObject } from '../canonical.ts';
import { listOf, parseExactJson, textOf } from '../json.ts';

export class CollectedBlock {
  readonly #start: JsonObject;
  #input = '';
  readonly #results: JsonObject[] = [];
  readonly #pieces: string[] = [];
  #others: JsonObject = {};

  /** `start` of the block's start event, or `{}`. */
  constructor(start: JsonObject) {
    this.#start = start;
  }

  add(delta: JsonObject): void {
    const { toolUse, toolResult, image, reasoningContent, ...others } = delta;
    if (isRecord(toolUse)) this.#input += textOf(toolUse.input);
    for (const result of listOf(toolResult).filter(isRecord)) this.#addResult(result);
    if (isRecord(image) && isRecord(image.source)) this.#pieces.push(textOf(image.source.bytes));
    if (isRecord(reasoningContent)) this.#pieces.push(textOf(reasoningContent.redactedContent));
    this.#others = { ...this.#others, ...others };
  }

  get isRedacted(): boolean {
    return Object.keys(this.#start).length === 0 && this.#pieces.length > 0;
  }

  /** As in the content of a message that is whole. */
  get value(): JsonObject {
    const { toolUse, toolResult, image } = this.#start;
    if (this.isRedacted) return { reasoningContent: { redactedContent: joinBase64(this.#pieces) } };
    if (isRecord(toolUse)) return { toolUse: { ...toolUse, input: parseExactJson(this.#input) ?? {} } };
    if (isRecord(toolResult)) return { toolResult: { ...toolResult, content: this.#results } };
    if (isRecord(image)) return { image: { ...image, source: { bytes: joinBase64(this.#pieces) } } };
    return { ...this.#start, ...this.#others };
  }

  /** Text comes in pieces, JSON whole. */
  #addResult(result: JsonObject): void {
    const last = this.#results.at(-1);
    if (typeof result.text !== 'string' || typeof last?.text !== 'string') this.#results.push(result);
    else this.#results.splice(-1, 1, { text: last.text + result.text });
  }
}

/** Each piece is base64 of its own, perhaps with padding in the middle. */
function joinBase64(pieces: readonly string[]): string {
  if (pieces.length === 1) return pieces[0] ?? '';
  try {
    return btoa(pieces.map((piece) => atob(piece)).join(''));
  } catch {
    return pieces.join('');
  }
}
