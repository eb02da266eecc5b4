import { describe, expect, it } from 'vitest';
import { chooseTargets } from '../../../src/routing/choose-targets.ts';
import {
  answered,
  choose,
  DALLAS,
  FRANKFURT,
  failed,
  NOW,
  newHealth,
  order,
  questionOf,
  reasonOf,
  routingIndexOf,
  target,
} from './choosing.ts';
import { entryOf } from './support.ts';

describe('chooseTargets', () => {
  it('keeps the order of a fallback, and works out nothing that it does not need', () => {
    const index = routingIndexOf({ a: { targets: [target('1'), target('2')] } });
    const never = (): never => {
      throw new Error('asked');
    };
    const question = {
      ...questionOf(),
      random: never,
      header: never,
      shape: never,
      costAt: never,
      get place(): never {
        return never();
      },
    };
    const { all, reach } = chooseTargets('a', entryOf(index, 'a'), index, question);
    expect(all).toEqual([
      {
        provider: 'p',
        model: '1',
        reason: 'fallback: first choice',
        standing: 'yes',
        arm: 'p/1',
        contextTokens: null,
        continues: null,
      },
      expect.objectContaining({ model: '2', reason: 'fallback: number 2', standing: 'yes', arm: 'p/2' }),
    ]);
    expect(reach).toBeNull();
  });

  it('takes the first only of a single', () => {
    const index = routingIndexOf({ a: { strategy: 'single', targets: [target('1'), target('2')] } });
    expect(choose(index).all.map(({ model, reason }) => [model, reason])).toEqual([
      ['1', 'single: first choice'],
    ]);
  });

  it('tells windows as the document says, else as a list knows', () => {
    const targets = [target('1', { context_tokens: 9, continues: true }), target('2'), target('3')];
    const index = routingIndexOf({ a: { targets } }, [
      ['p/1', 5],
      ['p/2', 7],
    ]);
    expect(choose(index).all).toMatchObject([
      { contextTokens: 9, continues: true },
      { contextTokens: 7, continues: null },
      { contextTokens: null, continues: null },
    ]);
  });
});

