/** Kept answers of the Responses API, which their vendor keeps as well: whoever gets one may go on from it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PATIENT } from '../support/cache/lab.ts';
import { type ResponsesVendor, startResponsesVendor } from '../support/doors/responses-vendor.ts';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { openKeyDesk } from '../support/keys/desk.ts';
import { fresh, freshLabel } from '../support/limits/lab.ts';
import { dataOf } from '../support/streaming.ts';

const SECRET = 'sk-keeper-secret-0001';
let vendor: ResponsesVendor;
let gateway: ControlledGateway;
beforeAll(async () => {
  vendor = await startResponsesVendor([SECRET]);
  gateway = await startGateway({
    controlPlane: true,
    config: {
      cache: PATIENT,
      providers: {
        keeper: {
          dialect: 'openai-responses',
          base_url: vendor.baseUrl,
          api_keys: [SECRET],
          allow_insecure: true,
        },
      },
      models: {
        kept: { targets: [{ provider: 'keeper', model: 'm' }], cache: { ttl_seconds: 600, mode: 'always' } },
        exact: { targets: [{ provider: 'keeper', model: 'm' }], cache: { ttl_seconds: 600 } },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  await vendor.stop();
});
beforeEach(() => {
  vendor.calls.length = 0;
});

const mint = async (fields: object): Promise<string> =>
  (await openKeyDesk(gateway).mint({ name: fresh('key'), ...fields })).key;

async function ask(key: string, body: object): Promise<{ cache: string | null; status: number; id: string }> {
  const response = await gateway.post(
    '/v1/responses',
    { model: 'kept', ...body },
    { authorization: `Bearer ${key}` },
  );
  const text = await response.text();
  const last = text.startsWith('event:')
    ? JSON.parse(dataOf(text).at(-1) ?? '{}').response
    : JSON.parse(text);
  return { cache: response.headers.get('x-edgeway-cache'), status: response.status, id: last?.id };
}

const find = async (key: string, id: string): Promise<number> =>
  (await gateway.request(`/v1/responses/${id}`, { headers: { authorization: `Bearer ${key}` } })).status;

describe.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('first asked as a stream: %s, again as a stream: %s', (written, read) => {
  it('the id of a kept answer is good for whoever gets it', async () => {
    const project = fresh('project');
    const [one, two] = [await mint({ project }), await mint({ project })];
    const input = freshLabel();
    const first = await ask(one, { input, stream: written });
    const second = await ask(two, { input, stream: read });
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(second.id).toMatch(/^resp_/);
    expect(second.id).not.toBe(vendor.kept.at(-1)?.id); // what the vendor calls it is nobody's business
    expect([await find(one, first.id), await find(two, second.id)]).toEqual([200, 200]);
    const next = await ask(two, { input: 'Go on.', previous_response_id: second.id });
    expect([next.status, next.cache]).toEqual([200, 'miss']);
  });
});

it('the id of an answer that is not stored is not asked for at all: a client that stores gets an entry of its own', async () => {
  const key = await mint({ project: fresh('project') });
  const input = freshLabel();
  expect((await ask(key, { input, store: false })).cache).toBe('miss');
  const stored = await ask(key, { input });
  expect([stored.cache, await find(key, stored.id)]).toEqual(['miss', 200]);
});

it('another tenant gets no entry, and can do nothing with an id of this one', async () => {
  const [one, two] = [await mint({ project: fresh('project') }), await mint({ project: fresh('project') })];
  const input = freshLabel();
  const first = await ask(one, { input });
  expect((await ask(two, { input })).cache).toBe('miss');
  expect(await find(two, first.id)).toBe(404);
});

it('a question that goes on from another answer is another question', async () => {
  const key = await mint({ project: fresh('project') });
  const [first, second] = [await ask(key, { input: freshLabel() }), await ask(key, { input: freshLabel() })];
  const words = [];
  for (const previous of [first, second, first])
    words.push((await ask(key, { input: 'Go on.', previous_response_id: previous.id })).cache);
  expect(words).toEqual(['miss', 'miss', 'hit']);
});

it.each(['kept', 'exact'])('what a vendor adds to a conversation is added each time (%s)', async (model) => {
  const key = await mint({ project: fresh('project') });
  const body = { model, input: freshLabel(), conversation: `conv_${randomUUID()}`, temperature: 0 };
  const words = [];
  for (const _ of [1, 2]) {
    const { status, cache } = await ask(key, body);
    words.push(status === 200 ? cache : 'refused');
  }
  expect(words).not.toContain('hit');
});
