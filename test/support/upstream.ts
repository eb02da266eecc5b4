/** A provider of our own for the suites: a real `node:http` server that does what a test tells it. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ReceivedCall {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Resolves when the connection of this call was closed, by whomever. */
  readonly closed: Promise<void>;
}

export type Handler = (
  call: ReceivedCall,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>;

export interface Upstream {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  /** Every call, in order. */
  readonly calls: ReceivedCall[];
  /** Replaces what answers from now on. */
  answer(handler: Handler): void;
  /** The nth call (0 is the first since `calls` was emptied); waits for it. */
  call(index: number): Promise<ReceivedCall>;
  stop(): Promise<void>;
}

export async function startUpstream(first: Handler = notFound): Promise<Upstream> {
  let handler = first;
  const calls: ReceivedCall[] = [];
  let waiting: (() => void)[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    const closed = new Promise<void>((resolve) => {
      response.once('close', () => resolve());
    });
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // the gateway went away while sending
    }
    const call = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      closed,
    };
    calls.push(call);
    for (const wake of waiting.splice(0)) wake();
    await handler(call, response, request);
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    calls,
    answer: (next) => {
      handler = next;
    },
    call: async (index) => {
      for (;;) {
        const call = calls[index];
        if (call !== undefined) return call;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    stop: async () => {
      waiting = [];
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const notFound: Handler = (_, response) => {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no handler"}}');
};

/** Answers with JSON. */
export const json =
  (value: unknown, status = 200, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof value === 'string' ? value : JSON.stringify(value));
  };

/** Streams bytes as events, `size` bytes a write (0: all at once). */
export const sse =
  (bytes: Buffer | string, size = 0): Handler =>
  async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    await writeInPieces(response, Buffer.from(bytes), size);
    response.end();
  };

/** Each piece is a write of its own; waits when the other side is slow. */
export async function writeInPieces(response: ServerResponse, bytes: Buffer, size: number): Promise<void> {
  const step = size === 0 ? bytes.length : size;
  response.socket?.setNoDelay(true);
  for (let at = 0; at < bytes.length; at += step) {
    if (response.destroyed) return;
    if (!response.write(bytes.subarray(at, at + step))) await once(response, 'drain').catch(() => undefined);
    // A turn of the event loop, so that pieces leave as chunks of their own.
    if (step < 4096) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Events of a chat stream: role, one chunk for each piece of text, the finish reason, and `[DONE]`. */
export function chatStream(
  pieces: readonly string[],
  options: { usage?: object; done?: boolean } = {},
): string {
  const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const usage =
    options.usage === undefined
      ? ''
      : `data: ${JSON.stringify({ ...base, choices: [], usage: options.usage })}\n\n`;
  return (
    chunk({ role: 'assistant', content: '' }) +
    pieces.map((content) => chunk({ content })).join('') +
    chunk({}, 'stop') +
    usage +
    (options.done === false ? '' : 'data: [DONE]\n\n')
  );
}

/** A whole chat completion. */
export const chatCompletion = (content: string): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
});
