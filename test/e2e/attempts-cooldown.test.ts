/** What a provider asks for (`Retry-After`, 429) and what its failures say is kept in mind for the requests that follow. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { errorBody, reset } from '../support/faults.ts';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { createGate } from '../support/streaming.ts';
import { chatCompletion, type Handler, json, startUpstream, type Upstream } from '../support/upstream.ts';
import { freePort } from '../support/workerd.ts';

const healthy = json(chatCompletion('from the healthy one'));
const GOOD = { provider: 'good', model: 'm' };
const KEYS = ['sk-upstream-first-01', 'sk-upstream-second-2'];

/** Of each alias the first target is its own: what is learnt of one is nothing to the others. */
const ALIASES = ['limited', 'timed', 'busy', 'outage', 'probed', 'reset', 'hanging', 'off'] as const;

let bad: Upstream;
let good: Upstream;
let gateway: Gateway;
beforeAll(async () => {
  [bad, good] = await Promise.all([startUpstream(), startUpstream(healthy)]);
  const breaker = { min_requests: 5 };
  const entryOf = (alias: string) => ({
    retries: 0,
    breaker,
    targets: [{ provider: alias, model: 'm' }, GOOD],
  });
  gateway = await startGateway({
    config: {
      providers: {
        good: standIn(good.url),
        keys: standIn(bad.url, { api_keys: KEYS }),
        nobody: standIn(`http://127.0.0.1:${await freePort()}`),
        ...Object.fromEntries(ALIASES.map((alias) => [alias, standIn(bad.url)])),
      },
      models: {
        ...Object.fromEntries(ALIASES.map((alias) => [alias, entryOf(alias)])),
        nobody: entryOf('nobody'),
        hanging: { ...entryOf('hanging'), timeouts: { headers_ms: 300 } },
        probed: { ...entryOf('probed'), breaker: { ...breaker, open_seconds: 0.3 } },
        off: { ...entryOf('off'), breaker: { enabled: false } },
        keys: { retries: 0, targets: [{ provider: 'keys', model: 'm' }] },
        'keys-again': { retries: 0, targets: [{ provider: 'keys', model: 'other' }] },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of [bad, good]) await upstream.stop();
});
beforeEach(() => {
  for (const upstream of [bad, good]) upstream.calls.length = 0;
});

async function ask(model: string): Promise<Response> {
  const messages = [{ role: 'user', content: 'hi' }];
  const response = await gateway.post('/v1/chat/completions', { model, messages });
  await response.text();
  return response;
}

/** Status and who answered, of one after the other. */
async function askTimes(model: string, times: number): Promise<string[]> {
  const answers: string[] = [];
  for (let asked = 0; asked < times; asked += 1) {
    const { status, headers } = await ask(model);
    answers.push(`${status} ${headers.get('x-edgeway-provider')} ${headers.get('x-edgeway-attempts')}`);
  }
  return answers;
}

const SKIPPED = '200 good 1';

describe('traps I1: a target that says 429', () => {
  it.each([
    ['limited', {}],
    ['timed', { 'retry-after': '60' }],
  ])('is asked once, and then left alone: everybody is served (%s)', async (alias, headers) => {
    bad.answer(json(errorBody('slow down'), 429, headers));
    expect(await askTimes(alias, 20)).toEqual(['200 good 2', ...Array(19).fill(SKIPPED)]);
    expect([bad.calls.length, good.calls.length]).toEqual([1, 20]);
  });

  it('to one of two keys is asked with the other, for that model', async () => {
    const limited = json(errorBody('slow down'), 429, { 'retry-after': '60' });
    const keyOf: Handler = (call, ...rest) =>
      (call.headers.authorization?.includes('first') ? limited : healthy)(call, ...rest);
    bad.answer(keyOf);
    expect(await askTimes('keys', 3)).toEqual(['200 keys 2', '200 keys 1', '200 keys 1']);
    expect(bad.calls.map(({ headers }) => headers.authorization)).toEqual(
      [0, 1, 1, 1].map((key) => `Bearer ${KEYS[key]}`),
    );
    expect(await askTimes('keys-again', 1)).toEqual(['200 keys 2']);
  });
});

it('a target that says 503 with Retry-After is left alone for that long', async () => {
  bad.answer(json(errorBody('busy'), 503, { 'retry-after': '60' }));
  expect(await askTimes('busy', 5)).toEqual(['200 good 2', ...Array(4).fill(SKIPPED)]);
  expect(bad.calls).toHaveLength(1);
});

describe('traps I2: a single primary with another behind it', () => {
  it('is skipped after a few failures', async () => {
    bad.answer(json(errorBody('broken'), 500));
    expect(await askTimes('outage', 12)).toEqual([...Array(5).fill('200 good 2'), ...Array(7).fill(SKIPPED)]);
    expect(bad.calls).toHaveLength(5);
  });

  it.each([
    ['nobody', () => undefined],
    ['reset', () => bad.answer(reset)],
    ['hanging', () => bad.answer(() => undefined)],
  ])('traps I4: is skipped after a few failures of the network as well (%s)', async (alias, prepare) => {
    prepare();
    const answers = await askTimes(alias, 8);
    expect(answers).toEqual([...Array(5).fill('200 good 2'), ...Array(3).fill(SKIPPED)]);
  });

  it('is asked each time where its alias wants no breaker', async () => {
    bad.answer(json(errorBody('broken'), 500));
    expect(await askTimes('off', 8)).toEqual(Array(8).fill('200 good 2'));
  });

  it('is tried by one request when its time is over, while all others go elsewhere', async () => {
    bad.answer(json(errorBody('broken'), 500));
    await askTimes('probed', 5);
    bad.calls.length = 0;
    const back = createGate();
    bad.answer(async (...call) => {
      await back.opened;
      await json(chatCompletion('back again'))(...call);
    });
    let probe = ask('probed');
    while (bad.calls.length === 0) {
      await Promise.race([probe, bad.call(0)]);
      if (bad.calls.length === 0) probe = ask('probed');
    }
    const others = await Promise.all(Array.from({ length: 20 }, () => askTimes('probed', 1)));
    expect(others.flat()).toEqual(Array(20).fill(SKIPPED));
    expect(bad.calls).toHaveLength(1);
    back.open();
    expect((await probe).headers.get('x-edgeway-provider')).toBe('probed');
    expect(await askTimes('probed', 3)).toEqual(Array(3).fill('200 probed 1'));
  });
});
