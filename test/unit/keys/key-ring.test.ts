/** How an isolate knows a minted key, and what it does when KV or the Registry lies, hangs or is gone. */
import { evictDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { type KeyCopy, keyCopyName, keyCopyNameById } from '../../../src/keys/edge-copies.ts';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { type PulseCursor, RECENT_MS, type RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { aKey, bindings, createRegistry, newSecret } from '../admin/registry-support.ts';
import {
  aCopy,
  createClock,
  createEdge,
  createEdgeStore,
  newToken,
  registryWith,
  type StoreFault,
  type TestKey,
} from './edge-support.ts';

/** A ring between a store and a Registry that tests break, and a key that both may know. */
function setUp(real?: RegistryEdge) {
  const clock = createClock();
  const store = createEdgeStore();
  const edge = createEdge(real);
  const ring = new KeyRing({ copies: store, registry: edge }, clock.read);
  return { clock, store, edge, ring };
}

const told = (...keys: KeyCopy[]) => ({ keys, isOverflown: false, hasStaleCopies: false });
const OVERFLOWN = { keys: [], isOverflown: true, hasStaleCopies: false };

function file(texts: Map<string, string>, ...copies: readonly KeyCopy[]): void {
  for (const copy of copies) {
    texts.set(keyCopyNameById(copy.id), JSON.stringify(copy));
    for (const { sha256 } of copy.secrets) texts.set(keyCopyName(sha256), JSON.stringify(copy));
  }
}

/** What became of a question. */
async function verdict(asked: Promise<object | undefined>): Promise<'good' | 'refused' | 'unavailable'> {
  try {
    return (await asked) === undefined ? 'refused' : 'good';
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayUnavailable);
    return 'unavailable';
  }
}

/** Time that only passes when the test says so: for those who wait for somebody who never answers. */
const withoutWaiting = async <Value>(work: Promise<Value>): Promise<Value> => {
  await vi.advanceTimersByTimeAsync(10_000);
  return work;
};

describe('with a real Registry and a real KV', () => {
  it('takes a key from KV where it was published, and then from memory', async () => {
    const registry = createRegistry();
    const { token, sha256 } = await newToken();
    const waiting_room = { max_wait_seconds: 5, max_waiters: 10 };
    const limits = { requests_per_minute: 5, burst_requests: 50 };
    const fields = {
      models: ['fast'],
      ip_ranges: ['10.0.0.0/8'],
      log_content: true,
      waiting_room,
      ...limits,
    };
    const { id } = await registry.write('keys.create', aKey({ secret: newSecret(sha256), fields }));
    await expect.poll(() => bindings.EDGE_COPIES.get(keyCopyName(sha256))).not.toBeNull();
    // A stub's types lose what its methods take and give.
    const edge = createEdge(registry.stub as unknown as RegistryEdge);
    const ring = new KeyRing({ copies: bindings.EDGE_COPIES, registry: edge }, Date.now);
    const principal = await ring.find(token);
    expect(principal).toMatchObject({ keyId: id, keyName: 'a key', project: 'web', models: ['fast'] });
    expect(principal?.ipRanges).toHaveLength(1);
    expect([principal?.limits, principal?.waitingRoom, principal?.ledgerId]).toEqual([
      limits,
      waiting_room,
      id,
    ]);
    expect(principal?.logsContent).toBe(true);
    expect(ring.recall(token)).toBe(principal);
    expect(await ring.findById(id)).toBe(principal);
    expect(edge.calls).toEqual([]);
  });

  it.each(['deleted', 'overwritten with garbage', 'overwritten with the copy of another key'])(
    'takes a key from the Registry where its copy was %s, and the copy is there again',
    async (fault) => {
      const registry = createRegistry();
      const [mine, other] = [await newToken(), await newToken()];
      for (const { sha256 } of [mine, other])
        await registry.write('keys.create', aKey({ secret: newSecret(sha256) }));
      const kv = bindings.EDGE_COPIES;
      const name = keyCopyName(mine.sha256);
      await expect.poll(async () => (await kv.get(name)) && kv.get(keyCopyName(other.sha256))).not.toBeNull();
      const good = await kv.get(name);
      if (fault === 'deleted') await kv.delete(name);
      else if (fault === 'overwritten with garbage') await kv.put(name, '{"id":');
      else await kv.put(name, (await kv.get(keyCopyName(other.sha256))) ?? '');
      await evictDurableObject(registry.stub); // it no longer knows what it wrote a moment ago
      const edge = createEdge(registry.stub as unknown as RegistryEdge); // as above
      const ring = new KeyRing({ copies: kv, registry: edge }, Date.now);
      expect(await verdict(ring.find(mine.token))).toBe('good');
      expect(edge.calls).toEqual(['findKey']);
      await expect.poll(() => kv.get(name)).toBe(good);
    },
  );

  it('follows a key through rotation, disabling and revocation by what pulses tell, whatever stands in KV', async () => {
    const registry = createRegistry();
    const [old, next] = [await newToken(), await newToken()];
    const { id } = await registry.write('keys.create', aKey({ secret: newSecret(old.sha256) }));
    const store = createEdgeStore();
    const edge = createEdge(registry.stub as unknown as RegistryEdge); // as above
    const clock = createClock();
    clock.now = Date.now();
    const ring = new KeyRing({ copies: store, registry: edge }, clock.read);
    let cursor: PulseCursor | null = null;
    const hear = async () => {
      const pulse = await edge.pulse(cursor);
      cursor = pulse.cursor;
      ring.hear(pulse);
      for (const copy of pulse.keys) if (store.texts.size === 0) file(store.texts, copy); // stale from now on
    };
    const both = async () => [await verdict(ring.find(old.token)), await verdict(ring.find(next.token))];
    await hear();
    expect(await verdict(ring.find(old.token))).toBe('good');
    await registry.write('keys.rotate', { id, secret: newSecret(next.sha256), overlapSeconds: 60 });
    await hear();
    expect(await both()).toEqual(['good', 'good']);
    clock.now += 70_000;
    expect(await both()).toEqual(['refused', 'good']);
    await registry.write('keys.disable', { id });
    await hear();
    expect(await both()).toEqual(['refused', 'refused']);
    await registry.write('keys.enable', { id });
    await hear();
    expect(await both()).toEqual(['refused', 'good']);
    await registry.write('keys.revoke', { id });
    await hear();
    expect(await both()).toEqual(['refused', 'refused']);
    clock.now += 65_000; // what memory held has expired, and the old copy in KV says that all is well
    expect(await both()).toEqual(['refused', 'refused']);
  });
});

describe('what nobody knows', () => {
  it('is asked of the Registry once, refused for five seconds without asking, and then asked again', async () => {
    const { clock, store, edge, ring } = setUp();
    const { token } = await newToken();
    expect(await verdict(ring.find(token))).toBe('refused');
    clock.now += 4999;
    expect(ring.recall(token)).toBe('refused');
    expect(await verdict(ring.find(token))).toBe('refused');
    expect([store.reads.length, edge.calls]).toEqual([1, ['findKey']]);
    clock.now += 1;
    expect(await verdict(ring.find(token))).toBe('refused');
    expect([store.reads.length, edge.calls]).toEqual([2, ['findKey', 'findKey']]);
  });

  it('is not asked of anybody if it is mistyped, or of another form', async () => {
    const { store, edge, ring } = setUp();
    const { token } = await newToken();
    const typo = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0');
    for (const wrong of [typo, token.toUpperCase(), `${token}0`, token.slice(0, -1), 'sk-something-else-123'])
      expect(await verdict(ring.find(wrong))).toBe('refused');
    expect([store.reads, edge.calls]).toEqual([[], []]);
  });

  it('is asked of the Registry at a bounded rate, and beyond that nobody can tell', async () => {
    const { clock, edge, ring } = setUp();
    const tokens = await Promise.all(Array.from({ length: 130 }, newToken));
    const verdicts = await Promise.all(tokens.slice(0, 120).map(({ token }) => verdict(ring.find(token))));
    expect(verdicts.filter((one) => one === 'refused')).toHaveLength(100);
    expect(verdicts.filter((one) => one === 'unavailable')).toHaveLength(20);
    expect(edge.calls).toHaveLength(100);
    clock.now += 100; // twenty a second
    const later = await Promise.all(tokens.slice(120).map(({ token }) => verdict(ring.find(token))));
    expect(later.filter((one) => one === 'refused')).toHaveLength(2);
  });

  it('does not hinder keys that KV knows', async () => {
    const { store, ring } = setUp();
    const key = await newToken();
    file(store.texts, aCopy([key.sha256]));
    const unknown = await Promise.all(Array.from({ length: 101 }, newToken));
    await Promise.all(unknown.map(({ token }) => verdict(ring.find(token))));
    expect(await verdict(ring.find(key.token))).toBe('good');
  });

  it('is not remembered as refused if the Registry did not answer', async () => {
    const key = await newToken();
    const { edge, ring } = setUp(registryWith(aCopy([key.sha256])));
    edge.mode = 'down';
    expect(await verdict(ring.find(key.token))).toBe('unavailable');
    edge.mode = 'up';
    expect(await verdict(ring.find(key.token))).toBe('good');
  });

  it('is refused where no Registry is bound', async () => {
    const ring = new KeyRing({ copies: null, registry: null }, createClock().read);
    expect(await verdict(ring.find((await newToken()).token))).toBe('refused');
  });
});

describe('when KV is', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  type Spoil = (texts: Map<string, string>, mine: KeyCopy, other: KeyCopy) => void;
  const FAULTS: readonly (readonly [string, StoreFault, Spoil])[] = [
    ['empty', 'none', (texts) => texts.clear()],
    ['throwing', 'throws', () => undefined],
    ['throwing at once', 'throws at once', () => undefined],
    ['hanging', 'hangs', () => undefined],
    ['half written', 'none', spoilAll((text) => text.slice(0, -20))],
    ['full of nulls', 'none', spoilAll(() => 'null')],
    ['full of lists', 'none', spoilAll((text) => `[${text}]`)],
    ['full of empty texts', 'none', spoilAll(() => '')],
    [
      'full of an endless version',
      'none',
      spoilAll((text) => text.replace('"version":1', '"version":1e999')),
    ],
    [
      'giving each key the copy of another',
      'none',
      (texts, mine, other) => {
        for (const name of [
          keyCopyNameById(mine.id),
          ...mine.secrets.map(({ sha256 }) => keyCopyName(sha256)),
        ])
          texts.set(name, JSON.stringify({ ...other, models: null }));
      },
    ],
  ];

  describe.each(FAULTS)('%s', (_, fault, spoil) => {
    async function setUpSpoilt() {
      const [key, otherKey] = [await newToken(), await newToken()];
      const [copy, other] = [aCopy([key.sha256], { models: ['fast'] }), aCopy([otherKey.sha256])];
      const parts = setUp(registryWith(copy));
      file(parts.store.texts, copy, other);
      spoil(parts.store.texts, copy, other);
      parts.store.fault = fault;
      return { ...parts, key, copy };
    }

    it('the Registry is asked, and says the same by token and by id', async () => {
      const { ring, key, copy, edge } = await setUpSpoilt();
      expect(await withoutWaiting(ring.find(key.token))).toMatchObject({ models: ['fast'] });
      expect(edge.calls).toEqual(['findKey']);
      const byId = await setUpSpoilt();
      const principal = await withoutWaiting(byId.ring.findById(byId.copy.id));
      expect(principal).toMatchObject({ keyId: byId.copy.id, models: ['fast'] });
      expect(byId.edge.calls).toEqual(['findKeyById']);
      expect(copy.id).not.toBe(byId.copy.id);
    });

    it.each([
      ['is down', 'down'],
      ['hangs', 'hangs'],
    ] as const)('and the Registry %s, nobody can tell', async (_, mode) => {
      const { ring, key, copy, edge } = await setUpSpoilt();
      edge.mode = mode;
      expect(await withoutWaiting(verdict(ring.find(key.token)))).toBe('unavailable');
      expect(await withoutWaiting(verdict(ring.findById(copy.id)))).toBe('unavailable');
      edge.mode = 'up';
      expect(await withoutWaiting(verdict(ring.find(key.token)))).toBe('good');
    });

    it('what is in memory goes on until its minute is over', async () => {
      const { clock, ring, key, edge } = await setUpSpoilt();
      await withoutWaiting(ring.find(key.token));
      edge.mode = 'down';
      clock.now += 59_999;
      expect(await verdict(ring.find(key.token))).toBe('good');
      clock.now += 1;
      expect(await withoutWaiting(verdict(ring.find(key.token)))).toBe('unavailable');
    });
  });

  function spoilAll(change: (text: string) => string): Spoil {
    return (texts) => {
      for (const [name, text] of texts) texts.set(name, change(text));
    };
  }
});

