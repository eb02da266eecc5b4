import { describe, expect, it } from 'vitest';
import type { RegionHealth } from '../../../../src/routing/health/region-health.ts';
import { seeded } from '../../../support/seeded.ts';
import {
  answered,
  choose,
  FRANKFURT,
  failed,
  firstOf,
  fits,
  NOW,
  newHealth,
  order,
  reasonOf,
  routingIndexOf,
  target,
  underWay,
} from '../choosing.ts';

const latency = (models: readonly string[], more: object = {}) =>
  routingIndexOf({ a: { strategy: 'latency', targets: models.map((model) => target(model)), ...more } });

const THREE = latency(['1', '2', '3']);
/** No request measures anything: the fastest is asked. */
const STILL = latency(['1', '2', '3'], { exploration: 0 });

function measured(times: Readonly<Record<string, number>>, more: object = {}): RegionHealth {
  const health = newHealth();
  for (const [model, ms] of Object.entries(times)) answered(health.of(`p/${model}`), { ms, ...more });
  return health;
}

describe('latency', () => {
  it('asks the fastest to the first token, for streams', () => {
    const health = measured({ 1: 900, 2: 200, 3: 400 });
    answered(health.of('p/1'), { ms: 100, kind: 'whole' });
    const { all } = choose(STILL, { health });
    expect(all.map(({ model }) => model)).toEqual(['2', '3', '1']);
    expect(all[0]?.reason).toMatch(/^latency: (?:19|20|21)\d ms to the first token$/);
  });

  it('asks the fastest whole answer, for others', () => {
    const health = measured({ 1: 900, 2: 3000, 3: 4000 }, { kind: 'whole' });
    answered(health.of('p/3'), { ms: 1 });
    const { all } = choose(STILL, { health, wantsStream: false });
    expect(all.map(({ model }) => model)).toEqual(['1', '2', '3']);
    expect(all[0]?.reason).toMatch(/ ms for a whole answer$/);
  });

  it('goes by the other kind where nobody was measured in this one', () => {
    const health = measured({ 1: 900, 2: 300 }, { kind: 'whole' });
    expect(order(STILL, { health })).toEqual(['2', '1', '3']);
  });

  it('does not compare first tokens with whole answers', () => {
    const health = measured({ 1: 5000 }, { kind: 'whole' });
    answered(health.of('p/2'), { ms: 100 });
    const { all } = choose(STILL, { health, wantsStream: false });
    expect(all.map(({ model }) => model)).toEqual(['1', '2', '3']);
    expect(reasonOf({ all, reach: null }, '2')).toBe('latency: not measured yet');
  });

  it('weighs failures in', () => {
    const health = measured({ 1: 200, 2: 300, 3: 900 });
    expect(order(STILL, { health })[0]).toBe('1');
    failed(health.of('p/1'), 8);
    const candidates = choose(STILL, { health });
    expect(candidates.all[0]?.model).toBe('2');
    expect(reasonOf(candidates, '1')).toMatch(/^latency: \d+ ms to the first token, 29 % failed$/);
  });

  it('lets targets that are as good share', () => {
    const { next } = seeded(1);
    const health = measured({ 1: 200, 2: 203, 3: 900 });
    const counts = firstOf(4000, () => order(STILL, { health, random: next }));
    expect(fits(counts, { 1: 1, 2: 1 })).toBe(true);
  });

  it('spreads requests evenly while nothing is known', () => {
    const { next } = seeded(2);
    const health = newHealth();
    const counts = firstOf(3000, () => order(THREE, { health, random: next }));
    expect(fits(counts, { 1: 1, 2: 1, 3: 1 })).toBe(true);
    expect(choose(THREE, { health }).all[0]?.reason).toBe('latency: not measured yet');
  });

  it('tries a circuit again that waits for it, wherever its target stands', () => {
    const health = measured({ 1: 100, 2: 200, 3: 900 });
    failed(health.of('p/3'), 40, 11_000);
    const candidates = choose(STILL, { health });
    expect(candidates.all[0]).toMatchObject({ model: '3', reason: 'latency: its circuit is tried again' });
  });
});

