import { describe, expect, it } from 'vitest';
import { IsolateCache } from '../../src/isolate-cache.ts';

function create(options: { maxEntries?: number; ttlMs?: number } = {}) {
  const clock = { now: 1000 };
  const cache = new IsolateCache<string>({
    maxEntries: options.maxEntries ?? 3,
    ttlMs: options.ttlMs ?? 100,
    now: () => clock.now,
  });
  return { cache, clock };
}

describe('IsolateCache', () => {
  it('keeps a value until its time is over, and not at that moment', () => {
    const { cache, clock } = create();
    cache.set('a', '1');
    clock.now += 99;
    expect(cache.get('a')).toBe('1');
    clock.now += 1;
    expect(cache.get('a')).toBeUndefined();
  });

  it('does not live longer for being read', () => {
    const { cache, clock } = create();
    cache.set('a', '1');
    for (let i = 0; i < 4; i += 1) {
      clock.now += 25;
      cache.get('a');
    }
    expect(cache.get('a')).toBeUndefined();
  });

  it('lives anew, with the new value, when it is set again', () => {
    const { cache, clock } = create();
    cache.set('a', '1');
    clock.now += 60;
    cache.set('a', '2');
    clock.now += 60;
    expect(cache.get('a')).toBe('2');
  });

  it('never holds more than its bound: the oldest makes room', () => {
    const { cache } = create();
    for (const key of ['a', 'b', 'c', 'd', 'e']) cache.set(key, key);
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key) !== undefined)).toEqual(['c', 'd', 'e']);
  });

  it('throws nobody out when a known key is set again', () => {
    const { cache } = create();
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) cache.set(key, key);
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual(['a', 'b', 'c']);
  });

  it('has nothing under a key that was deleted or never set, whatever its name', () => {
    const { cache } = create();
    cache.set('a', '1');
    cache.delete('a');
    cache.delete('a');
    for (const key of ['a', '', '__proto__', 'constructor']) expect(cache.get(key)).toBeUndefined();
    cache.set('__proto__', '1');
    expect(cache.get('__proto__')).toBe('1');
  });
});
