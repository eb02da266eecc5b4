/**
 * Request bodies in flight, over all requests of an isolate: past the bound new ones are turned away, because an
 * isolate that runs out of memory takes every request in it down.
 */

import type { BodySource } from '../dialects/client-request.ts';
import { GatewayUnavailable, RequestTooLarge } from '../errors.ts';
import { ClientLeft } from './client-left.ts';

/** Half of what an isolate has (128 MB): bodies are held once, and for a moment twice while they are parsed. */
export const MAX_BODY_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** How much of a body that is too large is read on, and how long a pause in it may be. */
const MAX_DROPPED_BYTES = 64 * 1024 * 1024;
const MAX_PAUSE_MS = 250;

export class BodyMemory {
  readonly #maxBytes: number;
  #takenBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  take(bytes: number): boolean {
    if (this.#takenBytes + bytes > this.#maxBytes) return false;
    this.#takenBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}

/** What one request holds of the isolate's memory for its body. Given back once, however often it is released. */
export class BodyShare implements BodySource {
  readonly contentLength: number | null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | null;
  readonly #maxBytes: number;
  readonly #memory: BodyMemory;
  readonly #gone: Promise<never>;
  #readBytes = 0;
  #heldBytes = 0;
  #isHolding = true;

  constructor(options: {
    body: ReadableStream<Uint8Array> | null;
    contentLength: number | null;
    maxBytes: number;
    memory: BodyMemory;
    /** Aborts when the client leaves. */
    signal: AbortSignal;
  }) {
    this.contentLength = options.contentLength;
    this.#reader = options.body?.getReader() ?? null;
    this.#maxBytes = options.maxBytes;
    this.#memory = options.memory;
    this.#gone = new Promise((_, reject) => {
      const leave = () => reject(new ClientLeft());
      if (options.signal.aborted) leave();
      else options.signal.addEventListener('abort', leave, { once: true });
    });
    this.#gone.catch(() => undefined); // nobody may be reading when the client leaves
  }

  /** Counts the bytes that really come; a declared length is believed only when it is already too much. */
  async read(): Promise<Uint8Array | null> {
    if (this.#reader === null) return null;
    if (this.contentLength !== null && this.contentLength > this.#maxBytes) return this.#refuse(this.#reader);
    const { done, value } = await this.#next(this.#reader);
    if (done) return null;
    this.#readBytes += value.length;
    if (this.#readBytes > this.#maxBytes) return this.#refuse(this.#reader);
    if (this.#isHolding) {
      if (!this.#memory.take(value.length))
        throw new GatewayUnavailable(
          'The gateway holds as many request bodies as it may. Try again shortly.',
        );
      this.#heldBytes += value.length;
    }
    return value;
  }

  /**
   * A client that is still sending would find its connection closed instead of our answer: what it sends is read
   * on for a while, and dropped.
   */
  async #refuse(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<never> {
    this.release();
    for (let dropped = 0; dropped < MAX_DROPPED_BYTES; ) {
      let timer: ReturnType<typeof setTimeout> | null = null;
      const pause = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), MAX_PAUSE_MS);
      });
      const next = await Promise.race([this.#next(reader), pause]).finally(() => clearTimeout(timer));
      if (next === null || next.done) break;
      dropped += next.value.length;
    }
    throw new RequestTooLarge(this.#maxBytes);
  }

  /** A client's body fails in one way only. A reset connection leaves the read pending: the signal tells. */
  async #next(
    reader: ReadableStreamDefaultReader<Uint8Array>,
  ): Promise<ReadableStreamReadResult<Uint8Array>> {
    try {
      return await Promise.race([reader.read(), this.#gone]);
    } catch {
      throw new ClientLeft();
    }
  }

  async readAll(): Promise<Uint8Array[]> {
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) chunks.push(chunk);
    return chunks;
  }

  /** The body is no longer held; what is still to come passes through. */
  release(): void {
    this.#isHolding = false;
    this.#memory.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
