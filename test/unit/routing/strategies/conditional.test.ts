import { describe, expect, it } from 'vitest';
import { choose, NOW, newHealth, order, routingIndexOf, target } from '../choosing.ts';

const INDEX = routingIndexOf({
  a: {
    strategy: 'conditional',
    targets: [
      target('tools', { when: 'request.tools > 0' }),
      target('gold', { when: 'metadata.plan == "gold"' }),
      target('rest'),
    ],
  },
});

describe('conditional', () => {
  it.each([
    [{}, ['rest']],
    [{ shape: { tools: 1 } }, ['tools', 'rest']],
    [{ metadata: { plan: 'gold' } }, ['gold', 'rest']],
    [{ shape: { tools: 2 }, metadata: { plan: 'gold' } }, ['tools', 'gold', 'rest']],
  ])('asks those whose condition is true, in order: %j', (asked, models) => {
    expect(order(INDEX, asked)).toEqual(models);
  });

  it('tells all of them, and why', () => {
    expect(
      choose(INDEX, { shape: { tools: 1 } }).all.map((one) => [one.model, one.standing, one.reason]),
    ).toEqual([
      ['tools', 'yes', 'conditional: condition is true'],
      ['rest', 'yes', 'conditional: without a condition'],
      ['gold', 'no', 'conditional: condition is false'],
    ]);
  });

  it('never asks what a false condition keeps away, whatever fails', () => {
    const health = newHealth();
    health.of('p/rest').cool(NOW + 1000);
    expect(choose(INDEX, { health }).all).toMatchObject([
      { model: 'rest', standing: 'last' },
      { model: 'tools', standing: 'no' },
      { model: 'gold', standing: 'no' },
    ]);
  });

  it('excludes all that an alias-target leads to, and looks at nothing in there', () => {
    const index = routingIndexOf({
      a: { strategy: 'conditional', targets: [{ alias: 'b', when: 'request.images > 0' }, target('9')] },
      b: { strategy: 'weighted', targets: [target('1'), { alias: 'c' }] },
      c: { strategy: 'conditional', targets: [target('2', { when: 'metadata.x == 1' })] },
    });
    const candidates = choose(index, { metadata: { x: 1 } });
    expect(candidates.all).toMatchObject([
      { model: '9', standing: 'yes', arm: 'p/9' },
      { model: '1', standing: 'no', arm: 'b', reason: 'conditional: condition is false' },
      { model: '2', standing: 'no', arm: 'b' },
    ]);
    expect(candidates.reach).toBe('p/9');
  });

  it('asks nobody where no condition is true', () => {
    const index = routingIndexOf({
      a: { strategy: 'conditional', targets: [target('1', { when: 'request.tools > 0' })] },
    });
    expect(choose(index)).toEqual({ all: [expect.objectContaining({ standing: 'no' })], reach: '' });
  });

  it('takes a condition that the index does not know for false', () => {
    const index = { ...INDEX, conditions: new Map() };
    expect(order(index, { shape: { tools: 1 } })).toEqual(['rest']);
  });
});

describe('the reach', () => {
  it('tells who may answer, and changes with nothing but the conditions', () => {
    const reachOf = (asked: object) => choose(INDEX, asked).reach;
    expect(reachOf({})).toBe('p/rest');
    expect(reachOf({ metadata: { plan: 'gold' } })).toBe('p/gold p/rest');
    const health = newHealth();
    health.of('p/gold').cool(NOW + 1000);
    expect(reachOf({ metadata: { plan: 'gold' }, health, random: () => 0.9 })).toBe('p/gold p/rest');
  });

  it('is told for conditions in nested aliases, in the order of the document', () => {
    const index = routingIndexOf({
      a: { strategy: 'weighted', targets: [target('1', { weight: 1 }), { alias: 'b', weight: 5 }] },
      b: { strategy: 'conditional', targets: [target('2', { when: 'request.tools > 0' }), target('3')] },
    });
    const reaches = [0.1, 0.5, 0.9].map((point) => choose(index, { random: () => point }).reach);
    expect(reaches).toEqual(['p/1 p/3', 'p/1 p/3', 'p/1 p/3']);
  });

  it('tells orders apart that lead to the same targets', () => {
    const index = routingIndexOf({
      a: { strategy: 'conditional', targets: [{ alias: 'b', when: 'request.tools > 0' }, { alias: 'c' }] },
      b: { targets: [target('1'), target('2')] },
      c: { targets: [target('2'), target('1')] },
    });
    expect(choose(index).reach).not.toBe(choose(index, { shape: { tools: 1 } }).reach);
  });
});