describe('nested aliases', () => {
  it('stand in the place of the target that names them, however deep', () => {
    const index = routingIndexOf({
      a: { targets: [target('1'), { alias: 'b' }, target('5')] },
      b: { targets: [target('2'), { alias: 'c' }, target('4')] },
      c: { targets: [target('3')] },
    });
    expect(order(index)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('keep their own strategy', () => {
    const index = routingIndexOf({
      a: { strategy: 'single', targets: [{ alias: 'b' }, target('9')] },
      b: { targets: [target('1'), target('2')] },
      c: { targets: [{ alias: 'd' }, target('9')] },
      d: { strategy: 'single', targets: [target('1'), target('2')] },
    });
    expect(order(index, {}, 'a')).toEqual(['1', '2']);
    expect(order(index, {}, 'c')).toEqual(['1', '9']);
  });

  it('are asked as whole groups', () => {
    const health = newHealth();
    const index = routingIndexOf({
      a: { strategy: 'cost', targets: [{ alias: 'b' }, { alias: 'c' }] },
      b: { targets: [target('3'), target('1')] },
      c: { targets: [target('2'), target('9')] },
    });
    expect(order(index, { health, costAt: (_, model) => Number(model) })).toEqual(['2', '9', '3', '1']);
  });

  it('tell the words of every strategy on the way, and the arm of the outermost alias', () => {
    const index = routingIndexOf({
      a: { targets: [{ alias: 'b', name: 'canary' }, { alias: 'c' }, target('3', { name: 'last' })] },
      b: { strategy: 'cost', targets: [target('1', { name: 'ignored' })] },
      c: { targets: [target('2')] },
    });
    expect(choose(index).all.map(({ arm, reason }) => [arm, reason])).toEqual([
      ['canary', 'fallback: first choice; cost: price not known'],
      ['c', 'fallback: number 2; fallback: first choice'],
      ['last', 'fallback: number 3'],
    ]);
  });

  it('name no target twice: the place that is asked first stays', () => {
    const index = routingIndexOf({
      a: { targets: [target('1', { regions: ['NA'] }), { alias: 'b' }, target('1', { name: 'again' })] },
      b: { targets: [target('2'), { provider: 'q', model: '1' }] },
    });
    expect(choose(index, { place: FRANKFURT }).all).toMatchObject([
      { provider: 'p', model: '2' },
      { provider: 'q', model: '1' },
      { provider: 'p', model: '1', arm: 'again' },
    ]);
  });

  it('name a target that one way excludes and another allows as one that is asked', () => {
    const index = routingIndexOf({
      a: { targets: [{ alias: 'b' }, target('1')] },
      b: { targets: [target('1')], residency: ['EU'] },
    });
    expect(choose(index).all).toMatchObject([{ model: '1', standing: 'yes', arm: 'p/1' }]);
  });
});

describe('health', () => {
  const INDEX = routingIndexOf({ a: { targets: [target('1'), target('2'), target('3')] } });

  it('puts a target behind all others while its circuit is open, and back when it may be tried', () => {
    const health = newHealth();
    failed(health.of('p/1'), 10, 2000);
    const { all } = choose(INDEX, { health });
    expect(all.map(({ model, standing }) => [model, standing])).toEqual([
      ['2', 'yes'],
      ['3', 'yes'],
      ['1', 'last'],
    ]);
    expect(reasonOf({ all, reach: null }, '1')).toBe('circuit open for 8 s');
    expect(choose(INDEX, { health, now: NOW + 8000 }).all[0]).toMatchObject({ model: '1', standing: 'yes' });
  });

  it('puts it behind while another call tries it', () => {
    const health = newHealth();
    failed(health.of('p/1'), 10, 20_000);
    const settings = {
      enabled: true,
      failure_rate: 0.5,
      min_requests: 5,
      open_seconds: 10,
      slow_call_rate: 1,
    };
    health.of('p/1').begin('FRA', settings, NOW);
    expect(choose(INDEX, { health }).all.at(-1)).toMatchObject({
      model: '1',
      standing: 'last',
      reason: 'circuit open, being tried',
    });
  });

  it('asks those that are not well when there are no others, the soonest first', () => {
    const health = newHealth();
    failed(health.of('p/1'), 10, 1000);
    health.of('p/2').cool(NOW + 3000);
    const blockedAt = (_: string, model: string) =>
      model === '3' ? { reason: 'every credential cools down', until: NOW + 5000 } : null;
    const { all } = choose(INDEX, { health, blockedAt });
    expect(all.map(({ model, standing, reason }) => [model, standing, reason])).toEqual([
      ['2', 'last', 'cools down for 3 s'],
      ['3', 'last', 'every credential cools down'],
      ['1', 'last', 'circuit open for 9 s'],
    ]);
  });

  it('tells of several reasons the one that lasts longest', () => {
    const health = newHealth();
    failed(health.of('p/1'), 10, 1000);
    health.of('p/1').cool(NOW + 30_000);
    expect(reasonOf(choose(INDEX, { health }), '1')).toBe('cools down for 30 s');
    const blockedAt = () => ({ reason: 'no credential is set', until: Number.POSITIVE_INFINITY });
    expect(reasonOf(choose(INDEX, { health, blockedAt }), '1')).toBe('no credential is set');
  });

  it('does not look at circuits where the alias has no breaker', () => {
    const health = newHealth();
    failed(health.of('p/1'), 10);
    health.of('p/2').cool(NOW + 1000);
    const index = routingIndexOf({
      a: { targets: [target('1'), target('2'), target('3')], breaker: { enabled: false } },
    });
    expect(order(index, { health })).toEqual(['1', '3', '2']);
  });

  it('moves targets out of a nested group, and the group goes by the best that is left', () => {
    const health = newHealth();
    answered(health.of('p/1'), { ms: 100 });
    answered(health.of('p/2'), { ms: 900 });
    answered(health.of('p/3'), { ms: 500 });
    health.of('p/1').cool(NOW + 1000);
    const index = routingIndexOf({
      a: { strategy: 'latency', exploration: 0, targets: [{ alias: 'b' }, target('3')] },
      b: { targets: [target('1'), target('2')] },
    });
    expect(order(index, { health })).toEqual(['3', '2', '1']);
  });
});

describe('regions', () => {
  const INDEX = routingIndexOf({
    a: {
      targets: [
        target('us', { regions: ['NA', 'SA'] }),
        target('any'),
        target('de', { regions: ['DE', 'CDG'] }),
      ],
    },
  });

  it.each([
    ['Frankfurt', FRANKFURT, ['any', 'de', 'us']],
    ['Dallas', DALLAS, ['us', 'any', 'de']],
    ['Paris', { continent: 'EU', country: 'FR', colo: 'CDG' }, ['any', 'de', 'us']],
    ['Tokyo', { continent: 'AS', country: 'JP', colo: 'NRT' }, ['any', 'us', 'de']],
    ['a country without its continent', { continent: null, country: 'BR', colo: null }, ['us', 'any', 'de']],
    ['nowhere that is known', { continent: null, country: null, colo: null }, ['us', 'any', 'de']],
  ])('put those behind that serve elsewhere, for clients in %s', (_, place, models) => {
    expect(order(INDEX, { place })).toEqual(models);
  });

  it('say so, and go before those that are not well', () => {
    const health = newHealth();
    health.of('p/any').cool(NOW + 1000);
    const candidates = choose(INDEX, { place: FRANKFURT, health });
    expect(candidates.all.map(({ model }) => model)).toEqual(['de', 'us', 'any']);
    expect(reasonOf(candidates, 'us')).toBe('its regions are elsewhere');
    expect(candidates.all[1]).toMatchObject({ standing: 'yes' });
    expect(candidates.reach).toBeNull();
  });

  it('hold for what an alias-target leads to, unless that says its own', () => {
    const index = routingIndexOf({
      a: { targets: [{ alias: 'b', regions: ['NA'] }, target('2')] },
      b: { targets: [target('0'), target('1', { regions: ['EU'] })] },
    });
    expect(order(index, { place: FRANKFURT })).toEqual(['1', '2', '0']);
  });
});
