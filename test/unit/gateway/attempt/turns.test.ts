import { describe, expect, it } from 'vitest';
import { BREAKER_DEFAULTS } from '../../../../src/config/schema-routing.ts';
import { breakerOf, restsAt } from '../../../../src/gateway/attempt/breaker.ts';
import { Turns } from '../../../../src/gateway/attempt/turns.ts';
import { DEFAULT_RULES, type Target } from '../../../../src/gateway/exchange.ts';
import { HealthBook } from '../../../../src/routing/health/health-book.ts';
import { planOf, targetOf } from './support.ts';

const [A, B, C] = [targetOf('a'), targetOf('b'), targetOf('c')];

const order = (turns: Turns): string[] => {
  const names: string[] = [];
  for (let target = turns.next(); target !== null; target = turns.next()) names.push(target.provider.id);
  return names;
};

describe('Turns', () => {
  it('keep the order of the plan', () => {
    expect(order(new Turns([A, B, C], () => false))).toEqual(['a', 'b', 'c']);
  });

  it('put those that rest by now behind the others, and ask them all the same', () => {
    expect(order(new Turns([A, B, C], (target) => target !== C))).toEqual(['c', 'a', 'b']);
    expect(order(new Turns([A, B], () => true))).toEqual(['a', 'b']);
  });

  it('look at each target when its turn comes', () => {
    const resting = new Set<Target>();
    const turns = new Turns([A, B, C], (target) => resting.has(target));
    expect(turns.next()).toBe(A);
    resting.add(B);
    expect(order(turns)).toEqual(['c', 'b']);
  });

  it('show who is next without taking the turn, and nobody where all rest', () => {
    const turns = new Turns([A, B], (target) => target === A);
    expect(turns.peekAwake()).toBe(B);
    expect(new Turns([A], () => true).peekAwake()).toBeNull();
    turns.pass(B);
    expect(order(turns)).toEqual(['a']);
  });

  it('leave out whom a cause rules out', () => {
    const turns = new Turns([A, B, C], () => false);
    turns.keep((target) => target === C);
    expect(turns.hasNext).toBe(true);
    expect(order(turns)).toEqual(['c']);
    expect(turns.hasNext).toBe(false);
  });
});

describe('a target rests', () => {
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const health = new HealthBook({ now }).in('weur');
  const fail = (name: string, plan = planOf([A], { health })) => {
    for (let call = 0; call < BREAKER_DEFAULTS.min_requests; call += 1)
      health.of(name).begin('FRA', breakerOf(plan), now()).end('failure', now());
  };

  it('while its circuit is open, and while another request tries it', () => {
    fail('a/m');
    const rests = restsAt(planOf([A], { health }), now);
    expect(rests(A)).toBe(true);
    clock.now += 10_001;
    expect(rests(A)).toBe(false);
    const probe = health.of('a/m').begin('FRA', breakerOf(planOf([A])), now());
    expect([probe.isProbe, rests(A)]).toEqual([true, true]);
    probe.end('success', now());
    expect(rests(A)).toBe(false);
  });

  it('while it asked to be left alone', () => {
    health.of('b/m').cool(clock.now + 3000);
    const rests = restsAt(planOf([B], { health }), now);
    expect(rests(B)).toBe(true);
    clock.now += 3001;
    expect(rests(B)).toBe(false);
  });

  it('never by a circuit that its alias does not want', () => {
    fail('c/m');
    const breaker = { ...BREAKER_DEFAULTS, enabled: false };
    expect(restsAt(planOf([C], { health }), now)(C)).toBe(true);
    expect(restsAt(planOf([C], { health, rules: { ...DEFAULT_RULES, breaker } }), now)(C)).toBe(false);
    expect(breakerOf({ rules: { ...DEFAULT_RULES, breaker } })).toBeNull();
  });
});
