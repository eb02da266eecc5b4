/** What isolates of one region tell each other through its Vantage, and that no request ever waits for it. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ControlledGateway, startGateway } from '../support/gateway.ts';
import { type ExplainedTarget, explainedTargets } from '../support/routing/explained.ts';
import { answers } from '../support/routing/fault-handlers.ts';
import { ask, from, providerOf, standIns, TESTING } from '../support/routing/places.ts';
import { json, startUpstream, type Upstream } from '../support/upstream.ts';
import type { VantageMode } from '../support/vantage-front.ts';

const PROVIDERS = ['quick', 'slow'];
const CONFIG = (upstream: Upstream) => ({
  ...TESTING,
  providers: standIns(upstream, PROVIDERS),
  models: {
    fast: { strategy: 'latency', targets: PROVIDERS.map((provider) => ({ provider, model: 'm' })) },
    backed: {
      targets: PROVIDERS.map((provider) => ({ provider, model: 'backed' })),
      breaker: { min_requests: 3, open_seconds: 600 },
      retries: 0,
    },
  },
});

/** `slow` is slow, and `quick` does not serve `backed`. */
const startProviders = () =>
  startUpstream(async (call, ...rest) => {
    const { model } = JSON.parse(call.body.toString());
    if (providerOf(call) === 'slow') await delay(60);
    const isDown = providerOf(call) === 'quick' && model === 'backed';
    return (isDown ? json({ error: { message: 'down' } }, 503) : answers('hello'))(call, ...rest);
  });

const FRANKFURT = from('frankfurt');

/** The same gateway where its second isolate serves. */
const elsewhereOf = (gateway: ControlledGateway): Pick<ControlledGateway, 'post'> => ({
  post: (path, body, headers = {}) =>
    fetch(gateway.elsewhere + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.key}`, ...headers },
      body: JSON.stringify(body),
    }),
});

describe('two isolates of one region', () => {
  let upstream: Upstream;
  let gateway: ControlledGateway;
  beforeAll(async () => {
    upstream = await startProviders();
    gateway = await startGateway({ config: CONFIG(upstream), controlPlane: { secondIsolate: true } });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  /** As the second isolate routes, once that is so. Its own requests go to a target that is none of these. */
  const untilExplained = async (model: string, isSo: (targets: readonly ExplainedTarget[]) => boolean) => {
    const elsewhere = elsewhereOf(gateway);
    return vi.waitFor(
      async () => {
        expect(await ask(elsewhere, 'slow/other', FRANKFURT)).toMatchObject({ status: 200 });
        const targets = await explainedTargets(elsewhere, model, FRANKFURT, { stream: true });
        expect(targets.map(({ reason }) => reason)).toSatisfy(() => isSo(targets));
        return targets;
      },
      { timeout: 15_000, interval: 250 },
    );
  };

  it('know the latencies that the other one measured', async () => {
    for (let count = 0; count < 30; count += 1) await ask(gateway, 'fast', FRANKFURT, { stream: true });
    const targets = await untilExplained('fast', (all) =>
      all.every(({ reason }) => /\d+ ms to the first token|explored/.test(reason)),
    );
    expect(targets).toHaveLength(2);
  });

  it('leave alone what the other one found broken, within seconds', async () => {
    for (let count = 0; count < 3; count += 1)
      expect(await ask(gateway, 'backed', FRANKFURT)).toMatchObject({ status: 200, provider: 'slow' });
    const targets = await untilExplained('backed', ([first]) => first?.provider === 'slow');
    expect(targets).toMatchObject([{ provider: 'slow' }, { provider: 'quick', circuit: 'open' }]);
  });

  it('are told of to the administrator, with what each data centre saw', async () => {
    const response = await gateway.admin('GET', '/routing/health?region=weur');
    const { data } = await response.json();
    expect(data).toMatchObject([{ region: 'weur', isolates: expect.any(Number) }]);
    const of = (name: string) => data[0].targets.find(({ target }: { target: string }) => target === name);
    expect(of('quick/backed')).toMatchObject({ circuit: 'open', failures: 3, successes: 0 });
    expect(of('quick/m')).toMatchObject({
      circuit: 'closed',
      first_token_ms: { p50: expect.any(Number) },
      colos: [{ colo: 'FRA', first_token_ms: { p50: expect.any(Number) } }],
    });
  });
});

describe('a request', () => {
  let upstream: Upstream;
  let gateway: ControlledGateway;
  beforeAll(async () => {
    upstream = await startProviders();
    gateway = await startGateway({ config: CONFIG(upstream), controlPlane: { vantageFront: true } });
  });
  afterAll(async () => {
    gateway.vantages.set('up');
    await gateway.stop();
    await upstream.stop();
  });

  const MODES: readonly VantageMode[] = ['hang', 'down', 'reset', 'lose-answers', 'garbage'];

  it.each(MODES)('is answered as ever while the Vantage does this: %s', async (mode) => {
    gateway.vantages.set(mode);
    const before = gateway.vantages.calls('sync', 'weur');
    // Until one of them tells the Vantage, or asks it.
    await vi.waitFor(
      async () => {
        for (const stream of [true, false])
          expect(await ask(gateway, 'fast', FRANKFURT, { stream })).toMatchObject({ status: 200 });
        expect(gateway.vantages.calls('sync', 'weur')).toBeGreaterThan(before);
      },
      { timeout: 40_000, interval: 100 },
    );
    expect(await ask(gateway, 'backed', FRANKFURT)).toMatchObject({ status: 200, provider: 'slow' });
    gateway.vantages.set('up');
  });

  it('that finds the Vantage again tells it what went on, and the log told of the outage', async () => {
    gateway.vantages.set('up');
    await vi.waitFor(
      async () => {
        await ask(gateway, 'fast', FRANKFURT);
        const { data } = await (await gateway.admin('GET', '/routing/health')).json();
        expect(data[0]?.targets?.length).toBeGreaterThan(0);
      },
      { timeout: 45_000, interval: 250 },
    );
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({ type: 'vantage_unreachable', region: 'weur', reason: expect.any(String) }),
    );
  });

  it('for what regions see tells which one is silent', async () => {
    gateway.vantages.set('hang');
    const { data } = await (await gateway.admin('GET', '/routing/health?region=weur')).json();
    gateway.vantages.set('up');
    expect(data).toEqual([{ region: 'weur', error: 'The Vantage of this region does not answer.' }]);
  });
});

describe('a gateway without Vantages', () => {
  it('routes by what each isolate sees', async () => {
    const upstream = await startProviders();
    const gateway = await startGateway({
      config: CONFIG(upstream),
      controlPlane: { withoutVantages: true },
    });
    try {
      for (let count = 0; count < 30; count += 1)
        expect(await ask(gateway, 'fast', FRANKFURT)).toMatchObject({ status: 200 });
      const [first] = await explainedTargets(gateway, 'fast', FRANKFURT);
      expect(first?.reason).toMatch(/^latency: /);
      for (let count = 0; count < 4; count += 1)
        expect(await ask(gateway, 'backed', FRANKFURT)).toMatchObject({ status: 200, provider: 'slow' });
      expect((await explainedTargets(gateway, 'backed', FRANKFURT))[1]).toMatchObject({ circuit: 'open' });
      expect(await (await gateway.admin('GET', '/routing/health')).json()).toEqual({ data: [] });
      expect(gateway.lines.filter(({ type }) => type === 'vantage_unreachable')).toEqual([]);
    } finally {
      await gateway.stop();
      await upstream.stop();
    }
  });
});
