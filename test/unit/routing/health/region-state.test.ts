import { describe, expect, it } from 'vitest';
import { RegionState } from '../../../../src/routing/health/region-state.ts';
import type {
  CredentialReport,
  RegionPicture,
  VantageReport,
} from '../../../../src/routing/health/vantage-protocol.ts';
import { calls, measured, NOON, report, state } from './reports.ts';

const region = (kept: unknown = undefined, now = NOON) => new RegionState('weur', kept, now);
const targetOf = (picture: RegionPicture, name = 'a/b') =>
  picture.targets.find(({ target }) => target === name);
const weightOf = (counts: readonly number[] = []) =>
  counts.filter((_, at) => at % 2 === 1).reduce((sum, weight) => sum + weight, 0);

describe('a region', () => {
  it('adds up what its isolates measured, whoever told it', () => {
    const weur = region();
    weur.sync(
      report({ measured: [measured('a/b', { firstToken: calls(200, 3), successes: 3, slow: 1 })] }),
      NOON,
    );
    const picture = weur.sync(
      report({
        isolate: 'two',
        measured: [
          measured('a/b', { firstToken: calls(200, 2), total: calls(900), successes: 2, failures: 1 }),
        ],
      }),
      NOON,
    );
    expect(picture.targets).toEqual([
      {
        target: 'a/b',
        firstToken: calls(200, 5),
        total: calls(900),
        successes: 5,
        failures: 1,
        slow: 1,
        inFlight: 0,
        openUntil: 0,
        coolingUntil: 0,
        closedAt: 0,
        seenAt: NOON,
      },
    ]);
  });

  it('lets latencies fade, by half in a minute, and forgets counts after it', () => {
    const weur = region();
    weur.sync(report({ measured: [measured('a/b', { firstToken: calls(200, 8), successes: 8 })] }), NOON);
    const later = targetOf(weur.sync(report(), NOON + 60_000));
    expect(later).toMatchObject({ firstToken: calls(200, 4), successes: 0, seenAt: NOON });
    expect(targetOf(weur.sync(report(), NOON + 120_000))).toMatchObject({ firstToken: calls(200, 2) });
  });

  it('tells each isolate of the calls of the others, and of those that are silent for ten seconds none', () => {
    const weur = region();
    weur.sync(report({ states: [state('a/b', { inFlight: 3 })] }), NOON);
    const two = weur.sync(report({ isolate: 'two', states: [state('a/b', { inFlight: 4 })] }), NOON + 5000);
    expect(targetOf(two)?.inFlight).toBe(3);
    const one = weur.sync(report({ states: [state('a/b', { inFlight: 1 })] }), NOON + 6000);
    expect(targetOf(one)?.inFlight).toBe(4);
    expect(targetOf(weur.sync(report({ isolate: 'three' }), NOON + 15_000))?.inFlight).toBe(1);
    expect(weur.view(NOON + 15_999).isolates).toBe(2);
    expect(weur.view(NOON + 30_000)).toMatchObject({ isolates: 0, targets: [{ in_flight: 0 }] });
  });

  it('counts the calls of 2000 isolates, and of more those that told last', () => {
    const weur = region();
    for (let index = 0; index < 2100; index += 1)
      weur.sync(report({ isolate: `isolate ${index}`, states: [state('a/b', { inFlight: 1 })] }), NOON);
    expect(weur.view(NOON)).toMatchObject({ isolates: 2000, targets: [{ in_flight: 2000 }] });
  });
});

describe('a circuit of a region', () => {
  const open = (openUntil: number, isolate = 'one', closedAt = 0): VantageReport =>
    report({ isolate, states: [state('a/b', { openUntil, closedAt })] });

  it('is open until the latest end that anybody told', () => {
    const weur = region();
    weur.sync(open(NOON + 10_000), NOON);
    const picture = weur.sync(open(NOON + 5000, 'two'), NOON);
    expect(targetOf(picture)?.openUntil).toBe(NOON + 10_000);
    expect(weur.view(NOON + 9999).targets[0]).toMatchObject({
      circuit: 'open',
      open_until: new Date(NOON + 10_000).toISOString(),
    });
    expect(weur.view(NOON + 10_000).targets[0]).toMatchObject({ circuit: 'closed', open_until: null });
  });

  it('that a probe closed has no failures, and stays closed for those who had not heard of it', () => {
    const weur = region();
    weur.sync(report({ measured: [measured('a/b', { failures: 9 })] }), NOON);
    weur.sync(open(NOON + 10_000), NOON);
    const closed = { openUntil: 0, closedAt: NOON + 11_000, failures: 0 };
    expect(targetOf(weur.sync(open(0, 'two', NOON + 11_000), NOON + 11_000))).toMatchObject(closed);
    expect(targetOf(weur.sync(open(NOON + 10_000), NOON + 11_500))).toMatchObject(closed);
  });

  it('opens again for whoever opens it after it was closed, whether he had heard of that or not', () => {
    const weur = region();
    weur.sync(open(NOON + 10_000), NOON);
    weur.sync(open(0, 'two', NOON + 11_000), NOON + 11_000);
    expect(targetOf(weur.sync(open(NOON + 21_500), NOON + 11_500))?.openUntil).toBe(NOON + 21_500);
    const both = weur.sync(open(NOON + 40_000, 'two', NOON + 22_000), NOON + 30_000);
    expect(targetOf(both)).toMatchObject({ openUntil: NOON + 40_000, closedAt: NOON + 22_000 });
  });

  it('knows the longest pause that a provider asked for', () => {
    const weur = region();
    weur.sync(report({ states: [state('a/b', { coolingUntil: NOON + 9000 })] }), NOON);
    const picture = weur.sync(report({ states: [state('a/b', { coolingUntil: NOON + 2000 })] }), NOON);
    expect(targetOf(picture)?.coolingUntil).toBe(NOON + 9000);
    expect(weur.view(NOON).targets[0]?.cooling_until).toBe(new Date(NOON + 9000).toISOString());
    expect(weur.view(NOON + 9000).targets[0]?.cooling_until).toBeNull();
  });
});

