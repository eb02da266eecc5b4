/** A provider that shows a request while it is still being sent: `upstream.ts` reads the whole body first. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One call, from its headers on. */
export class ArrivingCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Resolves with true when the whole body came, with false when the connection broke before. */
  readonly isComplete: Promise<boolean>;
  readonly #chunks: Buffer[] = [];
  #waiting: (() => void)[] = [];

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    request.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      for (const wake of this.#waiting.splice(0)) wake();
    });
    this.isComplete = new Promise((resolve) => {
      request.once('end', () => resolve(true));
      request.once('error', () => resolve(false));
      request.once('close', () => resolve(request.complete));
    });
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** Waits until `text` has arrived. */
  async has(text: string): Promise<void> {
    while (!this.body.includes(text)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

export interface RawUpstream {
  readonly url: string;
  readonly calls: ArrivingCall[];
  /** The nth call, as soon as its headers are here. */
  call(index: number): Promise<ArrivingCall>;
  stop(): Promise<void>;
}

/** `onCall` is run when headers arrive; the default answers with `{"text":"ok"}` once the body is complete. */
export async function startRawUpstream(
  onCall: (call: ArrivingCall) => void | Promise<void> = answerWhenComplete,
): Promise<RawUpstream> {
  const calls: ArrivingCall[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    const call = new ArrivingCall(request, response);
    response.on('error', () => undefined);
    calls.push(call);
    for (const wake of waiting.splice(0)) wake();
    void onCall(call);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    call: async (index) => {
      for (;;) {
        const call = calls[index];
        if (call !== undefined) return call;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answerWhenComplete({ isComplete, response }: ArrivingCall): Promise<void> {
  if (await isComplete) response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"ok"}');
}
