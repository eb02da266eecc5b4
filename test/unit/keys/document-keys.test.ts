import { describe, expect, it } from 'vitest';
import { configSchema, type KeyEntry } from '../../../src/config/schema.ts';
import { isInRanges } from '../../../src/ip-range.ts';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import { DocumentKeys } from '../../../src/keys/document-keys.ts';
import type { Principal } from '../../../src/keys/principal.ts';

/** `printf 'correct-horse-battery' | sha256sum`, so that the hash is not made by the code that checks it. */
const TOKEN = 'correct-horse-battery';
const HASH = '62249369389075490555a758353aec61500c6218fa597252d52dc4bd0148f12d';

/** `printf 'ledger %s' $HASH | sha256sum | cut -c-32` */
const LEDGER_ID = '475e6bd481bd1d8165d55ecc598cdc4c';

const cache = () => new IsolateCache<Principal>({ maxEntries: 10, ttlMs: 1000, now: () => 0 });
const createKeys = (entries: readonly KeyEntry[], known: IsolateCache<Principal>) =>
  new DocumentKeys(entries, known);
const entries = (...keys: object[]): KeyEntry[] => configSchema().parse({ keys }).keys;

describe('DocumentKeys', () => {
  it('finds a key by its hash, with what it may do', async () => {
    const keys = createKeys(
      entries({
        name: 'ci',
        sha256: HASH,
        project: 'p',
        organization: 'o',
        models: ['fast'],
        denied_models: ['openai/*'],
        routes: ['/v1/*'],
        ip_ranges: ['10.0.0.0/8'],
        expires_at: '2027-01-01T00:00:00+01:00',
        metering: false,
      }),
      cache(),
    );
    const principal = await keys.find(TOKEN);
    expect(principal).toMatchObject({
      keyName: 'ci',
      project: 'p',
      organization: 'o',
      models: ['fast'],
      deniedModels: ['openai/*'],
      routes: ['/v1/*'],
      expiresAt: Date.UTC(2026, 11, 31, 23),
      isMetered: false,
    });
    expect(isInRanges('10.9.9.9', principal?.ipRanges ?? [])).toBe(true);
    expect(
      JSON.stringify(principal, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain(TOKEN);
  });

  it('gives a key without restrictions everything', async () => {
    const keys = createKeys(entries({ name: 'all', sha256: HASH }), cache());
    expect(await keys.find(TOKEN)).toEqual({
      keyName: 'all',
      keyId: null,
      token: null,
      project: 'default',
      organization: null,
      endUser: null,
      models: null,
      deniedModels: [],
      routes: null,
      ipRanges: null,
      expiresAt: null,
      limits: {},
      waitingRoom: null,
      ledgerId: LEDGER_ID,
      isMetered: true,
      logsContent: false,
      within: null,
    });
  });

  it('keeps an empty grant apart from an absent one', async () => {
    const keys = createKeys(
      entries({ name: 'none', sha256: HASH, models: [], routes: [], ip_ranges: [] }),
      cache(),
    );
    expect(await keys.find(TOKEN)).toMatchObject({ models: [], routes: [], ipRanges: [] });
  });

  it.each(['', `${TOKEN} `, TOKEN.toUpperCase(), HASH, '__proto__', 'constructor'])(
    'knows no key %j',
    async (token) => {
      const keys = createKeys(entries({ name: 'a', sha256: HASH }), cache());
      expect(await keys.find(token)).toBeUndefined();
    },
  );

  it('finds a key again when it has found it before, and remembers no unknown one', async () => {
    const known = cache();
    const keys = createKeys(entries({ name: 'a', sha256: HASH }), known);
    const first = await keys.find(TOKEN);
    await keys.find('an unknown token of any kind');
    expect(await keys.find(TOKEN)).toBe(first);
    expect(known.get(TOKEN)).toBe(first);
    expect(known.get('an unknown token of any kind')).toBeUndefined();
  });

  it('gives a key its limits and its waiting room, and counts its use under one id whatever else it says', async () => {
    const limits = { requests_per_minute: 5, budgets: [{ usd: 1, window: 'day' }] };
    const waiting_room = { max_wait_seconds: 5, max_waiters: 10 };
    const limited = createKeys(entries({ name: 'a', sha256: HASH, ...limits, waiting_room }), cache());
    const principal = await limited.find(TOKEN);
    expect(principal).toMatchObject({ limits, waitingRoom: waiting_room, ledgerId: LEDGER_ID });
    expect(Object.keys(principal?.limits ?? {})).toEqual(['requests_per_minute', 'budgets']);
    const renamed = createKeys(entries({ name: 'b', sha256: HASH, project: 'other' }), cache());
    expect((await renamed.find(TOKEN))?.ledgerId).toBe(LEDGER_ID);
    const other = createKeys(
      entries({ name: 'a', sha256: 'a'.repeat(64) }, { name: 'a', sha256: HASH }),
      cache(),
    );
    expect((await other.find(TOKEN))?.ledgerId).toBe(LEDGER_ID);
  });

  it('shows the hash of a key nowhere in who it makes', async () => {
    const principal = await createKeys(entries({ name: 'a', sha256: HASH }), cache()).find(TOKEN);
    for (let start = 0; start + 8 <= HASH.length; start += 1)
      expect(JSON.stringify(principal)).not.toContain(HASH.slice(start, start + 8));
  });

  it('says whether the document has keys at all', () => {
    expect(createKeys([], cache()).isEmpty).toBe(true);
    expect(createKeys(entries({ name: 'a', sha256: HASH }), cache()).isEmpty).toBe(false);
  });
});