describe('credentials of a region', () => {
  const word = (state: CredentialReport['state'], at: number, until = 0): VantageReport =>
    report({ credentials: [{ id: 'openai:1', state, until, at }] });

  it('stand as the newest word says, in whatever order words come', () => {
    const weur = region();
    weur.sync(word('cooling', NOON - 2000, NOON + 60_000), NOON);
    weur.sync(word('active', NOON - 1000), NOON);
    const { credentials } = weur.sync(word('exhausted', NOON - 3000, NOON + 90_000), NOON);
    expect(credentials).toEqual([{ id: 'openai:1', state: 'active', until: 0, at: NOON - 1000 }]);
  });

  it('are forgotten an hour after what was said of them is over', () => {
    const weur = region();
    weur.sync(word('cooling', NOON, NOON + 60_000), NOON);
    expect(weur.sync(report(), NOON + 3_600_000).credentials).toHaveLength(1);
    expect(weur.sync(report(), NOON + 3_660_001).credentials).toEqual([]);
  });
});

describe('aliases of a region', () => {
  it('count what all isolates did within the last minute', () => {
    const weur = region();
    const did = (isolate: string, requests: number, further: number) =>
      report({ isolate, aliases: [{ alias: 'fast', requests, further }] });
    weur.sync(did('one', 10, 1), NOON);
    expect(weur.sync(did('two', 5, 2), NOON + 30_000).aliases).toEqual([
      { alias: 'fast', requests: 15, further: 3 },
    ]);
    expect(weur.sync(report(), NOON + 65_000).aliases).toEqual([{ alias: 'fast', requests: 5, further: 2 }]);
    expect(weur.sync(report(), NOON + 95_000).aliases).toEqual([]);
  });
});

describe('the view of a region', () => {
  it('tells latencies by colo, and names of each at most sixty', () => {
    const weur = region();
    weur.sync(
      report({
        measured: [
          measured('a/b', { colo: 'FRA', firstToken: calls(200, 10), successes: 9, failures: 1 }),
          measured('a/b', { colo: 'AMS', total: calls(1000, 10), successes: 10 }),
        ],
        states: [state('a/b', { inFlight: 2 })],
      }),
      NOON,
    );
    const view = weur.view(NOON);
    expect(view).toMatchObject({ region: 'weur', at: NOON, isolates: 1 });
    const [target] = view.targets;
    expect(target).toMatchObject({ target: 'a/b', in_flight: 2, successes: 19, failures: 1, slow: 0 });
    expect(target?.colos).toMatchObject([
      { colo: 'FRA', calls: 10, first_token_ms: { weight: 10 }, total_ms: null },
      { colo: 'AMS', calls: 10, first_token_ms: null, total_ms: { weight: 10 } },
    ]);
    expect(target?.first_token_ms?.p50).toBeGreaterThan(150);
    expect(target?.first_token_ms?.p50).toBeLessThan(260);
    const colos = Array.from({ length: 100 }, (_, index) => `C${index}`);
    weur.sync(report({ measured: colos.map((colo) => measured('a/b', { colo, successes: 1 })) }), NOON);
    expect(weur.view(NOON).targets[0]?.colos.map(({ colo }) => colo)).toEqual(colos.slice(-60));
  });
});