describe('what a pulse told', () => {
  async function setUpRevoked() {
    const key = await newToken();
    const active = aCopy([key.sha256]);
    const revoked: KeyCopy = { ...active, version: 2, status: 'revoked' };
    const parts = setUp(registryWith(revoked));
    return { ...parts, key, active, revoked };
  }

  it('beats a stale copy in KV for twice as long as KV may be behind', async () => {
    const { clock, store, ring, key, active, revoked } = await setUpRevoked();
    file(store.texts, active);
    ring.hear(told(revoked));
    for (const elapsed of [0, 60_000, RECENT_MS, 2 * RECENT_MS - 1]) {
      expect(await verdict(ring.find(key.token))).toBe('refused');
      expect(await verdict(ring.findById(active.id))).toBe('refused');
      clock.now = createClock().now + elapsed;
    }
    expect(await verdict(ring.find(key.token))).toBe('refused');
  });

  it('counts at once for a key in use, without asking anybody', async () => {
    const { store, edge, ring, key, active, revoked } = await setUpRevoked();
    file(store.texts, active);
    expect(await verdict(ring.find(key.token))).toBe('good');
    const reads = store.reads.length;
    ring.hear(told(revoked));
    expect(ring.recall(key.token)).toBe('refused');
    expect([store.reads.length, edge.calls]).toEqual([reads, []]);
  });

  it('is not undone by an older pulse that comes later', async () => {
    const { ring, key, active, revoked } = await setUpRevoked();
    ring.hear(told(revoked));
    ring.hear(told(active));
    expect(await verdict(ring.find(key.token))).toBe('refused');
  });

  it('does not undo what the Registry said meanwhile', async () => {
    const { ring, key, active } = await setUpRevoked();
    expect(await verdict(ring.find(key.token))).toBe('refused'); // by the Registry: revoked
    ring.hear(told(active)); // a pulse that was asked for before
    expect(ring.recall(key.token)).toBe('refused');
  });

  it.each(['KV', 'the Registry'] as const)(
    'is not undone by an older answer of %s that was under way',
    async (source) => {
      const { store, edge, ring, key, active, revoked } = await setUpRevoked();
      const release = source === 'KV' ? store.holdNext() : edge.holdNext();
      if (source === 'KV') file(store.texts, active);
      const asked = ring.find(key.token);
      await expect.poll(() => (source === 'KV' ? store.reads : edge.calls).length).toBe(1);
      ring.hear(told(revoked));
      release();
      expect(await verdict(asked)).toBe('refused');
      expect(ring.recall(key.token)).toBe('refused');
    },
  );

  it('makes a key known that was minted a moment ago, without asking anybody', async () => {
    const { store, edge, ring } = setUp();
    const key = await newToken();
    const copy = aCopy([key.sha256]);
    ring.hear(told(copy));
    expect(await verdict(ring.find(key.token))).toBe('good');
    expect(await verdict(ring.findById(copy.id))).toBe('good');
    expect([store.reads, edge.calls]).toEqual([[], []]);
  });
});

