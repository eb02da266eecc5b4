/** Where the client is: who serves it, and who is the fastest there. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ControlledGateway, type Gateway, startGateway } from '../support/gateway.ts';
import { explainedTargets } from '../support/routing/explained.ts';
import { answers } from '../support/routing/fault-handlers.ts';
import { inParallel } from '../support/routing/observe-cell.ts';
import { ask, type City, from, providerOf, standIns, TESTING } from '../support/routing/places.ts';
import { type Handler, json, startUpstream, type Upstream } from '../support/upstream.ts';

describe('strategy `region`', () => {
  const SERVED = { world: undefined, usa: ['NA'], europe: ['EU'], germany: ['DE'], frankfurt: ['FRA'] };
  const broken = new Set<string>();
  let upstream: Upstream;
  let gateway: Gateway;

  beforeAll(async () => {
    upstream = await startUpstream((call, ...rest) => {
      const name = providerOf(call);
      const does = broken.has(name) ? json({ error: { message: 'down' } }, 500) : answers(`from ${name}`);
      return does(call, ...rest);
    });
    gateway = await startGateway({
      config: {
        ...TESTING,
        providers: standIns(upstream, Object.keys(SERVED)),
        models: {
          near: {
            strategy: 'region',
            retries: 0,
            breaker: { enabled: false },
            targets: Object.entries(SERVED).map(([provider, regions]) => ({ provider, model: 'm', regions })),
          },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });
  beforeEach(() => broken.clear());

  it.each([
    ['frankfurt', 'frankfurt', 'data centre'],
    ['munich', 'germany', 'country'],
    ['paris', 'europe', 'continent'],
    ['ashburn', 'usa', 'continent'],
    ['tokyo', 'world', 'any place'],
  ] as const)('a client in %s is served by %s, the closest by its %s', async (city, provider, why) => {
    expect(await ask(gateway, 'near', from(city))).toMatchObject({ status: 200, provider });
    const [first] = await explainedTargets(gateway, 'near', from(city));
    expect(first).toMatchObject({ provider, eligible: true, reason: expect.stringContaining(why) });
  });

  it('what is next closest follows when the closest fails', async () => {
    const asked: (string | null)[] = [];
    for (const name of ['frankfurt', 'germany', 'europe', 'world']) {
      asked.push((await ask(gateway, 'near', from('frankfurt'))).provider);
      broken.add(name);
    }
    expect(asked).toEqual(['frankfurt', 'germany', 'europe', 'world']);
    expect((await ask(gateway, 'near', from('frankfurt'))).provider).toBe('usa');
  });

  it('nobody is turned away whose place is not known', async () => {
    expect((await ask(gateway, 'near', {})).status).toBe(200);
  });
});

describe('what one region sees', () => {
  const QUICK_MS = 10;
  const SLOW_MS = 90;
  /** Where each is near. */
  const NEAR: Readonly<Record<string, City>> = { rhine: 'frankfurt', potomac: 'ashburn' };
  const outages = new Set<City>();
  let upstream: Upstream;
  let gateway: ControlledGateway;

  /** The stand-in hears in `user` where its client is: nothing of a place goes upstream by itself. */
  const answerFrom: Handler = async (call, ...rest) => {
    const city = JSON.parse(call.body.toString()).user as City;
    const isNear = NEAR[providerOf(call)] === city;
    if (outages.has(city) && isNear) return json({ error: { message: 'down' } }, 503)(call, ...rest);
    await delay(isNear ? QUICK_MS : SLOW_MS);
    return answers(`from ${providerOf(call)}`)(call, ...rest);
  };

  beforeAll(async () => {
    upstream = await startUpstream(answerFrom);
    const targets = Object.keys(NEAR).map((provider) => ({ provider, model: 'm' }));
    gateway = await startGateway({
      config: {
        ...TESTING,
        providers: standIns(upstream, Object.keys(NEAR)),
        models: {
          fast: { strategy: 'latency', targets },
          backed: {
            targets: targets.map((target) => ({ ...target, model: 'backed' })),
            breaker: { min_requests: 3, open_seconds: 600 },
            retries: 0,
          },
        },
      },
      controlPlane: true,
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await upstream.stop();
  });

  const askFrom = (model: string, city: City) =>
    ask(gateway, model, from(city), { user: city, stream: true });

  it('`latency` goes to whoever is fast in the region, and explores little', async () => {
    const cities = ['frankfurt', 'ashburn'] as const;
    const warmUp = cities.flatMap((city) => Array.from({ length: 40 }, () => city));
    await inParallel(warmUp, 8, (city) => askFrom('fast', city));
    const asked = cities.flatMap((city) => Array.from({ length: 200 }, () => city));
    const told = await inParallel(asked, 8, async (city) => ({ city, ...(await askFrom('fast', city)) }));
    for (const [near, city] of Object.entries(NEAR)) {
      const own = told.filter((one) => one.city === city);
      const elsewhere = own.filter(({ provider }) => provider !== near).length;
      // Exploration is 3 %: five standard deviations of 200 draws.
      expect(elsewhere / own.length).toBeLessThan(0.03 + 0.06);
      const [first] = await explainedTargets(gateway, 'fast', from(city), { stream: true });
      expect([near, 'explored'].some((word) => `${first?.provider} ${first?.reason}`.includes(word))).toBe(
        true,
      );
    }
  });

  it('is shown to the administrator, region by region, with its data centres', async () => {
    await vi.waitFor(
      async () => {
        const views = await regions();
        expect([...views.keys()].sort()).toEqual(['enam', 'weur']);
        for (const [region, near, far, colo] of [
          ['weur', 'rhine', 'potomac', 'FRA'],
          ['enam', 'potomac', 'rhine', 'IAD'],
        ] as const) {
          const targets = views.get(region)?.targets ?? [];
          const [quick, slow] = [near, far].map((name) =>
            targets.find(({ target }) => target === `${name}/m`),
          );
          expect(quick?.first_token_ms?.p50).toBeLessThan(slow?.first_token_ms?.p50 ?? 0);
          expect(quick?.colos.map((one) => one.colo)).toEqual([colo]);
        }
      },
      { timeout: 10_000, interval: 250 },
    );
  });

  it('a circuit that opens in one region stays closed in the other', async () => {
    outages.add('frankfurt');
    for (let count = 0; count < 3; count += 1)
      expect(await askFrom('backed', 'frankfurt')).toMatchObject({ status: 200, provider: 'potomac' });
    upstream.calls.length = 0;
    expect(await askFrom('backed', 'frankfurt')).toMatchObject({ status: 200, provider: 'potomac' });
    expect(await askFrom('backed', 'ashburn')).toMatchObject({ status: 200, provider: 'rhine' });
    expect(upstream.calls.map(providerOf)).toEqual(['potomac', 'rhine']);
    const [there] = await explainedTargets(gateway, 'backed', from('ashburn'));
    expect(there).toMatchObject({ provider: 'rhine', circuit: 'closed' });
    const here = await explainedTargets(gateway, 'backed', from('frankfurt'));
    expect(here.map(({ provider, circuit }) => [provider, circuit])).toEqual([
      ['potomac', 'closed'],
      ['rhine', 'open'],
    ]);
  });

  interface View {
    readonly region: string;
    readonly targets: readonly {
      readonly target: string;
      readonly first_token_ms: { readonly p50: number } | null;
      readonly colos: readonly { readonly colo: string }[];
    }[];
  }

  async function regions(): Promise<Map<string, View>> {
    const response = await gateway.admin('GET', '/routing/health');
    const text = await response.text();
    expect({ status: response.status, text }).toMatchObject({ status: 200 });
    return new Map((JSON.parse(text) as { data: View[] }).data.map((view) => [view.region, view]));
  }
});
