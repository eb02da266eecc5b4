import { describe, expect, it } from 'vitest';
import type { CacheSettings, TopCacheSettings } from '../../../../src/config/schema-cache.ts';
import { type CachePolicy, cachePolicyOf, jittered } from '../../../../src/gateway/cache/policy.ts';
import type { CacheWishes } from '../../../../src/gateway/cache/wishes.ts';
import { seeded } from '../../../support/seeded.ts';

interface Sources {
  readonly top?: TopCacheSettings;
  readonly project?: CacheSettings;
  readonly alias?: CacheSettings;
  readonly wishes?: Partial<CacheWishes>;
}

const NO_WISHES: CacheWishes = {
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeSeconds: null,
  ttlSeconds: null,
  namespace: null,
  tags: [],
  mode: null,
};

const policyOf = ({ top, project, alias, wishes }: Sources): CachePolicy | null =>
  cachePolicyOf({ top, project, alias, wishes: { ...NO_WISHES, ...wishes } });

const ON = { ttl_seconds: 60 };

describe('cachePolicyOf', () => {
  it('is off until a time to live is set', () => {
    expect(policyOf({})).toBeNull();
    expect(policyOf({ top: { mode: 'always', coalesce: true, store: 'kv' } })).toBeNull();
    expect(policyOf({ wishes: { ttlSeconds: 60, mode: 'always' } })).toBeNull();
    expect(policyOf({ top: { namespaces: { a: ON } }, wishes: { namespace: 'a' } })).toBeNull();
  });

  it('has defaults for all else', () => {
    expect(policyOf({ top: ON })).toEqual({
      ttlMs: 60_000,
      staleWhileRevalidateMs: 0,
      staleIfErrorMs: 0,
      mode: 'auto',
      coalesce: false,
      followers: 'live',
      write: 'always',
      store: 'kv',
      scope: 'project',
      keepsToolCalls: false,
      replay: 'instant',
      namespace: null,
      tags: [],
      lookupMs: 500,
    });
  });

  it.each(['top', 'project', 'alias'] as const)('is on where %s says so', (section) => {
    expect(policyOf({ [section]: ON })?.ttlMs).toBe(60_000);
  });

  it('takes each field from the innermost section that has it', () => {
    const top: TopCacheSettings = {
      ttl_seconds: 10,
      mode: 'always',
      coalesce: true,
      followers: 'finished',
      write: 'second-hit',
      lookup_ms: 50,
      stale_if_error_seconds: 7,
    };
    const project: CacheSettings = { ttl_seconds: 20, coalesce: false, store: 'upstash', mode: undefined };
    const alias: CacheSettings = {
      ttl_seconds: 30,
      tool_calls: true,
      replay: 'original',
      stale_while_revalidate_seconds: 5,
    };
    expect(policyOf({ top, project, alias })).toMatchObject({
      ttlMs: 30_000,
      mode: 'always',
      coalesce: false,
      followers: 'finished',
      write: 'second-hit',
      store: 'upstash',
      keepsToolCalls: true,
      replay: 'original',
      staleWhileRevalidateMs: 5000,
      staleIfErrorMs: 7000,
      lookupMs: 50,
    });
    expect(policyOf({ top, project })?.ttlMs).toBe(20_000);
    expect(policyOf({ top })?.coalesce).toBe(true);
  });

  it.each(['top', 'project', 'alias'] as const)(
    'is off where %s says `never`, whatever stands elsewhere',
    (section) => {
      const all: Sources = { top: ON, project: { mode: 'always' }, alias: { ...ON, mode: 'auto' } };
      expect(policyOf(all)).not.toBeNull();
      expect(policyOf({ ...all, [section]: { ...all[section], mode: 'never' } })).toBeNull();
      expect(
        policyOf({ ...all, [section]: { ...all[section], mode: 'never' }, wishes: { mode: 'always' } }),
      ).toBeNull();
    },
  );

  it.each<[CacheSettings['scope'], CacheSettings['scope'], CacheSettings['scope'], string]>([
    [undefined, undefined, undefined, 'project'],
    ['organization', undefined, undefined, 'organization'],
    ['organization', 'key', undefined, 'key'],
    ['key', 'organization', 'project', 'key'],
    [undefined, 'organization', 'organization', 'organization'],
    ['organization', 'organization', 'project', 'project'],
  ])('shares as narrowly as any section says: %s, %s, %s', (top, project, alias, expected) => {
    const sources = { top: { ...ON, scope: top }, project: { scope: project }, alias: { scope: alias } };
    expect(policyOf(sources)?.scope).toBe(expected);
  });

  it('lets a request narrow its mode, and widen it where that is allowed', () => {
    const mode = (top: TopCacheSettings, wish: CacheWishes['mode']) =>
      policyOf({ top: { ...ON, ...top }, wishes: { mode: wish } })?.mode ?? null;
    expect(mode({}, 'never')).toBeNull();
    expect(mode({ mode: 'always' }, 'never')).toBeNull();
    expect(mode({ mode: 'always' }, 'auto')).toBe('auto');
    expect(mode({ mode: 'always' }, 'always')).toBe('always');
    expect(mode({ mode: 'always' }, null)).toBe('always');
    expect(mode({}, 'always')).toBe('auto');
    expect(mode({ request_mode: false }, 'always')).toBe('auto');
    expect(mode({ request_mode: true }, 'always')).toBe('always');
    expect(mode({ request_mode: true }, null)).toBe('auto');
    const refusing = { top: { ...ON, request_mode: true }, alias: { request_mode: false } };
    expect(policyOf({ ...refusing, wishes: { mode: 'always' } })?.mode).toBe('auto');
  });

  it('lives as long as the shortest of what is set', () => {
    const ttl = (ttlSeconds: number | null, namespace: string | null = null) =>
      policyOf({
        top: { ...ON, namespaces: { short: { ttl_seconds: 5 }, long: { ttl_seconds: 500 } } },
        wishes: { ttlSeconds, namespace },
      })?.ttlMs;
    expect(ttl(10)).toBe(10_000);
    expect(ttl(100)).toBe(60_000);
    expect(ttl(null, 'short')).toBe(5000);
    expect(ttl(null, 'long')).toBe(60_000);
    expect(ttl(3, 'short')).toBe(3000);
    expect(ttl(30, 'short')).toBe(5000);
    expect(ttl(null, 'unnamed')).toBe(60_000);
    expect(ttl(null, '__proto__')).toBe(60_000);
  });

  it('hands on the namespace and the tags', () => {
    const wishes = { namespace: 'blue', tags: ['a', 'b'] };
    expect(policyOf({ top: ON, wishes })).toMatchObject(wishes);
  });
});

describe('jittered', () => {
  it('is up to a tenth shorter, and never longer', () => {
    expect(jittered(1000, () => 0)).toBe(1000);
    expect(jittered(1000, () => 0.5)).toBe(950);
    expect(jittered(1000, () => 0.999)).toBe(901);
    const random = seeded(1);
    const spread = random.list(200, () => jittered(60_000, random.next));
    expect(Math.max(...spread)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...spread)).toBeGreaterThanOrEqual(54_000);
    expect(new Set(spread).size).toBeGreaterThan(150);
    expect(spread.every(Number.isInteger)).toBe(true);
  });
});
