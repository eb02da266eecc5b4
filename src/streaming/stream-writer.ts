/**
 * The client's end of a streamed body. Writes are not awaited one by one (that doubles the cost of a stream,
 * measured) but no more than `MAX_PENDING_BYTES` wait in memory for a slow reader.
 */
export const MAX_PENDING_BYTES = 64 * 1024;

/** Sees what goes to the client. */
export interface WriteObserver {
  readonly onWrite: (bytes: Uint8Array) => void;
  /** Nothing more comes. May be told more than once. */
  readonly onEnd: () => void;
  /** All of it has gone, or the client has. */
  readonly onClosed?: () => void;
}

export class StreamWriter {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #pendingBytes = 0;
  #isGone = false;
  #lastWrite: Promise<void> = Promise.resolve();

  /** `onGone` runs once, when a write fails: the client has left. */
  constructor(onGone: () => void, ...observers: readonly WriteObserver[]) {
    const { readable, writable } = new IdentityTransformStream();
    this.readable = readable;
    this.#writer = writable.getWriter();
    this.#onGone = onGone;
    this.#observers = observers;
    // Runtimes differ in which of the two they reject when the reader cancels: `closed`, or the next write.
    this.#writer.closed.catch(this.#gone);
  }

  readonly #onGone: () => void;
  readonly #observers: readonly WriteObserver[];
  readonly #gone = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#onGone();
  };

  get isGone(): boolean {
    return this.#isGone;
  }

  /** `null` while little is pending; else resolves when the client has caught up. */
  write(bytes: Uint8Array): Promise<void> | null {
    if (this.#isGone || bytes.length === 0) return null;
    for (const observer of this.#observers) observer.onWrite(bytes);
    this.#pendingBytes += bytes.length;
    this.#lastWrite = this.#writer.write(bytes).then(() => {
      this.#pendingBytes -= bytes.length;
    }, this.#gone);
    return this.#pendingBytes > MAX_PENDING_BYTES ? this.#lastWrite : null;
  }

  async close(): Promise<void> {
    for (const observer of this.#observers) observer.onEnd();
    await this.#lastWrite;
    await this.#writer.close().catch(() => undefined);
    this.#tellClosed();
  }

  /** Breaks the body off, so that a client that counts bytes sees it. */
  async abort(reason: unknown): Promise<void> {
    for (const observer of this.#observers) observer.onEnd();
    await this.#lastWrite;
    await this.#writer.abort(reason).catch(() => undefined);
    this.#tellClosed();
  }

  #tellClosed(): void {
    for (const observer of this.#observers) observer.onClosed?.();
  }
}
