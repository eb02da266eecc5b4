/** The cache under `wrangler dev`, which binds what `wrangler.toml` names: KV, the Cache API, Flights. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kept, PATIENT } from '../support/cache/lab.ts';
import {
  type NumberedVendor,
  numbered,
  numbersIn,
  startNumberedVendor,
} from '../support/cache/numbered-vendor.ts';
import { makeKey } from '../support/gateway.ts';
import { freshLabel } from '../support/limits/lab.ts';
import { BodyReader, createGate } from '../support/streaming.ts';
import { startWranglerDev, type WranglerDev } from '../support/wrangler-dev.ts';

const main = makeKey('main');
let vendor: NumberedVendor;
let gateway: WranglerDev;
beforeAll(async () => {
  vendor = await startNumberedVendor();
  const models = {
    plain: { targets: [{ provider: 'up', model: 'm' }] },
    kept: kept({ mode: 'always' }),
    shared: kept({ mode: 'always', coalesce: true }),
  };
  const document = { providers: vendor.providers, models, keys: [main.entry], cache: PATIENT };
  gateway = await startWranglerDev({
    GATEWAY_CONFIG: JSON.stringify(document),
    CACHE_ENCRYPTION_KEY: 'a $ecret of 32 bytes, as dev has it',
  });
});
afterAll(async () => {
  await gateway?.stop();
  await vendor.stop();
});

const ask = (
  model: string,
  text: string,
  stream: boolean,
  headers: Record<string, string> = {},
): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${main.key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model, stream, messages: [{ role: 'user', content: text }] }),
  });

it.each([[false], [true]])('keeps an answer and gives it again (stream: %s)', async (stream) => {
  const text = freshLabel();
  const first = await ask('kept', text, stream);
  const said = await first.text();
  const second = await ask('kept', text, stream);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect([first, second].map(({ headers }) => headers.get('x-edgeway-cache'))).toEqual(['miss', 'hit']);
  expect(numbersIn(await second.text())).toEqual(numbersIn(said));
  expect(vendor.calls(text)).toHaveLength(1);
});

it('makes one call for two who ask the same', async () => {
  const text = freshLabel();
  const gate = createGate();
  vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
  const leader = new BodyReader(await ask('shared', text, true));
  await leader.until(':1>');
  const response = await ask('shared', text, true);
  const follower = new BodyReader(response);
  expect(await follower.until(':1>')).not.toContain(':2>');
  gate.open();
  expect(await follower.rest()).toBe(await leader.rest());
  expect(response.headers.get('x-edgeway-cache')).toBe('coalesced');
  expect(vendor.calls(text)).toHaveLength(1);
});

it('answers an `Idempotency-Key` once', async () => {
  const text = freshLabel();
  const headers = { 'idempotency-key': randomUUID() };
  const [first, second] = [
    await ask('plain', text, false, headers),
    await ask('plain', text, false, headers),
  ];
  expect([first.status, await second.text()]).toEqual([200, await first.text()]);
  expect(vendor.calls(text)).toHaveLength(1);
});
