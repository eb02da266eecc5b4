/**
 * Writers of one part of an output item: they fill the item's JSON and tell each step as an event.
 * Source of the events: https://platform.openai.com/docs/api-reference/responses-streaming
 */
import type { Citation, JsonObject, Signature } from '../canonical.ts';
import { writeAnnotation } from './annotations.ts';
import type { LogprobPool } from './logprob-pool.ts';
import { type Proven, writeProof } from './reasoning-items.ts';

/** An object of the output while it grows. */
export type Growing = Record<string, unknown>;

export interface PartWriter {
  add(text: string): void;
  sign(signature: Signature): void;
  cite(citation: Citation): void;
  end(): void;
}

/** Tells an event of the item that the writer fills; its ids and numbers are added. */
export type Tell = (type: string, fields: JsonObject) => void;

export class TextWriter implements PartWriter {
  readonly #tell: Tell;
  readonly #index: number;
  readonly #pool: LogprobPool;
  readonly #citations: Citation[] = [];
  readonly #annotations: JsonObject[] = [];
  readonly #logprobs: JsonObject[] = [];
  readonly content: Growing = {
    type: 'output_text',
    annotations: this.#annotations,
    logprobs: this.#logprobs,
    text: '',
  };
  #text = '';
  signature: Signature | null = null;

  constructor(tell: Tell, index: number, pool: LogprobPool) {
    this.#tell = tell;
    this.#index = index;
    this.#pool = pool;
    tell('response.content_part.added', { content_index: index, part: this.content });
  }

  add(text: string): void {
    this.#text += text;
    this.content.text = this.#text;
    this.#tellDelta(text);
  }

  sign(signature: Signature): void {
    this.signature = signature;
  }

  cite(citation: Citation): void {
    this.#citations.push(citation);
  }

  end(): void {
    const late = this.#pool.takeUntold();
    if (late.length > 0) this.#tellDelta('', late);
    for (const citation of this.#citations) this.#annotate(citation);
    const text = this.#text;
    this.takeLogprobs();
    const at = { content_index: this.#index };
    this.#tell('response.output_text.done', { ...at, text, logprobs: this.#logprobs });
    this.#tell('response.content_part.done', { ...at, part: this.content });
  }

  addLogprobs(logprobs: readonly JsonObject[]): void {
    this.#logprobs.push(...logprobs);
  }

  /** Gives back what it has, to be dealt out again. */
  returnLogprobs(): readonly JsonObject[] {
    return this.#logprobs.splice(0);
  }

  takeLogprobs(): void {
    this.addLogprobs(this.#pool.takeFor(this.#text.length));
  }

  #tellDelta(delta: string, logprobs: readonly JsonObject[] = this.#pool.takeUntold()): void {
    this.#tell('response.output_text.delta', { content_index: this.#index, delta, logprobs });
  }

  #annotate(citation: Citation): void {
    const annotation = writeAnnotation(citation, this.#text.length);
    if (annotation === null) return;
    const at = { content_index: this.#index, annotation_index: this.#annotations.length };
    this.#annotations.push(annotation);
    this.#tell('response.output_text.annotation.added', { ...at, annotation });
  }
}

export class RefusalWriter implements PartWriter {
  readonly #tell: Tell;
  readonly #index: number;
  readonly content: Growing = { type: 'refusal', refusal: '' };
  #text = '';

  constructor(tell: Tell, index: number) {
    this.#tell = tell;
    this.#index = index;
    tell('response.content_part.added', { content_index: index, part: this.content });
  }

  add(delta: string): void {
    this.#text += delta;
    this.content.refusal = this.#text;
    this.#tell('response.refusal.delta', { content_index: this.#index, delta });
  }

  sign(): void {}
  cite(): void {}

  end(): void {
    this.#tell('response.refusal.done', { content_index: this.#index, refusal: this.#text });
    this.#tell('response.content_part.done', { content_index: this.#index, part: this.content });
  }
}

/** One thought: its text is the item's one section of a summary. */
export class ReasoningWriter implements PartWriter {
  readonly #tell: Tell;
  readonly #item: Growing;
  #text: string | null = null;

  constructor(tell: Tell, item: Growing) {
    this.#tell = tell;
    this.#item = item;
  }

  add(delta: string): void {
    if (this.#text === null) {
      this.#tell('response.reasoning_summary_part.added', { summary_index: 0, part: toSummary('') });
    }
    this.#text = (this.#text ?? '') + delta;
    this.#item.summary = [toSummary(this.#text)];
    this.#tell('response.reasoning_summary_text.delta', { summary_index: 0, delta });
  }

  sign(signature: Signature, of: Proven = { kind: 'thought' }): void {
    this.#item.encrypted_content = writeProof({ of, signature });
  }

  cite(): void {}

  end(): void {
    if (this.#text === null) return;
    this.#tell('response.reasoning_summary_text.done', { summary_index: 0, text: this.#text });
    this.#tell('response.reasoning_summary_part.done', { summary_index: 0, part: toSummary(this.#text) });
  }
}

const toSummary = (text: string): JsonObject => ({ type: 'summary_text', text });

export class CallWriter implements PartWriter {
  readonly #tell: Tell;
  readonly #item: Growing;
  readonly #isCustom: boolean;
  #input = '';
  signature: Signature | null;

  constructor(tell: Tell, item: Growing, isCustom: boolean, signature: Signature | undefined) {
    this.#tell = tell;
    this.#item = item;
    this.#isCustom = isCustom;
    this.signature = signature ?? null;
  }

  add(delta: string): void {
    this.#input += delta;
    this.#item[this.#isCustom ? 'input' : 'arguments'] = this.#input;
    const type = this.#isCustom ? 'custom_tool_call_input' : 'function_call_arguments';
    this.#tell(`response.${type}.delta`, { delta });
  }

  sign(signature: Signature): void {
    this.signature = signature;
  }

  cite(): void {}

  end(): void {
    if (this.#isCustom) {
      this.#tell('response.custom_tool_call_input.done', { input: this.#input });
      return;
    }
    if (this.#input === '') this.add('{}'); // clients parse it
    const { name } = this.#item;
    this.#tell('response.function_call_arguments.done', { name, arguments: this.#input });
  }
}