describe('when more changed than a pulse could tell', () => {
  async function setUpMany() {
    const keys = await Promise.all(Array.from({ length: 150 }, newToken));
    const active = keys.map(({ sha256 }) => aCopy([sha256]));
    const revoked = active.map((copy): KeyCopy => ({ ...copy, version: 2, status: 'revoked' }));
    const parts = setUp(registryWith(...revoked));
    file(parts.store.texts, ...active);
    const first = keys[0] as TestKey; // there are 150
    return { ...parts, keys, first };
  }

  it('neither memory nor KV is believed, and the Registry is asked for as many keys as are in use', async () => {
    const { edge, ring, keys, first } = await setUpMany();
    expect(await verdict(ring.find(first.token))).toBe('good'); // KV is stale, and nobody told
    ring.hear(OVERFLOWN);
    expect(ring.recall(first.token)).toBeUndefined();
    const verdicts = await Promise.all(keys.map(({ token }) => verdict(ring.find(token))));
    expect(new Set(verdicts)).toEqual(new Set(['refused']));
    expect(edge.calls).toHaveLength(150);
  });

  it('only KV is not believed where it would not take what changed', async () => {
    const { edge, ring, keys, first } = await setUpMany();
    expect(await verdict(ring.find(first.token))).toBe('good');
    ring.hear({ keys: [], isOverflown: false, hasStaleCopies: true });
    expect(ring.recall(first.token)).toMatchObject({ keyName: 'app' });
    expect(edge.calls).toEqual([]);
    expect(await verdict(ring.find((keys[1] as TestKey).token))).toBe('refused'); // there are 150
    expect(edge.calls).toHaveLength(1);
  });

  it('and the Registry is gone by then, nobody can tell', async () => {
    const { clock, edge, ring, first } = await setUpMany();
    ring.hear(OVERFLOWN);
    edge.mode = 'down';
    expect(await verdict(ring.find(first.token))).toBe('unavailable');
    clock.now += RECENT_MS - 1;
    expect(await verdict(ring.find(first.token))).toBe('unavailable');
    clock.now += 1; // by now KV has caught up
    expect(await verdict(ring.find(first.token))).toBe('good');
  });

  it('keys that were made up are still asked for at a bounded rate', async () => {
    const { ring } = await setUpMany();
    ring.hear(OVERFLOWN);
    const unknown = await Promise.all(Array.from({ length: 101 }, newToken));
    const verdicts = await Promise.all(unknown.map(({ token }) => verdict(ring.find(token))));
    expect(verdicts.filter((one) => one === 'unavailable')).toHaveLength(1);
  });

  it('a copy that was read before counts for the request that read it, and for no later one', async () => {
    const { store, ring, first } = await setUpMany();
    const release = store.holdNext();
    const asked = ring.find(first.token);
    await expect.poll(() => store.reads.length).toBe(1);
    ring.hear(OVERFLOWN);
    release();
    await asked;
    expect(ring.recall(first.token)).not.toMatchObject({ keyName: 'app' });
    expect(await verdict(ring.find(first.token))).toBe('refused');
  });

  it('an answer of the Registry that was under way counts for no later request either', async () => {
    const key = await newToken();
    const known = { copy: aCopy([key.sha256]) };
    const { edge, ring } = setUp({ ...registryWith(), findKey: async () => known.copy });
    const release = edge.holdNext();
    const asked = ring.find(key.token);
    await expect.poll(() => edge.calls.length).toBe(1);
    known.copy = { ...known.copy, version: 2, status: 'revoked' };
    ring.hear(OVERFLOWN);
    release();
    expect(await verdict(asked)).toBe('good'); // when it was asked
    expect(await verdict(ring.find(key.token))).toBe('refused');
  });

  it('what is told again with every pulse, because KV does not take it, is not more for that', async () => {
    const { ring, first } = await setUpMany();
    const stuck = told(...Array.from({ length: 500 }, () => aCopy([], { version: 2 })));
    for (let pulse = 0; pulse < 20; pulse += 1) ring.hear(stuck);
    expect(await verdict(ring.find(first.token))).toBe('good'); // KV is stale, and nobody told
  });

  it('the same goes for what was told bit by bit, once it is more than memory holds', async () => {
    const { clock, ring, keys } = await setUpMany();
    const hear = (count: number) =>
      ring.hear(told(...Array.from({ length: count }, () => aCopy([], { version: 2 }))));
    const ask = (index: number) => verdict(ring.find(keys[index]?.token ?? ''));
    hear(4000);
    clock.now += RECENT_MS; // those are forgotten long after KV has caught up with them
    hear(5000);
    expect(await ask(0)).toBe('good'); // KV is stale, and nobody told
    hear(1);
    expect(await ask(1)).toBe('refused');
    clock.now += RECENT_MS;
    expect(await ask(2)).toBe('good');
  });
});

