/** Who may never be asked, wherever the client is and whatever fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../support/gateway.ts';
import { PRICES } from '../support/limits/lab.ts';
import { type Cell, expectedOf } from '../support/routing/expected.ts';
import { explainedTargets } from '../support/routing/explained.ts';
import { answers } from '../support/routing/fault-handlers.ts';
import { badOf, type FaultStand, startFaultStand } from '../support/routing/fault-stand.ts';
import { FAULTS } from '../support/routing/fault-table.ts';
import { inParallel } from '../support/routing/observe-cell.ts';
import { ask, from, providerOf, standIns, TESTING } from '../support/routing/places.ts';
import { startUpstream, type Upstream } from '../support/upstream.ts';

describe('residency', () => {
  const CELLS: readonly Cell[] = FAULTS.flatMap((fault, number) =>
    (['stream', 'not a stream'] as const).map((mode) => ({
      id: `r${number}-${mode === 'stream' ? 's' : 'w'}`,
      fault,
      way: 'single' as const,
      mode,
      meaning: fault.modes[mode],
    })),
  );
  const CITIES = ['frankfurt', 'ashburn'] as const;
  let abroad: Upstream;
  let stand: FaultStand;
  let gateway: Gateway;

  beforeAll(async () => {
    abroad = await startUpstream(answers('from abroad'));
    stand = await startFaultStand(CELLS, (cell) => ({
      strategy: 'fallback',
      targets: [
        { provider: 'usa', model: 'm', regions: ['NA'] },
        { provider: 'anywhere', model: 'm' },
        { provider: 'both', model: 'm', regions: ['EU', 'NA'] },
        { provider: badOf(cell), model: 'm', regions: ['DE'] },
      ],
      residency: ['EU'],
      retries: 0,
      hedge: { enabled: true, delay_ms: 50 },
      mid_stream_failover: true,
      fallback_on: { statuses: [400, 403, 413, 422], content_policy: true },
    }));
    const fallback = { provider: 'usa', model: 'm', regions: ['NA'] };
    gateway = await startGateway({
      config: {
        ...TESTING,
        prices: PRICES,
        providers: { ...stand.providers, ...standIns(abroad, ['usa', 'anywhere', 'both', 'munich']) },
        models: {
          ...stand.models,
          inner: { targets: [fallback, { provider: 'munich', model: 'm', regions: ['DE'] }] },
          outer: { residency: ['EU'], targets: [{ alias: 'inner' }, fallback] },
        },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
    await abroad.stop();
    await stand.stop();
  });

  it('is never left, whatever fails and wherever the client is', async () => {
    const tries = CELLS.flatMap((cell) => CITIES.map((city) => ({ cell, city })));
    const told = await inParallel(tries, 24, async ({ cell, city }) => {
      const fields = { stream: cell.mode === 'stream', user: cell.id };
      const { status } = await ask(gateway, cell.id, from(city), fields);
      return [`${cell.fault.name}, ${cell.mode}, ${city}`, status] as const;
    });
    expect(abroad.calls.map(providerOf)).toEqual([]);
    const expected = tries.map(({ cell, city }) => [
      `${cell.fault.name}, ${cell.mode}, ${city}`,
      expectedOf(cell).status,
    ]);
    expect(told).toEqual(expected);
  });

  it('holds for the targets of a nested alias, too', async () => {
    abroad.calls.length = 0;
    for (const city of CITIES)
      expect(await ask(gateway, 'outer', from(city))).toMatchObject({ status: 200, provider: 'munich' });
    expect(abroad.calls.map(providerOf)).toEqual(['munich', 'munich']);
    const explained = await explainedTargets(gateway, 'outer', from('ashburn'));
    const eligible = explained.filter((one) => one.eligible).map(({ provider }) => provider);
    expect(eligible).toEqual(['munich']);
  });
});
