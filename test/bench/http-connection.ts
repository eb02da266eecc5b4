/** The client's end of one keep-alive connection: no more of HTTP than the benchmark's answers need. */
import { connect, type Socket } from 'node:net';

export interface Timing {
  /** Milliseconds from the request to the first byte of the body. */
  readonly firstByteMs: number;
  /** Milliseconds from the request to the last byte. */
  readonly wholeMs: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = '\r\n0\r\n\r\n';

export class HttpConnection {
  readonly #socket: Socket;
  #head: Buffer | null = null;
  #isInBody = false;
  /** Bytes of the body that are still to come; `null` if it is chunked. */
  #left: number | null = 0;
  #tail = '';
  #sentAt = 0;
  #firstByteMs = 0;
  #onFirstByte: (() => void) | null = null;
  #resolve: ((timing: Timing) => void) | null = null;
  #reject: ((error: Error) => void) | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (data) => this.#read(data));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  /** Rejects unless the answer is a 200. One at a time. */
  send(request: Buffer, onFirstByte: (() => void) | null = null): Promise<Timing> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#onFirstByte = onFirstByte;
      this.#isInBody = false;
      this.#firstByteMs = 0;
      this.#sentAt = performance.now();
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#reject = null;
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    if (this.#isInBody) this.#readBody(data);
    else this.#readHead(data);
  }

  #readHead(data: Buffer): void {
    const bytes = this.#head === null ? data : Buffer.concat([this.#head, data]);
    const headEnd = bytes.indexOf(HEAD_END);
    if (headEnd === -1) {
      this.#head = bytes;
      return;
    }
    this.#head = null;
    const head = bytes.toString('latin1', 0, headEnd + 2);
    if (!head.startsWith('HTTP/1.1 200')) {
      this.#fail(new Error(bytes.toString().slice(0, 2000)));
      return;
    }
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#left = length === undefined ? null : Number(length);
    this.#tail = '';
    this.#isInBody = true;
    if (bytes.length > headEnd + 4) this.#readBody(bytes.subarray(headEnd + 4));
  }

  #readBody(data: Buffer): void {
    if (this.#firstByteMs === 0) {
      this.#firstByteMs = performance.now() - this.#sentAt;
      this.#onFirstByte?.();
    }
    if (this.#left !== null) {
      this.#left -= data.length;
      if (this.#left <= 0) this.#finish();
      return;
    }
    this.#tail = (this.#tail + data.toString('latin1', Math.max(0, data.length - LAST_CHUNK.length))).slice(
      -LAST_CHUNK.length,
    );
    if (this.#tail === LAST_CHUNK) this.#finish();
  }

  #finish(): void {
    const resolve = this.#resolve;
    this.#resolve = null;
    this.#reject = null;
    resolve?.({ firstByteMs: this.#firstByteMs, wholeMs: performance.now() - this.#sentAt });
  }

  #fail(error: Error): void {
    this.#reject?.(error);
    this.#reject = null;
  }
}
