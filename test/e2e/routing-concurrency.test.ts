/** Routing under many requests at once: outages, probes, budgets, shares and loads. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Gateway, standIn, startGateway } from '../support/gateway.ts';
import { explainedTargets } from '../support/routing/explained.ts';
import { answers } from '../support/routing/fault-handlers.ts';
import { countLines, createGate } from '../support/streaming.ts';
import { type Handler, json, startUpstream, type Upstream } from '../support/upstream.ts';

const CROWD = 500;
const OPEN_SECONDS = 1;
const fails: Handler = json({ error: { message: 'down', type: 'server_error' } }, 500);

const PROVIDERS = ['first', 'second', 'third'] as const;
type Name = (typeof PROVIDERS)[number];

let upstreams: Readonly<Record<Name, Upstream>>;
let gateway: Gateway;

/** A target of its own for each test: what one learns of it says nothing to the others. */
const target = (provider: Name, model: string, fields: object = {}): object => ({
  provider,
  model,
  ...fields,
});

beforeAll(async () => {
  const [first, second, third] = await Promise.all(
    PROVIDERS.map((name) => startUpstream(answers(`from ${name}`))),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
  upstreams = { first, second, third };
  gateway = await startGateway({
    config: {
      providers: Object.fromEntries(PROVIDERS.map((name) => [name, standIn(upstreams[name].url)])),
      models: {
        outage: { targets: [target('first', 'outage'), target('second', 'outage')] },
        probed: {
          targets: [target('first', 'probed'), target('second', 'probed')],
          retries: 0,
          breaker: { min_requests: 3, open_seconds: OPEN_SECONDS },
        },
        alone: { strategy: 'single', targets: [target('first', 'alone')], retries: 3 },
        drawn: {
          strategy: 'weighted',
          targets: [
            target('first', 'drawn', { weight: 3, name: 'usual' }),
            target('second', 'drawn', { name: 'canary' }),
          ],
        },
        assigned: {
          strategy: 'weighted',
          sticky_by: 'end_user',
          targets: [
            target('first', 'assigned', { weight: 3, name: 'usual' }),
            target('second', 'assigned', { name: 'canary' }),
          ],
        },
        busy: { strategy: 'least_busy', targets: PROVIDERS.map((name) => target(name, 'busy')) },
        stuck: { strategy: 'least_busy', targets: PROVIDERS.map((name) => target(name, 'stuck')) },
      },
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  for (const upstream of Object.values(upstreams)) await upstream.stop();
});
beforeEach(() => {
  for (const name of PROVIDERS) {
    upstreams[name].calls.length = 0;
    upstreams[name].answer(answers(`from ${name}`));
  }
});

interface Answer {
  readonly status: number;
  readonly provider: string | null;
  readonly attempts: number;
  readonly requestId: string;
}

async function ask(model: string, fields: object = {}): Promise<Answer> {
  const messages = [{ role: 'user', content: 'hi' }];
  const response = await gateway.post('/v1/chat/completions', { model, messages, ...fields });
  await response.text();
  return {
    status: response.status,
    provider: response.headers.get('x-edgeway-provider'),
    attempts: Number(response.headers.get('x-edgeway-attempts')),
    requestId: response.headers.get('x-request-id') ?? '',
  };
}

const askMany = (count: number, model: string, fieldsOf: (index: number) => object = () => ({})) =>
  Promise.all(Array.from({ length: count }, (_, index) => ask(model, fieldsOf(index))));

const countBy = <Value>(values: readonly Value[]): Map<Value, number> => {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

describe('a crowd while the primary fails', () => {
  it('traps I2: is answered by the other, settled once each, and then leaves the primary alone', async () => {
    upstreams.first.answer(fails);
    const crowd = await askMany(CROWD, 'outage');
    expect(countBy(crowd.map(({ status, provider }) => `${status} ${provider}`))).toEqual(
      new Map([['200 second', CROWD]]),
    );
    expect(upstreams.second.calls).toHaveLength(CROWD);
    // Each asks the primary at most once, and a fifth of them once more.
    expect(upstreams.first.calls.length).toBeLessThanOrEqual(CROWD * 1.2);
    for (const { requestId } of crowd) await gateway.lineOf(requestId);
    const lines = countLines(gateway);
    expect(crowd.filter(({ requestId }) => lines.get(requestId) !== 1)).toEqual([]);

    upstreams.first.calls.length = 0;
    const later = await askMany(CROWD, 'outage');
    expect(countBy(later.map(({ attempts }) => attempts))).toEqual(new Map([[1, CROWD]]));
    expect(upstreams.first.calls).toHaveLength(0);
  });
});

describe('a circuit that is half-open', () => {
  it('lets one request try, while a crowd goes to the other', async () => {
    upstreams.first.answer(fails);
    for (let count = 0; count < 3; count += 1) await ask('probed');
    expect(await circuitOfFirst()).toBe('open');
    await vi.waitFor(async () => expect(await circuitOfFirst()).toBe('half-open'), {
      timeout: 10_000,
      interval: 50,
    });

    const gate = createGate();
    upstreams.first.calls.length = 0;
    upstreams.first.answer(async (...call) => {
      await gate.opened;
      await answers('back again')(...call);
    });
    const crowd = Array.from({ length: 100 }, () => ask('probed'));
    await upstreams.first.call(0);
    await vi.waitFor(() => expect(upstreams.second.calls.length).toBe(3 + 99), { timeout: 20_000 });
    expect(upstreams.first.calls).toHaveLength(1);
    gate.open();
    const providers = countBy((await Promise.all(crowd)).map(({ provider }) => provider));
    expect(providers).toEqual(
      new Map([
        ['second', 99],
        ['first', 1],
      ]),
    );
    expect(await circuitOfFirst()).toBe('closed');
    expect((await askMany(20, 'probed')).map(({ provider }) => provider)).toEqual(Array(20).fill('first'));
  });

  const circuitOfFirst = async () =>
    (await explainedTargets(gateway, 'probed')).find(({ provider }) => provider === 'first')?.circuit;
});

describe('the retry budget', () => {
  it('is kept by a crowd: further calls are at most a fifth of the requests', async () => {
    const requests = 200;
    upstreams.first.answer(fails);
    const crowd = await askMany(requests, 'alone');
    expect(countBy(crowd.map(({ status }) => status))).toEqual(new Map([[500, requests]]));
    const further = upstreams.first.calls.length - requests;
    expect(further).toBeGreaterThanOrEqual(10);
    expect(further).toBeLessThanOrEqual(requests * 0.2);
    const told = crowd.reduce((sum, { attempts }) => sum + attempts, 0);
    expect(told).toBe(upstreams.first.calls.length);
  });
});

describe('shares by weight', () => {
  it('are as the weights say', async () => {
    const crowd = await askMany(600, 'drawn');
    // Five standard deviations of so many draws.
    expect(shareOfFirst(crowd)).toBeGreaterThan(0.75 - 0.09);
    expect(shareOfFirst(crowd)).toBeLessThan(0.75 + 0.09);
  });

  it('stay with whom they were assigned to, whoever asks at the same time', async () => {
    const users = 150;
    const crowd = await askMany(users * 4, 'assigned', (index) => ({ user: `user-${index % users}` }));
    const arms = new Map<number, Set<unknown>>();
    for (const [index, { requestId }] of crowd.entries()) {
      const own = arms.get(index % users) ?? new Set();
      arms.set(index % users, own.add((await gateway.lineOf(requestId)).arm));
    }
    expect([...arms.values()].filter(({ size }) => size !== 1)).toEqual([]);
    const usual = [...arms.values()].filter((own) => own.has('usual')).length;
    expect(usual / users).toBeGreaterThan(0.75 - 0.18);
    expect(usual / users).toBeLessThan(0.75 + 0.18);
    expect(crowd.filter(({ provider }) => provider === 'first')).toHaveLength(usual * 4);
  });

  const shareOfFirst = (crowd: readonly Answer[]): number =>
    crowd.filter(({ provider }) => provider === 'first').length / crowd.length;
});

describe('least_busy', () => {
  it('spreads what is under way evenly', async () => {
    const gate = createGate();
    const held: Handler = async (...call) => {
      await gate.opened;
      await answers('at last')(...call);
    };
    for (const name of PROVIDERS) upstreams[name].answer(held);
    const asked: Promise<Answer>[] = [];
    for (let count = 1; count <= 30; count += 1) {
      asked.push(ask('busy'));
      await vi.waitFor(() => expect(arrived()).toBe(count), { interval: 2 });
    }
    expect(PROVIDERS.map((name) => upstreams[name].calls.length)).toEqual([10, 10, 10]);
    gate.open();
    await Promise.all(asked);
  });

  it('leaves a target alone that does not get on with its work', async () => {
    const gate = createGate();
    upstreams.first.answer(async (...call) => {
      await gate.opened;
      await answers('at last')(...call);
    });
    const stuck: Promise<Answer>[] = [];
    // Until one is stuck there, chance decides among idle targets.
    for (let count = 0; upstreams.first.calls.length === 0 && count < 200; count += 1) {
      const one = ask('stuck');
      stuck.push(one);
      await vi.waitFor(() => expect(arrived()).toBe(count + 1), { interval: 2 });
      if (upstreams.first.calls.length === 0) await one;
    }
    const before = upstreams.first.calls.length;
    for (let count = 0; count < 30; count += 1) await ask('stuck');
    expect(upstreams.first.calls).toHaveLength(before);
    gate.open();
    await Promise.all(stuck);
  });

  const arrived = () => PROVIDERS.reduce((sum, name) => sum + upstreams[name].calls.length, 0);
});