describe('a key that was rotated', () => {
  it('is good by its old secret until the overlap is over, to the millisecond, by the clock alone', async () => {
    const [old, next] = [await newToken(), await newToken()];
    const { clock, store, edge, ring } = setUp();
    const copy = aCopy([], {
      version: 2,
      secrets: [
        { sha256: old.sha256, expiresAt: createClock().now + 30_000 },
        { sha256: next.sha256, expiresAt: null },
      ],
    });
    ring.hear(told(copy));
    expect(await verdict(ring.find(next.token))).toBe('good');
    clock.now += 29_999;
    expect(await verdict(ring.find(old.token))).toBe('good');
    clock.now += 1;
    expect(await verdict(ring.find(old.token))).toBe('refused');
    expect(await verdict(ring.find(next.token))).toBe('good');
    expect([store.reads, edge.calls]).toEqual([[], []]);
  });

  it('is good by a new secret although KV holds only what was before', async () => {
    const [old, next] = [await newToken(), await newToken()];
    const before = aCopy([old.sha256]);
    const after = { ...aCopy([old.sha256, next.sha256], { id: before.id, version: 2 }) };
    const { store, ring } = setUp(registryWith(after));
    file(store.texts, before);
    expect(await verdict(ring.find(old.token))).toBe('good');
    expect(await verdict(ring.find(next.token))).toBe('good');
    expect(await verdict(ring.find(old.token))).toBe('good');
    expect(ring.recall(next.token)).toMatchObject({ keyId: before.id });
  });
});

describe('the key that a token was minted from', () => {
  it('is asked for once in five seconds if there is none, and never under an id that is not ours', async () => {
    const { clock, store, edge, ring } = setUp();
    for (const id of ['document-key:0123', 'copy/config', '', 'toString'])
      expect(await verdict(ring.findById(id))).toBe('refused');
    expect([store.reads, edge.calls]).toEqual([[], []]);
    for (let index = 0; index < 3; index += 1)
      expect(await verdict(ring.findById('key_gone'))).toBe('refused');
    expect(edge.calls).toEqual(['findKeyById']);
    clock.now += 5000;
    await ring.findById('key_gone');
    expect(edge.calls).toHaveLength(2);
  });

  it.each(['disabled', 'revoked', 'deleted'] as const)('is none while it is %s', async (status) => {
    const { store, ring } = setUp();
    const copy = aCopy(['a'.repeat(64)], { status });
    file(store.texts, copy);
    expect(await verdict(ring.findById(copy.id))).toBe('refused');
    ring.hear(told({ ...copy, version: 2, status: 'active' }));
    expect(await verdict(ring.findById(copy.id))).toBe('good');
  });
});
