import { describe, expect, it } from 'vitest';
import { SealedIds, tenantOf } from '../../../src/gateway/sealed-ids.ts';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import { createTestServices, EVERYTHING } from './support.ts';

const document = (keys: readonly string[]) => ({
  providers: {
    acme: { dialect: 'openai-responses', base_url: 'https://acme.example/v1', api_keys: [...keys] },
    other: {
      dialect: 'openai-responses',
      base_url: 'https://other.example/v1',
      api_keys: ['sk-other-000000'],
    },
    bare: { dialect: 'openai-responses', base_url: 'https://bare.example/v1', api_keys: [] },
  },
});

const snapshotOf = (keys: readonly string[]) => createTestServices(document(keys)).snapshot;
const idsOf = (snapshot: ReturnType<typeof snapshotOf>, ownSecret = 'secret-of-the-gateway') =>
  new SealedIds(snapshot, new IsolateCache({ maxEntries: 10, ttlMs: 1000, now: () => 0 }), () => ownSecret);
const TENANT = tenantOf(EVERYTHING);

function storedBy(snapshot: ReturnType<typeof snapshotOf>, id: string, place = 0) {
  const provider = snapshot.providers.get(id);
  const credential = provider?.credentials[place];
  if (provider === undefined || credential === undefined) throw new Error(`no provider ${id}`);
  return { provider, credential, model: 'gpt-x', id: 'resp_0123456789' };
}

describe('SealedIds', () => {
  it('opens what it sealed, for the same tenant', async () => {
    const snapshot = snapshotOf(['sk-first-000000', 'sk-second-00000']);
    const stored = storedBy(snapshot, 'acme', 1);
    const sealed = await idsOf(snapshot).seal(stored, TENANT);
    expect(sealed).toMatch(/^resp_[A-Za-z0-9_-]+$/);
    expect(sealed).not.toContain('0123456789');
    expect(await idsOf(snapshot).open(sealed, TENANT)).toEqual(stored);
  });

  it('seals one response in one way, and two in two', async () => {
    const snapshot = snapshotOf(['sk-first-000000']);
    const ids = idsOf(snapshot);
    const stored = storedBy(snapshot, 'acme');
    expect(await ids.seal(stored, TENANT)).toBe(await ids.seal(stored, TENANT));
    expect(await ids.seal({ ...stored, id: 'resp_9' }, TENANT)).not.toBe(await ids.seal(stored, TENANT));
  });

  it('does not open for another tenant', async () => {
    const snapshot = snapshotOf(['sk-first-000000']);
    const ids = idsOf(snapshot);
    const sealed = await ids.seal(storedBy(snapshot, 'acme'), TENANT);
    expect(await ids.open(sealed, tenantOf({ ...EVERYTHING, project: 'elsewhere' }))).toBeNull();
    expect(await ids.open(sealed, tenantOf({ ...EVERYTHING, organization: 'o' }))).toBeNull();
  });

  it('does not open once any character was changed', async () => {
    const snapshot = snapshotOf(['sk-first-000000']);
    const ids = idsOf(snapshot);
    const sealed = await ids.seal(storedBy(snapshot, 'acme'), TENANT);
    for (let at = 5; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const forged = sealed.slice(0, at) + other + sealed.slice(at + 1);
      const found = await ids.open(forged, TENANT);
      // Bits behind the last whole byte mean nothing to base64.
      if (found !== null) expect(at).toBe(sealed.length - 1);
    }
  });

  it('does not open when the credential has gone from the configuration', async () => {
    const snapshot = snapshotOf(['sk-first-000000']);
    const sealed = await idsOf(snapshot).seal(storedBy(snapshot, 'acme'), TENANT);
    expect(await idsOf(snapshotOf(['sk-second-00000'])).open(sealed, TENANT)).toBeNull();
    expect(
      await idsOf(snapshotOf(['sk-zero-00000000', 'sk-first-000000'])).open(sealed, TENANT),
    ).toMatchObject({
      credential: { id: 'acme#2' },
    });
  });

  it('does not open for a gateway with another secret, where the provider takes no credential', async () => {
    const snapshot = snapshotOf([]);
    const sealed = await idsOf(snapshot).seal(storedBy(snapshot, 'bare'), TENANT);
    expect(await idsOf(snapshot, 'another').open(sealed, TENANT)).toBeNull();
  });

  it('seals for providers that take no credential', async () => {
    const snapshot = snapshotOf(['sk-first-000000']);
    const stored = storedBy(snapshot, 'bare');
    const sealed = await idsOf(snapshot).seal(stored, TENANT);
    expect(await idsOf(snapshot).open(sealed, TENANT)).toEqual(stored);
  });

  it.each(['', 'resp_', 'resp_abc', 'resp_%%%', `resp_${'A'.repeat(5000)}`, 'msg_AQAAAA', 'resp_AQ=='])(
    'takes %j for no id of ours',
    async (text) => {
      expect(await idsOf(snapshotOf(['sk-first-000000'])).open(text, TENANT)).toBeNull();
    },
  );
});
