/**
 * Request bodies in flight, over all requests of an isolate: past the bound new ones are turned away, because an
 * isolate that runs out of memory takes every request in it down.
 */

import { concat } from '../bytes.ts';
import type { BodySource } from '../dialects/client-request.ts';
import { GatewayUnavailable, RequestTooLarge } from '../errors.ts';
import { ClientLeft, type Departure } from './client-left.ts';

/** Half of what an isolate has (128 MB): bodies are held once, and for a moment twice while they are parsed. */
export const MAX_BODY_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** Memory for a larger body is taken as it comes: a mere declaration must not keep others out. */
const MAX_ONE_PIECE_BYTES = 64 * 1024;
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

  /** For what can be done without: only while half of it stays free for what clients send. */
  takeSpare(bytes: number): boolean {
    return this.#takenBytes + bytes <= this.#maxBytes / 2 && this.take(bytes);
  }

  give(bytes: number): void {
    this.#takenBytes -= bytes;
  }
}

/** A request, as far as its body goes. */
export type IncomingBody = Pick<Request, 'body' | 'arrayBuffer'>;

/** What one request holds of the isolate's memory for its body. Given back once, however often it is released. */
export class BodyShare implements BodySource {
  readonly contentLength: number | null;
  readonly #incoming: IncomingBody;
  readonly #maxBytes: number;
  readonly #memory: BodyMemory;
  readonly #gone: Promise<never>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  #readBytes = 0;
  #heldBytes = 0;
  #isHolding = true;

  constructor(options: {
    incoming: IncomingBody;
    contentLength: number | null;
    maxBytes: number;
    memory: BodyMemory;
    departure: Departure;
  }) {
    this.contentLength = options.contentLength;
    this.#incoming = options.incoming;
    this.#maxBytes = options.maxBytes;
    this.#memory = options.memory;
    this.#gone = new Promise((_, reject) => options.departure.onLeave(() => reject(new ClientLeft())));
    this.#gone.catch(() => undefined); // nobody may be reading when the client leaves
  }

  /** Counts the bytes that really come; a declared length is believed only when it is already too much. */
  async read(): Promise<Uint8Array | null> {
    this.#reader ??= this.#incoming.body?.getReader() ?? null;
    if (this.#reader === null) return null;
    if (this.#isDeclaredTooLarge()) return this.#refuse(this.#reader);
    const { done, value } = await this.#orGone(this.#reader.read());
    if (done) return null;
    this.#readBytes += value.length;
    if (this.#readBytes > this.#maxBytes) return this.#refuse(this.#reader);
    this.#hold(value.length);
    return value;
  }

  /** All of it. A body that is declared small is read in one piece, which spares an await for each chunk. */
  async readAll(): Promise<Uint8Array> {
    if (this.contentLength !== null && this.contentLength <= Math.min(MAX_ONE_PIECE_BYTES, this.#maxBytes)) {
      this.#hold(this.contentLength); // before it comes; HTTP lets no more come than was declared
      const bytes = new Uint8Array(await this.#orGone(this.#incoming.arrayBuffer()));
      if (bytes.length > this.#maxBytes) throw new RequestTooLarge(this.#maxBytes); // a runtime that did
      return bytes;
    }
    const chunks: Uint8Array[] = [];
    for (let chunk = await this.read(); chunk !== null; chunk = await this.read()) chunks.push(chunk);
    return concat(chunks);
  }

  #isDeclaredTooLarge(): boolean {
    return this.contentLength !== null && this.contentLength > this.#maxBytes;
  }

  #hold(bytes: number): void {
    if (!this.#isHolding) return;
    if (!this.#memory.take(bytes))
      throw new GatewayUnavailable('The gateway holds as many request bodies as it may. Try again shortly.');
    this.#heldBytes += bytes;
  }

  /**
   * A client that is still sending would find its connection closed instead of our answer: what it sends is read
   * on for a while, and dropped.
   */
  async #refuse(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<never> {
    this.release();
    for (let dropped = 0; dropped < MAX_DROPPED_BYTES; ) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const pause = new Promise<null>((resolve) => {
        timer = setTimeout(() => resolve(null), MAX_PAUSE_MS);
      });
      const next = await Promise.race([this.#orGone(reader.read()), pause]).finally(() => {
        if (timer !== undefined) clearTimeout(timer);
      });
      if (next === null || next.done) break;
      dropped += next.value.length;
    }
    throw new RequestTooLarge(this.#maxBytes);
  }

  /** A client's body fails in one way only. A reset connection leaves the read pending: the signal tells. */
  async #orGone<T>(read: Promise<T>): Promise<T> {
    try {
      return await Promise.race([read, this.#gone]);
    } catch {
      throw new ClientLeft();
    }
  }

  /** The body is no longer held; what is still to come passes through. */
  release(): void {
    this.#isHolding = false;
    this.#memory.give(this.#heldBytes);
    this.#heldBytes = 0;
  }
}
