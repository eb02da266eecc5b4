import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Vantage } from '../../../../src/index.ts';
import type { VantageStub } from '../../../../src/routing/health/vantage-protocol.ts';
import { calls, measured, report, state } from './reports.ts';

const { VANTAGE } = env as unknown as { readonly VANTAGE: DurableObjectNamespace<Vantage> };
let names = 0;

/** One of its own for each test. */
function aVantage(region = 'weur') {
  names += 1;
  const stub = VANTAGE.getByName(`vantage:${region}:${names}`);
  return { stub, vantage: stub as unknown as VantageStub }; // RPC's own types lose what its methods take and give
}

const told = (count: number) =>
  report({ measured: [measured('a/b', { firstToken: calls(200, count), successes: count })] });

describe('a Vantage', () => {
  it('tells each isolate what all of its region told, and the view by the name of the region', async () => {
    const { vantage } = aVantage('eeur');
    await vantage.sync({ ...told(3), states: [state('a/b', { inFlight: 2 })] });
    const picture = await vantage.sync({ ...told(2), isolate: 'two' });
    expect(picture.targets).toMatchObject([{ target: 'a/b', successes: 5, inFlight: 2 }]);
    expect(await vantage.view()).toMatchObject({
      region: 'eeur',
      isolates: 2,
      targets: [{ target: 'a/b', successes: 5, in_flight: 2, colos: [{ colo: 'FRA', calls: 5 }] }],
    });
  });

  it('that was evicted starts from what it had kept, as old as that is', async () => {
    const { stub, vantage } = aVantage();
    await vantage.sync(told(8));
    await evictDurableObject(stub);
    const [target] = (await vantage.sync(report())).targets;
    expect(target).toMatchObject({ target: 'a/b', successes: 8 });
    expect(target?.firstToken[1]).toBeGreaterThan(7);
    expect(target?.firstToken[1]).toBeLessThanOrEqual(8);
  });

  it('keeps a copy every ten seconds, and not with every report', async () => {
    const { stub, vantage } = aVantage();
    const at = async (ms: number) => {
      await runInDurableObject(stub, (object: Vantage) => {
        object.now = () => Date.UTC(2026, 10, 21) + ms;
      });
      await vantage.sync(told(1));
      return runInDurableObject(stub, (_, { storage }) => {
        const kept = storage.kv.get<{ readonly targets: readonly { readonly successes: number }[] }>(
          'region',
        );
        return kept?.targets[0]?.successes;
      });
    };
    expect([await at(0), await at(2000), await at(9999), await at(10_000), await at(12_000)]).toEqual([
      1, 1, 1, 4, 4,
    ]);
  });

  it('starts anew where what was kept cannot be read', async () => {
    const { stub, vantage } = aVantage();
    await runInDurableObject(stub, (_, { storage }) =>
      storage.kv.put('region', { targets: [{ target: 5n }] }),
    );
    await evictDurableObject(stub);
    expect((await vantage.sync(told(2))).targets).toMatchObject([{ target: 'a/b', successes: 2 }]);
  });
});
