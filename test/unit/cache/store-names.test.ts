import { describe, expect, it } from 'vitest';
import { StoreNames } from '../../../src/cache/store-names.ts';
import { tenantScope } from '../../../src/cache/tenant-scope.ts';
import { aKey } from './entries.ts';

const names = new StoreNames(() => 0);
const HASH = 'ab'.repeat(32);

describe('a name in a store', () => {
  it('begins with its kind and its tenant', () => {
    const scope = tenantScope({ keyId: 'k', project: 'web', organization: 'acme' }, 'project');
    // printf '["project","acme","web"]' | sha256sum
    const tenant = 'f5a903ca9fabed62';
    for (let turn = 0; turn < 2; turn += 1) {
      expect(names.entry({ scope, hash: HASH })).toBe(`c1/${tenant}/${HASH}`);
      expect(names.mark({ scope, hash: HASH })).toBe(`m1/${tenant}/${HASH}`);
    }
  });

  it('is another one for another tenant with the same hash', () => {
    const [one, two] = [aKey(undefined, HASH), aKey(undefined, HASH)];
    expect(names.entry(one)).not.toBe(names.entry(two));
  });

  it('fits into every store', () => {
    expect(names.entry(aKey()).length).toBe(84); // KV takes 512 bytes
  });
});
