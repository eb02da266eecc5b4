/** `Idempotency-Key` on every route that takes a POST, multipart bodies and Gemini's paths included. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CacheLab, startCacheLab } from '../support/cache/lab.ts';
import { type NumberedHandler, numbered } from '../support/cache/numbered-vendor.ts';
import { ROUTE_MODES, type RouteCall, requestOf } from '../support/limits/route-calls.ts';
import { encodeForm, field, file, formType } from '../support/multipart-body.ts';

let lab: CacheLab;
let handler: NumberedHandler = numbered();
beforeAll(async () => {
  lab = await startCacheLab();
  lab.vendor.on('', (number) => handler(number)); // bodies here have no label
});
afterAll(() => lab.stop());
beforeEach(() => {
  handler = numbered();
});

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly body: Buffer;
}

async function ask(
  call: RouteCall,
  stream: boolean,
  key: string,
  headers: Record<string, string>,
): Promise<Told> {
  const { path, init } = requestOf(call, key, { stream, headers });
  const response = await fetch(lab.gateway.url + path, init);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** Calls of the vendor while `work` is done. */
async function callsDuring<Value>(work: () => Promise<Value>): Promise<[Value, number]> {
  const before = lab.vendor.all.length;
  const value = await work();
  return [value, lab.vendor.all.length - before];
}

describe.each(ROUTE_MODES)('$name', ({ call, stream }) => {
  it('is answered with the same bytes again, and asked once', async () => {
    const key = await lab.mint();
    const headers = { 'idempotency-key': randomUUID() };
    const [[first, second], calls] = await callsDuring(async () => [
      await ask(call, stream, key, headers),
      await ask(call, stream, key, headers),
    ]);
    expect({ ...first, body: first?.body.toString() }).toMatchObject({ status: 200 });
    expect(second).toEqual(first);
    expect(calls).toBe(1);
  });

  it('is asked once though many send it at once', async () => {
    const key = await lab.mint();
    const headers = { 'idempotency-key': randomUUID() };
    const [answers, calls] = await callsDuring(() =>
      Promise.all(Array.from({ length: 6 }, () => ask(call, stream, key, headers))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(new Set(answers.map(({ body }) => body.toString('latin1'))).size).toBe(1);
    expect(calls).toBe(1);
  });

  it('is asked again where it failed', async () => {
    const key = await lab.mint();
    const headers = { 'idempotency-key': randomUUID() };
    handler = () => (_, response) =>
      void response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
    expect((await ask(call, stream, key, headers)).status).toBe(500);
    handler = numbered();
    expect((await ask(call, stream, key, headers)).status).toBe(200);
  });
});

describe('a form', () => {
  const send = async (key: string, name: string, boundary: string, sound: string) => {
    const body = encodeForm([field('model', 'up/m'), file(sound)], boundary);
    const response = await fetch(`${lab.gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': formType(boundary),
        'idempotency-key': name,
      },
      body: new Uint8Array(body),
    });
    return [response.status, await response.text()] as const;
  };

  it('with another boundary is the same request, with another file another one', async () => {
    const [key, name] = [await lab.mint(), randomUUID()];
    const [[first, second, third], calls] = await callsDuring(async () => [
      await send(key, name, '----one', 'sound'),
      await send(key, name, '----two-and-longer', 'sound'),
      await send(key, name, '----one', 'other sound'),
    ]);
    expect(second).toEqual(first);
    expect([first?.[0], third?.[0], calls]).toEqual([200, 409, 1]);
  });
});

it('routes are told apart: the same body elsewhere is another request', async () => {
  const key = await lab.mint();
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const body = JSON.stringify({ model: 'up/m', input: 'hi' });
  const statuses = [];
  for (const path of ['/v1/embeddings', '/v1/moderations', '/embeddings'])
    statuses.push((await fetch(lab.gateway.url + path, { method: 'POST', headers, body })).status);
  expect(statuses).toEqual([200, 409, 200]);
});
