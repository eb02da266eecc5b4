import { describe, expect, it } from 'vitest';
import type { CacheKey } from '../../../src/cache/cache-key.ts';
import { RecentKeys } from '../../../src/cache/recent-keys.ts';
import { tenantScope } from '../../../src/cache/tenant-scope.ts';
import { createClock } from './entries.ts';

const SCOPE = tenantScope({ keyId: 'k', project: 'shop', organization: null }, 'project');
const keyOf = (hash: string): CacheKey => ({ scope: SCOPE, hash });
const never = (): never => {
  throw new Error('is remembered');
};

describe('the keys that an isolate remembers', () => {
  it('are those that were worked out, and that there was none', () => {
    const keys = new RecentKeys(createClock().read);
    expect(keys.of('a', SCOPE, () => keyOf('1'))).toEqual(keyOf('1'));
    expect(keys.of('b', SCOPE, () => null)).toBeNull();
    expect(keys.of('a', SCOPE, never)).toEqual(keyOf('1'));
    expect(keys.of('b', SCOPE, never)).toBeNull();
  });

  it('are a thousand at most, and the oldest makes room', () => {
    const keys = new RecentKeys(createClock().read);
    for (let i = 0; i <= 1000; i += 1) keys.of(`${i}`, SCOPE, () => keyOf(`${i}`));
    expect(keys.of('1', SCOPE, never)).toEqual(keyOf('1'));
    expect(keys.of('1000', SCOPE, never)).toEqual(keyOf('1000'));
    expect(keys.of('0', SCOPE, () => keyOf('anew'))).toEqual(keyOf('anew'));
  });
});
