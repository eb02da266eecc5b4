/** A provider whose first token is mostly quick and sometimes very late, and which counts what it would send a bill for. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Seeded } from '../../support/seeded.ts';
import { chatStream } from '../../support/upstream.ts';

/** Milliseconds to the first token: log-normal for most, and late for the others. */
export const MEDIAN_MS = 50;
const SIGMA = 0.3;
export const LATE_MS = 1500;
export const LATE_SHARE = 0.03;

const PIECES = 20;
const PACE_MS = 5;
/** Of some 200 tokens, as the gateway reckons too where nobody tells it. */
export const QUESTION = 'Tell me what the weather is like in the mountains. '.repeat(16);
const INPUT = QUESTION.length / 4;
const OUTPUT = PIECES * 5;
const USAGE = { prompt_tokens: INPUT, completion_tokens: OUTPUT, total_tokens: INPUT + OUTPUT };

/** US dollars for a million tokens. */
export const PRICE = { input: 1, output: 4 };
const NANO_PER_INPUT = PRICE.input * 1000;
const NANO_PER_OUTPUT = PRICE.output * 1000;

export interface Counted {
  calls: number;
  /** Input of every call, and the output that was made until somebody hung up. */
  nanoUsd: number;
}

export interface TailedProvider {
  readonly url: string;
  /** By model. */
  readonly counted: ReadonlyMap<string, Counted>;
  forget(): void;
  stop(): Promise<void>;
}

export async function startTailedProvider(random: Seeded): Promise<TailedProvider> {
  const counted = new Map<string, Counted>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { model } = JSON.parse(Buffer.concat(chunks).toString());
    const count = counted.get(model) ?? { calls: 0, nanoUsd: 0 };
    counted.set(model, count);
    count.calls += 1;
    count.nanoUsd += USAGE.prompt_tokens * NANO_PER_INPUT;
    await answer(response, firstTokenMs(random), count);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted,
    forget: () => counted.clear(),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function firstTokenMs(random: Seeded): number {
  if (random.chance(LATE_SHARE)) return LATE_MS;
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return MEDIAN_MS * Math.exp(SIGMA * normal);
}

async function answer(response: ServerResponse, firstMs: number, count: Counted): Promise<void> {
  const [role = '', ...events] = chatStream(
    Array.from({ length: PIECES }, (_, index) => `five tokens of text ${index} `),
    { usage: USAGE },
  ).split(/(?<=\n\n)/);
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(role);
  await delay(firstMs);
  for (const [index, event] of events.entries()) {
    if (response.destroyed) return;
    if (index < PIECES) count.nanoUsd += (USAGE.completion_tokens / PIECES) * NANO_PER_OUTPUT;
    response.write(event);
    await delay(PACE_MS);
  }
  response.end();
}
