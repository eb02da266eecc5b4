/** Residency over random documents, against the rule as the documentation words it. */
import { describe, expect, it } from 'vitest';
import type { ModelEntry, TargetEntry } from '../../../src/config/schema.ts';
import { STRATEGIES } from '../../../src/config/schema-routing.ts';
import type { RoutingIndex } from '../../../src/routing/alias-rules.ts';
import { type Seeded, seeded } from '../../support/seeded.ts';
import {
  answered,
  choose,
  DALLAS,
  FRANKFURT,
  failed,
  NOW,
  newHealth,
  routingIndexOf,
  target,
} from './choosing.ts';
import { entryOf } from './support.ts';

describe('residency', () => {
  const INDEX = routingIndexOf({
    a: {
      residency: ['EU'],
      targets: [
        target('us', { regions: ['US'] }),
        target('de', { regions: ['DE', 'FR'] }),
        target('both', { regions: ['DE', 'US'] }),
        target('anywhere'),
        target('colo', { regions: ['FRA'] }),
      ],
    },
  });

  it.each([
    ['Frankfurt', FRANKFURT],
    ['Dallas', DALLAS],
    ['nowhere that is known', { continent: null, country: null, colo: null }],
  ])('asks only targets all of whose regions lie within it, for clients in %s', (_, place) => {
    const health = newHealth();
    failed(health.of('p/de'), 20);
    const { all, reach } = choose(INDEX, { place, health });
    expect(all.map(({ model, standing, reason }) => [model, standing, reason])).toEqual([
      ['de', 'last', 'circuit open for 10 s'],
      ['us', 'no', 'outside residency EU'],
      ['both', 'no', 'outside residency EU'],
      ['anywhere', 'no', 'outside residency EU'],
      ['colo', 'no', 'outside residency EU'],
    ]);
    expect(reach).toBeNull();
  });

  it('adds up where aliases are nested, and goes by the regions of the alias-target', () => {
    const index = routingIndexOf({
      a: {
        residency: ['EU'],
        targets: [
          { alias: 'b', regions: ['DE'] },
          { alias: 'b', name: 'bare' },
        ],
      },
      b: {
        residency: ['DE', 'US'],
        targets: [target('1'), target('2', { regions: ['US'] }), target('3', { regions: ['FR'] })],
      },
    });
    expect(choose(index).all.map(({ model, standing, reason }) => [model, standing, reason])).toEqual([
      ['1', 'yes', 'fallback: first choice; fallback: first choice'],
      ['2', 'no', 'outside residency EU'],
      ['3', 'no', 'outside residency DE, US'],
    ]);
  });
});

const COUNTRIES: Readonly<Record<string, readonly string[]>> = {
  EU: ['DE', 'FR', 'SE'],
  NA: ['US', 'CA'],
  SA: ['BR'],
};
const CONTINENTS = Object.keys(COUNTRIES);
const PLACES = [...CONTINENTS, ...Object.values(COUNTRIES).flat(), 'FRA', 'DFW'];

const somePlaces = (random: Seeded) => random.list(random.between(1, 2), () => random.pick(PLACES));
const maybe = (random: Seeded, name: string, chance: number) =>
  random.chance(chance) ? { [name]: somePlaces(random) } : {};

/** Aliases `0`, `1`, …: each leads only to those behind it, so nothing leads back. */
function randomIndex(random: Seeded): RoutingIndex {
  const count = random.between(1, 5);
  const models = Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const strategy = random.pick(STRATEGIES);
      const targets = random.list(random.between(1, 4), () => ({
        ...(at < count - 1 && random.chance(0.4)
          ? { alias: String(random.between(at + 1, count - 1)) }
          : target(`m${random.between(1, 6)}`)),
        weight: random.between(0, 3),
        ...maybe(random, 'regions', 0.7),
        ...(strategy === 'conditional' && random.chance(0.5) ? { when: 'request.tools > 0' } : {}),
      }));
      return [String(at), { strategy, targets, ...maybe(random, 'residency', 0.4) }];
    }),
  );
  return routingIndexOf(models);
}

/** Written down once more, as simply as can be: every way to a target, with the regions and residencies on it. */
function* waysTo(
  entry: ModelEntry,
  index: RoutingIndex,
  above: { regions: readonly string[]; residencies: readonly (readonly string[])[] },
): Generator<{ target: string; isAllowed: boolean }> {
  const residencies =
    entry.residency === undefined ? above.residencies : [...above.residencies, entry.residency];
  const targets: TargetEntry[] = entry.strategy === 'single' ? entry.targets.slice(0, 1) : entry.targets;
  for (const one of targets) {
    const regions = one.regions ?? above.regions;
    if ('alias' in one) {
      yield* waysTo(entryOf(index, one.alias), index, { regions, residencies });
      continue;
    }
    const isAllowed = residencies.every(
      (residency) =>
        regions.length > 0 &&
        regions.every((region) =>
          residency.some((place) => place === region || (COUNTRIES[place]?.includes(region) ?? false)),
        ),
    );
    yield { target: `${one.provider}/${one.model}`, isAllowed };
  }
}

describe('residency in random nested documents', () => {
  it.each([1, 2, 3, 4, 5, 6])('is never left, by whatever strategy and health (seed %i)', (seed) => {
    const random = seeded(seed);
    const seen = { yes: 0, last: 0, no: 0 };
    for (let round = 0; round < 300; round += 1) {
      const index = randomIndex(random);
      const health = newHealth();
      for (let model = 1; model <= 6; model += 1) {
        const one = health.of(`p/m${model}`);
        if (random.chance(0.3)) failed(one, 10);
        if (random.chance(0.3)) one.cool(NOW + random.between(1, 9000));
        if (random.chance(0.5)) answered(one, { ms: random.between(10, 900), count: 3 });
      }
      const ways = [...waysTo(entryOf(index, '0'), index, { regions: [], residencies: [] })];
      const allowed = new Set(ways.filter(({ isAllowed }) => isAllowed).map((way) => way.target));
      const shape = { tools: random.between(0, 1), conversation: `talk-${round}` };
      const place = random.pick([FRANKFURT, DALLAS]);
      const { all } = choose(index, { place, health, random: random.next, shape }, '0');
      for (const { provider, model, standing } of all) {
        seen[standing] += 1;
        if (!allowed.has(`${provider}/${model}`)) expect(standing).toBe('no');
      }
      const names = all.map(({ provider, model }) => `${provider}/${model}`);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(names)).toEqual(new Set(ways.map((way) => way.target)));
      const standings = all.map(({ standing }) => standing).join(' ');
      expect(standings).toMatch(/^(?:yes ?)*(?:last ?)*(?:no ?)*$/);
    }
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  it('lets all through that it allows, where no condition is in the way', () => {
    const random = seeded(7);
    let checked = 0;
    for (let round = 0; round < 300; round += 1) {
      const index = randomIndex(random);
      const ways = [...waysTo(entryOf(index, '0'), index, { regions: [], residencies: [] })];
      const { all } = choose(index, { shape: { tools: 1, conversation: 'talk' } }, '0');
      for (const { target: name } of ways.filter(({ isAllowed }) => isAllowed)) {
        checked += 1;
        expect(all.find(({ provider, model }) => `${provider}/${model}` === name)?.standing).toBe('yes');
      }
    }
    expect(checked).toBeGreaterThan(300);
  });
});
