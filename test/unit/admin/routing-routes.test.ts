/** `/admin/v1/routing/health`: what regions see, and those that say nothing. */
import { describe, expect, it } from 'vitest';
import type { AdminServices } from '../../../src/admin/api/admin-env.ts';
import { RegionState } from '../../../src/routing/health/region-state.ts';
import { readRegions } from '../../../src/routing/health/region-views.ts';
import type { VantageStub } from '../../../src/routing/health/vantage-protocol.ts';
import { calls, measured, NOON, report, state } from '../routing/health/reports.ts';
import { answerOf, createAdminApi } from './control-desk.ts';
import { answerMistakes } from './openapi-rules.ts';

/** A region as its Vantage has it, at noon. */
const seeing = (weur: RegionState): VantageStub => ({
  sync: async (told) => weur.sync(told, NOON),
  view: async () => weur.view(NOON),
});

const SILENT: VantageStub = {
  sync: () => Promise.reject(new Error('down')),
  view: () => Promise.reject(new Error('down')),
};

const regionsOf =
  (known: Readonly<Record<string, VantageStub>>): AdminServices['regions'] =>
  (only) =>
    readRegions((region) => known[region] ?? seeing(new RegionState(region, undefined, NOON)), only);

function weur(): RegionState {
  const region = new RegionState('weur', undefined, NOON);
  region.sync(
    report({
      measured: [measured('a/b', { firstToken: calls(200, 4), successes: 3, failures: 1 })],
      states: [state('a/b', { inFlight: 2, openUntil: NOON + 1000, coolingUntil: NOON + 2000 })],
      credentials: [
        { id: 'openai#1', state: 'cooling', until: NOON + 500, at: NOON },
        { id: 'openai#2', state: 'active', until: 0, at: NOON },
      ],
      aliases: [{ alias: 'fast', requests: 4, further: 1 }],
    }),
    NOON,
  );
  return region;
}

const ask = (regions: AdminServices['regions'], query = '') =>
  answerOf(createAdminApi({ regions }).ask('GET', `/routing/health${query}`, undefined, { role: 'viewer' }));

const at = (ms: number) => new Date(NOON + ms).toISOString();

describe('the health of regions', () => {
  it('is told of those that have seen something, as it is described', async () => {
    const regions = regionsOf({ weur: seeing(weur()), oc: SILENT });
    const { status, body } = await ask(regions);
    expect(status).toBe(200);
    const [first, second, ...others] = body.data;
    expect(first).toEqual({
      region: 'weur',
      at: at(0),
      isolates: 1,
      targets: [
        {
          target: 'a/b',
          circuit: 'open',
          open_until: at(1000),
          cooling_until: at(2000),
          in_flight: 2,
          successes: 3,
          failures: 1,
          slow: 0,
          first_token_ms: { p50: expect.any(Number), p95: expect.any(Number), weight: 4 },
          total_ms: null,
          colos: [
            {
              colo: 'FRA',
              calls: 4,
              first_token_ms: { p50: expect.any(Number), p95: expect.any(Number), weight: 4 },
              total_ms: null,
            },
          ],
        },
      ],
      credentials: [
        { id: 'openai#1', state: 'cooling', until: at(500), at: at(0) },
        { id: 'openai#2', state: 'active', until: null, at: at(0) },
      ],
      aliases: [{ alias: 'fast', requests: 4, further: 1 }],
    });
    expect(second).toEqual({ region: 'oc', error: 'The Vantage of this region does not answer.' });
    expect(others).toEqual([]);
    const described = (await answerOf(createAdminApi().ask('GET', '/openapi.json'))).body;
    expect(answerMistakes(described, 'getRoutingHealth', 200, body)).toEqual([]);
  });

  it('is told of one region alone, even if it has seen nothing', async () => {
    const regions = regionsOf({ weur: seeing(weur()), oc: SILENT });
    expect((await ask(regions, '?region=weur')).body.data).toMatchObject([{ region: 'weur', isolates: 1 }]);
    expect((await ask(regions, '?region=me')).body.data).toMatchObject([{ region: 'me', targets: [] }]);
    expect((await ask(regions, '?region=oc')).body.data).toMatchObject([
      { region: 'oc', error: expect.any(String) },
    ]);
  });

  it('is nothing where no Vantage is bound', async () => {
    const { status, body } = await ask((only) => readRegions(() => null, only));
    expect([status, body]).toEqual([200, { data: [] }]);
  });

  it.each(['?region=mars', '?region=', '?colo=FRA'])('refuses %s', async (query) => {
    expect((await ask(regionsOf({}), query)).status).toBe(400);
  });

  it('does not wait longer than two seconds for a region that hangs', async () => {
    const hanging: VantageStub = { ...SILENT, view: () => new Promise(() => undefined) };
    const { body } = await ask(regionsOf({ weur: seeing(weur()), apac: hanging }));
    expect(body.data.map(({ region }: { region: string }) => region)).toEqual(['weur', 'apac']);
    expect(body.data[1]).toHaveProperty('error');
  });
});
