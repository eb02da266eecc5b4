import { describe, expect, it } from 'vitest';
import { InvalidRequest } from '../../../../src/errors.ts';
import { type CacheWishes, readCacheWishes } from '../../../../src/gateway/cache/wishes.ts';

const NOTHING: CacheWishes = {
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeSeconds: null,
  ttlSeconds: null,
  namespace: null,
  tags: [],
  mode: null,
};

const wishes = (headers: Record<string, string>) => readCacheWishes(new Headers(headers));
const control = (text: string) => wishes({ 'cache-control': text });

/** The header that is refused; `undefined` if none is. */
function refused(name: string, text: string): string | null | undefined {
  try {
    wishes({ [name]: text });
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return error.param;
  }
}

describe('readCacheWishes', () => {
  it('wishes for nothing where no header says so', () => {
    expect(wishes({ accept: '*/*' })).toEqual(NOTHING);
    expect(control('')).toEqual(NOTHING);
  });

  it.each<[string, Partial<CacheWishes>]>([
    ['no-cache', { noCache: true }],
    ['no-store', { noStore: true }],
    ['only-if-cached', { onlyIfCached: true }],
    ['max-age=60', { maxAgeSeconds: 60 }],
    ['max-age=0', { maxAgeSeconds: 0 }],
    ['NO-CACHE, No-Store', { noCache: true, noStore: true }],
    ['Max-Age=5', { maxAgeSeconds: 5 }],
    ['max-age=60,only-if-cached', { maxAgeSeconds: 60, onlyIfCached: true }],
    ['  max-age = 7 ;x , no-cache', { maxAgeSeconds: 7, noCache: true }],
    ['max-age="8"', { maxAgeSeconds: 8 }],
    ['no-cache="a, b", no-store', { noCache: true, noStore: true }],
    ['max-stale=5, min-fresh=3, no-transform, private, foo=bar', {}],
    ['foo="no-store, max-age=1"', {}],
    ['foo="a\\", no-store"', {}],
    [', ,no-cache,,', { noCache: true }],
    ['xno-cache, no-cachex', {}],
  ])('reads `Cache-Control: %s`', (text, expected) => {
    expect(control(text)).toEqual({ ...NOTHING, ...expected });
  });

  it('reads several headers as one', () => {
    const headers = new Headers([
      ['cache-control', 'no-cache'],
      ['Cache-Control', 'max-age=3'],
    ]);
    expect(readCacheWishes(headers)).toEqual({ ...NOTHING, noCache: true, maxAgeSeconds: 3 });
  });

  it.each([
    'max-age',
    'max-age=',
    'max-age=-1',
    'max-age=1.5',
    'max-age=x',
    'max-age=1e3',
    'max-age="',
    'max-age=""',
  ])('takes nothing old for %s, which is no number of seconds', (text) => {
    expect(control(text)).toEqual({ ...NOTHING, maxAgeSeconds: 0 });
  });

  it('takes the least of several ages, and no age beyond what a number holds', () => {
    expect(control('max-age=60, max-age=5, max-age=9').maxAgeSeconds).toBe(5);
    expect(control('max-age=60, max-age=x').maxAgeSeconds).toBe(0);
    expect(control(`max-age=${'9'.repeat(400)}`).maxAgeSeconds).toBe(2 ** 31);
  });

  it('reads what else it is told', () => {
    const headers = {
      'x-edgeway-cache-ttl': '90',
      'x-edgeway-cache-namespace': 'blue.1:a_B-2',
      'x-edgeway-cache-tags': 'news, sport ,news,,a:1',
      'x-edgeway-cache-mode': 'always',
    };
    expect(wishes(headers)).toEqual({
      ...NOTHING,
      ttlSeconds: 90,
      namespace: 'blue.1:a_B-2',
      tags: ['news', 'sport', 'a:1'],
      mode: 'always',
    });
  });

  it.each<[string, string, boolean]>([
    ['x-edgeway-cache-ttl', '1', true],
    ['x-edgeway-cache-ttl', '999999999', true],
    ['x-edgeway-cache-ttl', '0', false],
    ['x-edgeway-cache-ttl', '-1', false],
    ['x-edgeway-cache-ttl', '1.5', false],
    ['x-edgeway-cache-ttl', '1e3', false],
    ['x-edgeway-cache-ttl', '', false],
    ['x-edgeway-cache-ttl', '9999999999', false],
    ['x-edgeway-cache-namespace', 'a'.repeat(64), true],
    ['x-edgeway-cache-namespace', 'a'.repeat(65), false],
    ['x-edgeway-cache-namespace', '', false],
    ['x-edgeway-cache-namespace', 'a/b', false],
    ['x-edgeway-cache-namespace', 'a b', false],
    ['x-edgeway-cache-tags', '', true],
    ['x-edgeway-cache-tags', 'a'.repeat(64), true],
    ['x-edgeway-cache-tags', 'a'.repeat(65), false],
    ['x-edgeway-cache-tags', 'a,b/c', false],
    ['x-edgeway-cache-tags', 'a b', false],
    ['x-edgeway-cache-tags', '0,1,2,3,4,5,6,7,8,9', true],
    ['x-edgeway-cache-tags', '0,1,2,3,4,5,6,7,8,9,9', true],
    ['x-edgeway-cache-tags', '0,1,2,3,4,5,6,7,8,9,10', false],
    ['x-edgeway-cache-mode', 'auto', true],
    ['x-edgeway-cache-mode', 'never', true],
    ['x-edgeway-cache-mode', 'Auto', false],
    ['x-edgeway-cache-mode', '', false],
  ])('takes `%s: %s`: %s', (name, text, isTaken) => {
    expect(refused(name, text)).toBe(isTaken ? undefined : name);
  });
});
