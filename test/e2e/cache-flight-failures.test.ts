/** Flights that cannot be reached, lose their memory or never answer: who wants to share goes alone, and nobody hangs. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CacheLab, cacheOf, callOf, freshLabel, startCacheLab } from '../support/cache/lab.ts';
import { numbered } from '../support/cache/numbered-vendor.ts';
import { within } from '../support/clients.ts';
import type { FlightMode } from '../support/flight-front.ts';
import { createGate } from '../support/streaming.ts';

let lab: CacheLab;
beforeAll(async () => {
  lab = await startCacheLab({ controlPlane: { flightFront: true } });
});
afterAll(() => lab.stop());
beforeEach(() => lab.gateway.flights.set('up'));

const LOST: readonly FlightMode[] = ['down', 'overloaded', 'reset'];
/** The object did what it was told, and the caller does not know. */
const UNTOLD: readonly FlightMode[] = ['lose-answers', 'garbage'];

const share = (text: string, stream = false) =>
  within(30_000, 'it is answered', lab.ask({ text, model: 'shared', stream }));

describe('who asks the same at the same time', () => {
  it.each(LOST)('goes alone where the object is lost: %s', async (mode) => {
    for (const stream of [false, true]) {
      const text = freshLabel();
      lab.gateway.flights.set(mode);
      const answers = await Promise.all([share(text, stream), share(text, stream), share(text, stream)]);
      expect(answers.map(cacheOf)).toEqual(['miss', 'miss', 'miss']);
      expect(new Set(answers.map(callOf)).size).toBe(3);
      lab.gateway.flights.set('up');
      expect(cacheOf(await share(text, stream))).toBe('hit');
    }
  });

  it.each(['down', 'overloaded'] as const)('shares all the same where it is lost once: %s', async (mode) => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ before: gate.opened }));
    lab.gateway.flights.set(mode, 1);
    const all = [share(text), share(text)];
    await lab.vendor.call(text);
    gate.open();
    expect(new Set((await Promise.all(all)).map(callOf)).size).toBe(1);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });

  it.each(UNTOLD)('gets an answer where the object’s are lost: %s', async (mode) => {
    const text = freshLabel();
    lab.gateway.flights.set(mode);
    expect(callOf(await share(text))).toBeGreaterThan(0);
  });

  it('is told in its stream where the object goes behind the beginning', async () => {
    const text = freshLabel();
    const gate = createGate();
    lab.vendor.on(text, numbered({ between: (piece) => (piece === 2 ? gate.opened : undefined) }));
    lab.gateway.flights.set('break-off');
    const answer = await share(text, true);
    gate.open();
    // Whoever got no more than the beginning is told, or began again and got all of it.
    if (!answer.text.includes('[DONE]')) expect(answer.text).toContain('"error"');
    else expect(callOf(answer)).toBeGreaterThan(0);
    lab.gateway.flights.set('up');
    lab.vendor.on(text, numbered());
    expect(callOf(await share(text, true))).toBeGreaterThan(0);
  });

  it('is not held for longer than its whole time by an object that never answers', async () => {
    const text = freshLabel();
    lab.gateway.flights.set('hang');
    const headers = { 'x-edgeway-timeout-ms': '2000' };
    const answer = await within(30_000, 'it is answered', lab.ask({ text, model: 'shared', headers }));
    expect([200, 504]).toContain(answer.status);
    lab.gateway.flights.set('up');
    expect((await share(freshLabel())).status).toBe(200);
  });
});

describe('with an `Idempotency-Key`', () => {
  const once = (text: string, key: string, stream = false) =>
    within(
      30_000,
      'it is answered',
      lab.ask({ text, model: 'plain', stream, headers: { 'idempotency-key': key } }),
    );

  it.each(LOST)('nothing is made that nobody can promise to make once: %s', async (mode) => {
    const [text, key] = [freshLabel(), randomUUID()];
    lab.gateway.flights.set(mode);
    const refused = await once(text, key);
    expect([refused.status, refused.error.code]).toEqual([503, 'gateway_unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(lab.vendor.calls(text)).toEqual([]);
    lab.gateway.flights.set('up');
    expect(callOf(await once(text, key))).toBe(lab.vendor.calls(text)[0]?.number);
  });

  it.each([...LOST, ...UNTOLD])('the provider hears once where an answer is lost once: %s', async (mode) => {
    const [text, key] = [freshLabel(), randomUUID()];
    for (const lost of [1, 2]) {
      lab.gateway.flights.set(mode, lost);
      const answer = await once(text, key);
      if (answer.status === 200) expect(callOf(answer)).toBe(lab.vendor.calls(text)[0]?.number);
      else expect(answer.status).toBe(503);
    }
    lab.gateway.flights.set('up');
    expect(callOf(await once(text, key))).toBe(lab.vendor.calls(text)[0]?.number);
    expect(lab.vendor.calls(text)).toHaveLength(1);
  });
});

it('who does not share asks no Flight at all', async () => {
  const before = lab.gateway.flights.calls;
  for (const model of ['plain', 'always', 'auto']) await lab.ask({ text: freshLabel(), model });
  expect(lab.gateway.flights.calls).toBe(before);
  const text = freshLabel();
  await share(text);
  const { calls } = lab.gateway.flights;
  expect(cacheOf(await share(text))).toBe('hit'); // found before anybody is asked
  expect(lab.gateway.flights.calls).toBe(calls);
});