describe('exploration', () => {
  const shareOf = (health: RegionHealth, model: string, index = THREE) => {
    const { next } = seeded(3);
    const rounds = 10_000;
    return (firstOf(rounds, () => order(index, { health, random: next })).get(model) ?? 0) / rounds;
  };

  it('measures a share of requests where it was not measured for the longest time', () => {
    const health = measured({ 1: 100 });
    answered(health.of('p/2'), { ms: 150, agoMs: 20_000 });
    answered(health.of('p/3'), { ms: 150, agoMs: 40_000 });
    expect(shareOf(health, '3')).toBeCloseTo(0.03, 2);
    expect(shareOf(health, '2')).toBe(0);
    const explored = choose(THREE, { health, random: () => 0 });
    expect(explored.all.map(({ model }) => model)).toEqual(['3', '1', '2']);
    expect(explored.all[0]?.reason).toBe('latency: explored, last measured 40 s ago');
  });

  it('leaves slower targets alone for longer', () => {
    const health = measured({ 1: 100 });
    answered(health.of('p/2'), { ms: 150, agoMs: 12_000 });
    answered(health.of('p/3'), { ms: 2000, agoMs: 40_000 });
    expect(choose(THREE, { health, random: () => 0 }).all[0]?.model).toBe('2');
    expect(shareOf(health, '3')).toBe(0);
  });

  it('does not measure again what was measured a moment ago', () => {
    expect(shareOf(measured({ 1: 100, 2: 150, 3: 300 }), '1')).toBe(1);
  });

  it('measures each again after four minutes, however slow it was', () => {
    const health = measured({ 1: 100, 2: 150 });
    answered(health.of('p/3'), { ms: 9000, agoMs: 239_000 });
    expect(shareOf(health, '3')).toBe(0);
    const later = measured({ 1: 100, 2: 150 });
    answered(later.of('p/3'), { ms: 9000, agoMs: 241_000 });
    expect(shareOf(later, '3')).toBeCloseTo(0.03, 2);
  });

  it('measures what was never measured sooner, one call at a time', () => {
    const health = measured({ 1: 100, 2: 150 });
    expect(shareOf(health, '3')).toBeCloseTo(0.1, 2);
    expect(choose(THREE, { health, random: () => 0 }).all[0]?.reason).toBe(
      'latency: explored, not measured yet',
    );
    underWay(health.of('p/3'), 1);
    expect(shareOf(health, '3')).toBe(0);
  });

  it('goes by the share of the document, and none is none', () => {
    const health = measured({ 1: 100 });
    answered(health.of('p/2'), { ms: 150, agoMs: 20_000 });
    answered(health.of('p/3'), { ms: 150, agoMs: 20_000 });
    expect(shareOf(health, '1', latency(['1', '2', '3'], { exploration: 0.2 }))).toBeCloseTo(0.8, 1);
    expect(shareOf(health, '1', STILL)).toBe(1);
    expect(shareOf(measured({ 1: 100 }), '1', STILL)).toBe(1);
  });

  it('goes to no target that is set back', () => {
    const health = measured({ 1: 100 });
    health.of('p/2').cool(NOW + 1000);
    const index = routingIndexOf({
      a: { strategy: 'latency', targets: [target('1'), target('2'), target('3', { regions: ['NA'] })] },
    });
    expect(order(index, { health, random: () => 0, place: FRANKFURT })).toEqual(['1', '3', '2']);
    const due = measured({ 1: 100 });
    answered(due.of('p/2'), { ms: 100, agoMs: 60_000 });
    answered(due.of('p/3'), { ms: 100, agoMs: 20_000 });
    due.of('p/2').cool(NOW + 1000);
    expect(order(THREE, { health: due, random: () => 0 })).toEqual(['3', '1', '2']);
  });
});
