/**
 * What is the same in every chunk of a stream. Chunks are put together from text, because all but the delta is.
 * Source of the shape: `CreateChatCompletionStreamResponse`,
 * https://platform.openai.com/docs/api-reference/chat-streaming/streaming
 */
import type { JsonObject } from '../canonical.ts';

export class ChunkFrame {
  /** What each chunk begins and ends with, once `start` has told. */
  #head = '';
  readonly #tail: string;
  #base: JsonObject = {};
  /** Behind the choices of chunks with a finish reason. */
  #ending = '';

  /** Where usage is asked for, chunks without any say so. */
  constructor(wantsUsage: boolean) {
    this.#tail = wantsUsage ? ',"usage":null}\n\n' : '}\n\n';
  }

  start(base: { readonly id: string; readonly created: number; readonly model: string }): void {
    const { id, created, model } = base;
    this.#base = { id, object: 'chat.completion.chunk', created, model };
    this.#writeHead();
  }

  /** Of the chunks from now on. */
  serveAs(tier: string): void {
    this.#base = { ...this.#base, service_tier: tier };
    this.#writeHead();
  }

  /** Further members of the chunks with finish reasons. */
  endWith(members: JsonObject): void {
    this.#ending = Object.entries(members)
      .map(([name, value]) => `,${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join('');
  }

  /** `delta`: JSON text. */
  delta(choice: number, delta: string): string {
    return this.#chunk(`[{"index":${choice},"delta":${delta},"logprobs":null,"finish_reason":null}]`);
  }

  logprobs(choice: number, logprobs: JsonObject): string {
    const told = JSON.stringify(logprobs);
    return this.#chunk(`[{"index":${choice},"delta":{},"logprobs":${told},"finish_reason":null}]`);
  }

  finish(choice: number, reason: string, native: string | null): string {
    const raw = native === null ? '' : `,"native_finish_reason":${JSON.stringify(native)}`;
    const word = JSON.stringify(reason);
    const ended = `[{"index":${choice},"delta":{},"logprobs":null,"finish_reason":${word}${raw}}]`;
    return this.#chunk(ended + this.#ending);
  }

  usage(usage: JsonObject): string {
    return `${this.#head}[],"usage":${JSON.stringify(usage)}}\n\n`;
  }

  #chunk(choices: string): string {
    return this.#head + choices + this.#tail;
  }

  #writeHead(): void {
    this.#head = `data: ${JSON.stringify(this.#base).slice(0, -1)},"choices":`;
  }
}