describe('what a region keeps', () => {
  const told = report({
    measured: [
      measured('a/b', {
        firstToken: calls(200, 8),
        total: calls(900, 4),
        successes: 6,
        failures: 2,
        slow: 1,
      }),
    ],
    states: [
      state('a/b', {
        inFlight: 3,
        openUntil: NOON + 90_000,
        coolingUntil: NOON + 80_000,
        closedAt: NOON - 5,
      }),
    ],
    credentials: [{ id: 'openai:1', state: 'exhausted', until: NOON + 500_000, at: NOON }],
    aliases: [{ alias: 'fast', requests: 8, further: 2 }],
  });
  const before = region();
  before.sync(told, NOON);
  const kept = structuredClone(before.keep(NOON));

  it('is what the next one starts from, without calls under way', () => {
    expect(region(kept).keep(NOON)).toEqual(kept);
    expect(targetOf(kept)?.inFlight).toBe(0);
    expect(targetOf(kept)?.successes).toBe(6);
  });

  it('fades as if the region had been there all the time', () => {
    expect(region(kept, NOON + 60_000).keep(NOON + 60_000)).toEqual(before.keep(NOON + 60_000));
    expect(targetOf(before.keep(NOON + 60_000))).toMatchObject({ firstToken: calls(200, 4), successes: 0 });
  });

  it.each([
    [null],
    ['text'],
    [[]],
    [{ targets: 'many' }],
    [{ at: Number.NaN, targets: [{ target: '' }, 7, null] }],
  ])('may be what another version left: %o', (left) => {
    expect(region(left).keep(NOON)).toEqual({ at: NOON, targets: [], credentials: [], aliases: [] });
  });

  it('fits a row of storage, however much was told', () => {
    const weur = region();
    const full = Array.from({ length: 81 }, (_, step) => [step, 0.123]).flat();
    const targets = Array.from({ length: 500 }, (_, index) => `provider/${'m'.repeat(200)}${index}`);
    weur.sync(
      report({ measured: targets.map((name) => measured(name, { firstToken: full, total: full })) }),
      NOON,
    );
    expect(JSON.stringify(weur.keep(NOON)).length).toBeLessThan(1_900_000);
    expect(weur.keep(NOON).targets.at(-1)?.target).toBe(targets.at(-1));
  });
});

describe('a region that is told nonsense', () => {
  const nonsense: readonly unknown[] = [
    undefined,
    null,
    'report',
    [],
    { isolate: 7, measured: {}, states: 'all', credentials: null },
    {
      measured: [
        null,
        1,
        {},
        { target: 'a/b' },
        { target: '', colo: 'FRA' },
        { target: 'x'.repeat(501), colo: 'FRA' },
      ],
    },
    {
      aliases: [
        { alias: 'fast', requests: -5, further: Number.NaN },
        { alias: 'fast', requests: '7', further: 0.5 },
      ],
    },
    {
      credentials: [
        { id: 'openai:1', state: 'disabled', until: 1, at: 1 },
        { id: 3, state: 'active' },
      ],
    },
  ];

  it.each(nonsense.map((told) => [told]))('learns nothing from it: %o', (told) => {
    const weur = region();
    const picture = weur.sync(told as VantageReport, NOON);
    expect(picture).toEqual({ at: NOON, targets: [], credentials: [], aliases: [] });
  });

  const hostile = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    1e308,
    2 ** 53,
    '9',
    null,
  ];

  it.each(hostile)('stays sound where numbers are %s', (number) => {
    const weur = region();
    const bad = number as number;
    const fields = { firstToken: [bad, 1, 20, bad, 30, 1], successes: bad, failures: bad, slow: bad };
    const states = [state('a/b', { inFlight: bad, openUntil: bad, coolingUntil: bad, closedAt: bad })];
    const credentials = [{ id: 'openai:1', state: 'cooling' as const, until: bad, at: bad }];
    const told = report({
      measured: [measured('a/b', { ...fields, total: [1.5, 1, -1, 1, 1e9, 1, 40] })],
      states,
      credentials,
      aliases: [{ alias: 'fast', requests: bad, further: bad }],
    });
    const picture = weur.sync(told, NOON);
    for (const value of numbersIn(picture)) expect(value).toBeGreaterThanOrEqual(0);
    for (const value of numbersIn(picture)) expect(Number.isFinite(value)).toBe(true);
    const [target] = picture.targets;
    expect(target?.openUntil).toBeLessThanOrEqual(NOON + 3_600_000);
    expect(target?.coolingUntil).toBeLessThanOrEqual(NOON + 3_600_000);
    expect(target?.closedAt).toBeLessThanOrEqual(NOON + 60_000);
    expect(target?.total).toEqual([]);
    expect(weightOf(target?.firstToken)).toBeLessThanOrEqual(2_000_001);
    expect(() => weur.view(NOON)).not.toThrow();
  });

  it('keeps to its bounds', () => {
    const weur = region();
    const names = Array.from({ length: 1200 }, (_, index) => `a/${index}`);
    for (let at = 0; at < names.length; at += 300) {
      const part = names.slice(at, at + 300);
      weur.sync(
        report({
          measured: part.map((name) => measured(name, { successes: 1 })),
          credentials: part.map((id) => ({ id, state: 'invalid', until: NOON, at: NOON })),
          aliases: part.map((alias) => ({ alias, requests: 1, further: 0 })),
        }),
        NOON,
      );
    }
    const picture = weur.sync(report(), NOON);
    expect(picture.targets.map(({ target }) => target)).toEqual(names.slice(-500));
    expect(picture.credentials).toHaveLength(1000);
    expect(picture.aliases.map(({ alias }) => alias)).toEqual(names.slice(-500));
  });

  it('forgets targets of which nobody told for a day', () => {
    const weur = region();
    weur.sync(report({ measured: [measured('a/b', { successes: 1 })] }), NOON);
    expect(weur.sync(report(), NOON + 86_400_000).targets).toHaveLength(1);
    expect(weur.sync(report(), NOON + 86_400_001).targets).toEqual([]);
  });
});

function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
