/** A provider that answers chats with plausible pauses, and that can die and come back at the same address. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Seeded } from '../../support/seeded.ts';
import { chatCompletion, chatStream } from '../../support/upstream.ts';

/**
 * - `refuses`: nobody listens any more.
 * - `hangs`: connections are taken, and nothing is ever answered.
 * - `fails`: every answer is a 503.
 *
 * What was under way when it dies is answered to its end: how a stream breaks is another matter.
 */
export const DEATHS = ['refuses', 'hangs', 'fails'] as const;
export type Death = (typeof DEATHS)[number];

export interface MortalProvider {
  readonly url: string;
  die(how: Death): void;
  revive(): Promise<void>;
  stop(): Promise<void>;
}

const TEXT = ['It ', 'is ', 'well.'];
/** Between the pieces of a stream. */
const PACE_MS = 8;
/** To the first token: these, and a long tail of up to as much again three times. */
const LEAST_MS = 40;

export async function startProvider(random: Seeded): Promise<MortalProvider> {
  const sockets = new Set<Socket>();
  let death: Death | null = null;
  let server = await listen(0);
  const port = portOf(server);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (death === 'hangs') return;
    if (death === 'fails') {
      response
        .writeHead(503, { 'content-type': 'application/json' })
        .end('{"error":{"message":"down","type":"server_error","param":null,"code":null}}');
      return;
    }
    await delay(LEAST_MS * (1 + 3 * random.next() ** 4));
    const isStream = JSON.parse(Buffer.concat(chunks).toString()).stream === true;
    await (isStream ? stream(response) : whole(response));
    if (death === 'refuses') request.socket.destroy();
  }

  async function listen(at: number): Promise<Server> {
    const fresh = createServer((request, response) => void answer(request, response).catch(() => undefined));
    fresh.keepAliveTimeout = 60_000;
    fresh.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    });
    fresh.listen(at, '127.0.0.1');
    await once(fresh, 'listening');
    return fresh;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    die: (how) => {
      death = how;
      if (how !== 'refuses') return;
      server.close();
      server.closeIdleConnections();
    },
    revive: async () => {
      if (death === 'refuses') server = await listen(port);
      death = null;
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

async function stream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of chatStream(TEXT).split(/(?<=\n\n)/)) {
    response.write(event);
    await delay(PACE_MS);
  }
  response.end();
}

async function whole(response: ServerResponse): Promise<void> {
  await delay(TEXT.length * PACE_MS);
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(chatCompletion(TEXT.join(''))));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
