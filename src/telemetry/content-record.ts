/**
 * What was asked and answered, for keys that want it in the log (`log_content`); nobody else's content is kept for a
 * moment longer than it takes to pass it on.
 */
import type { RequestContext } from '../context.ts';
import type { WriteObserver } from '../streaming/stream-writer.ts';

/** Of each side: a log line is no archive. */
export const MAX_CONTENT_BYTES = 32 * 1024;

/** One side of the exchange, as far as it fits. */
class Side {
  readonly #chunks: Uint8Array[] = [];
  #keptBytes = 0;
  isCut = false;

  take(bytes: Uint8Array): void {
    const room = MAX_CONTENT_BYTES - this.#keptBytes;
    if (bytes.length > room) this.isCut = true;
    if (room === 0 || bytes.length === 0) return;
    const kept = bytes.slice(0, room); // a copy: whoever sent it may use its memory again
    this.#chunks.push(kept);
    this.#keptBytes += kept.length;
  }

  /** `null` if nothing came. */
  text(): string | null {
    if (this.#keptBytes === 0) return null;
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode();
  }
}

export class ContentRecord {
  readonly #context: Pick<RequestContext, 'log' | 'requestId'>;
  readonly #request = new Side();
  readonly #response = new Side();
  #isStreaming = false;
  #isWritten = false;

  constructor(context: Pick<RequestContext, 'log' | 'requestId'>) {
    this.#context = context;
  }

  takeRequest(bytes: Uint8Array): void {
    this.#request.take(bytes);
  }

  takeResponse(bytes: Uint8Array): void {
    this.#response.take(bytes);
  }

  /** For an answer that is streamed: what is written counts, and the line waits for its end. */
  observe(): WriteObserver {
    this.#isStreaming = true;
    return { onWrite: (bytes) => this.takeResponse(bytes), onEnd: () => this.#write() };
  }

  /** The request is settled. Of a stream the last bytes may still be on their way. */
  settle(): void {
    if (!this.#isStreaming) this.#write();
  }

  #write(): void {
    if (this.#isWritten) return;
    this.#isWritten = true;
    this.#context.log({
      type: 'content',
      request_id: this.#context.requestId,
      request: this.#request.text(),
      response: this.#response.text(),
      truncated: this.#request.isCut || this.#response.isCut,
    });
  }
}
