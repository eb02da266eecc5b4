/** How fresh an isolate's knowledge is, and what it does when the Registry, KV or both fail: never more open than before. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createInvalidations } from '../../../src/cache/invalidations.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { BOUND_MS, ControlPlane, FRESH_MS } from '../../../src/gateway/control-plane.ts';
import {
  COPY_NAMES,
  type Copies,
  type CopyName,
  copyName,
  type KeyCopy,
  keyCopyName,
} from '../../../src/keys/edge-copies.ts';
import { ALL_FORGOTTEN, NOTHING_FORGOTTEN } from '../../../src/keys/invalidations-copy.ts';
import type { PulseCursor, RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { aKey, createRegistry, newSecret } from '../admin/registry-support.ts';
import {
  aCopy,
  aPulse,
  createClock,
  createEdge,
  createEdgeStore,
  newToken,
  type StoreFault,
  type TestStore,
} from '../keys/edge-support.ts';

/** A Registry made by hand: what its pulses tell is what stands here when they are asked. */
function createSource() {
  const copies = {
    tenants: {
      version: 0,
      closedProjects: [],
      closedOrganizations: [],
      issuers: {},
      projectLimits: {},
      organizationLimits: {},
      organizations: {},
    },
    config: { version: 0, number: 0, text: null },
    secrets: { version: 0, sealed: {} },
    cache: NOTHING_FORGOTTEN,
  } as { -readonly [Name in CopyName]: Copies[Name] };
  const source = {
    copies,
    keys: [] as KeyCopy[],
    /** What pulses were asked with. */
    cursors: [] as (PulseCursor | null)[],
    close(...closedProjects: string[]): void {
      copies.tenants = { ...copies.tenants, version: copies.tenants.version + 1, closedProjects };
    },
    /** All that is cached. */
    forget(): void {
      const { version, generation } = copies.cache;
      const all = { generation: generation + 1, project: null, kind: 'all', value: null } as const;
      copies.cache = { version: version + 1, generation: generation + 1, entries: [all] };
    },
    activate(text: string): void {
      const { version } = copies.config;
      copies.config = { version: version + 1, number: version + 1, text };
    },
  };
  const registry: RegistryEdge = {
    pulse: async (since) => {
      source.cursors.push(since);
      return aPulse({
        keys: [...source.keys],
        cursor: { epoch: 'e1', seq: source.cursors.length },
        versions: {
          tenants: copies.tenants.version,
          config: copies.config.version,
          secrets: copies.secrets.version,
          cache: copies.cache.version,
        },
      });
    },
    findKey: async () => null,
    findKeyById: async () => null,
    readCopy: async (name) => JSON.stringify(copies[name]),
  };
  return { ...source, source, registry };
}

function setUp() {
  const { source, registry } = createSource();
  const clock = createClock();
  const store = createEdgeStore();
  const edge = createEdge(registry);
  const isolate = () => new ControlPlane({ registry: edge, copies: store }, clock.read);
  return { source, clock, store, edge, isolate, plane: isolate() };
}

/** What a request does: it waits if it has to, and leaves work behind. */
async function request(plane: ControlPlane): Promise<{ waited: boolean; left: Promise<unknown>[] }> {
  const left: Promise<unknown>[] = [];
  const confirming = plane.confirm((work) => left.push(work));
  await confirming;
  return { waited: confirming !== undefined, left };
}

/** The same, and nothing is left. */
async function settle(plane: ControlPlane): Promise<boolean> {
  const { waited, left } = await request(plane);
  await Promise.all(left);
  return waited;
}

const publish = (store: TestStore, copies: Partial<Copies>) => {
  for (const [name, copy] of Object.entries(copies))
    store.texts.set(copyName(name as CopyName), JSON.stringify(copy)); // the members of `Copies`
};

const pulses = (calls: readonly string[]) => calls.filter((name) => name === 'pulse').length;

describe('freshness', () => {
  it('asks nobody again within two seconds', async () => {
    const { clock, edge, plane } = setUp();
    expect(await settle(plane)).toBe(true);
    clock.now += FRESH_MS - 1;
    for (let index = 0; index < 100; index += 1) expect(await settle(plane)).toBe(false);
    expect(edge.calls).toEqual(['pulse']);
  });

  it('asks in the background from then on, once', async () => {
    const { clock, edge, plane } = setUp();
    await settle(plane);
    clock.now += FRESH_MS;
    const release = edge.holdNext();
    const first = await request(plane);
    expect([first.waited, first.left.length]).toEqual([false, 1]);
    clock.now += 1000;
    for (let index = 0; index < 100; index += 1)
      expect(await request(plane)).toEqual({ waited: false, left: [] });
    release();
    await Promise.all(first.left);
    expect(edge.calls).toEqual(['pulse', 'pulse']);
  });

  it('counts from when it asked, not from when it heard', async () => {
    const { clock, edge, plane } = setUp();
    await settle(plane);
    clock.now += FRESH_MS;
    const release = edge.holdNext();
    const { left } = await request(plane);
    clock.now += 1500;
    release();
    await Promise.all(left);
    clock.now += FRESH_MS - 1500 - 1;
    expect((await request(plane)).left).toHaveLength(0);
    clock.now += 1;
    expect((await request(plane)).left).toHaveLength(1);
  });

  it('makes a request wait when nothing was heard for the bound', async () => {
    const { clock, source, plane } = setUp();
    await settle(plane);
    source.close('web');
    clock.now += BOUND_MS - 1;
    const { waited, left } = await request(plane);
    expect(waited).toBe(false);
    await Promise.all(left);
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    source.close();
    clock.now += BOUND_MS;
    expect(await settle(plane)).toBe(true);
    expect(plane.copies.tenants.closedProjects).toEqual([]);
  });

  it('is not blocked by a pulse that was cut off with its request', async () => {
    const { clock, edge, plane } = setUp();
    await settle(plane);
    clock.now += FRESH_MS;
    edge.holdNext(); // nobody ever lets it go
    expect((await request(plane)).left).toHaveLength(1);
    clock.now += 1999;
    expect((await request(plane)).left).toHaveLength(0);
    clock.now += 1;
    const { waited, left } = await request(plane);
    expect([waited, left.length]).toEqual([false, 1]);
    await Promise.all(left);
    expect(await request(plane)).toEqual({ waited: false, left: [] });
  });

  it('asks on from where it heard last', async () => {
    const { clock, source, plane } = setUp();
    for (let index = 0; index < 3; index += 1) {
      await settle(plane);
      clock.now += BOUND_MS;
    }
    expect(source.cursors).toEqual([null, { epoch: 'e1', seq: 1 }, { epoch: 'e1', seq: 2 }]);
  });

  it('needs nobody where no Registry is bound', async () => {
    const plane = new ControlPlane({ registry: null, copies: null }, createClock().read);
    expect(plane.confirm(() => undefined)).toBeUndefined();
    expect([plane.isKnown, plane.hasKeys, plane.copies.config.text]).toEqual([true, false, null]);
  });
});

describe('something that was written here', () => {
  it('is known to the next request, however fresh the isolate is', async () => {
    const { source, plane } = setUp();
    await settle(plane);
    source.close('web');
    expect(await settle(plane)).toBe(false);
    plane.expire();
    expect(await settle(plane)).toBe(true);
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    expect(await settle(plane)).toBe(false);
  });

  it('is not forgotten for a pulse that was asked before and comes after', async () => {
    const { clock, source, edge, plane } = setUp();
    await settle(plane);
    clock.now += FRESH_MS;
    const release = edge.holdNext();
    const { left } = await request(plane);
    await expect.poll(() => source.cursors.length).toBe(2); // the Registry has answered it
    source.close('web');
    plane.expire();
    release();
    await Promise.all(left);
    expect(await settle(plane)).toBe(true);
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
  });

  it('is asked for although a pulse from before fails just then', async () => {
    const { clock, source, edge, plane } = setUp();
    await settle(plane);
    clock.now += FRESH_MS;
    edge.mode = 'down';
    const { left } = await request(plane);
    plane.expire();
    await Promise.all(left);
    edge.mode = 'up';
    source.close('web');
    expect(await settle(plane)).toBe(true);
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
  });
});

describe('pulses that overtake each other', () => {
  async function setUpTwo() {
    const parts = setUp();
    const { clock, source, edge, plane } = parts;
    await settle(plane);
    clock.now += BOUND_MS;
    const releaseOlder = edge.holdNext();
    const older = request(plane);
    await expect.poll(() => source.cursors.length).toBe(2);
    return { ...parts, releaseOlder, older };
  }

  it('do not bring back what was before', async () => {
    const { source, plane, releaseOlder, older, clock } = await setUpTwo();
    source.close('web');
    source.activate('{}');
    await request(plane);
    const known = plane.copies;
    expect(known.tenants.closedProjects).toEqual(['web']);
    releaseOlder();
    await older;
    expect(plane.copies).toBe(known);
    clock.now += FRESH_MS - 1;
    expect(await request(plane)).toEqual({ waited: false, left: [] });
  });

  it('do not bring back what was before a write of this isolate either', async () => {
    const { source, plane, releaseOlder, older } = await setUpTwo();
    source.close('web');
    const newer = request(plane);
    plane.expire(); // so the newer one does not count as fresh
    await newer;
    releaseOlder();
    await older;
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
  });

  it('do not make an isolate believe that the Registry is gone, because the older one failed', async () => {
    const { clock, source, edge, plane } = setUp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await settle(plane);
      clock.now += BOUND_MS;
      edge.mode = 'hangs';
      const older = request(plane);
      edge.mode = 'up';
      await request(plane);
      clock.now += 2000;
      await vi.advanceTimersByTimeAsync(2000);
      await older;
      source.close('web');
      clock.now += BOUND_MS - 2000;
      expect(await settle(plane)).toBe(true);
      expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('at a cold start: the one that failed does not put KV’s old copies over what the other heard', async () => {
    const { source, store, edge, plane } = setUp();
    publish(store, source.copies);
    source.close('web');
    edge.mode = 'down';
    const release = store.holdNext();
    const failing = request(plane);
    await expect.poll(() => store.reads.length).toBe(COPY_NAMES.length); // it has turned to KV
    edge.mode = 'up';
    await request(plane);
    release();
    await failing;
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    expect(await request(plane)).toEqual({ waited: false, left: [] });
  });
});

describe('copies', () => {
  it('come from KV where it has caught up, and from the Registry where it has not', async () => {
    const { source, store, edge, plane } = setUp();
    source.close('web');
    publish(store, source.copies);
    source.activate('{"models":{}}'); // KV holds the version before
    await settle(plane);
    expect(plane.copies).toEqual(source.copies);
    expect(edge.calls).toEqual(['pulse', 'readCopy']);
  });

  it('are not read at all where nothing was ever written', async () => {
    const { store, edge, plane } = setUp();
    store.texts.set(copyName('config'), 'garbage');
    await settle(plane);
    expect([store.reads, edge.calls]).toEqual([[], ['pulse']]);
  });

  it.each([
    ['missing', () => undefined],
    ['garbage', () => '{"version":'],
    [
      'of a version that the Registry does not have',
      () => JSON.stringify({ version: 99, number: 1, text: '{}' }),
    ],
    ['of another kind', (copies: Copies) => JSON.stringify({ ...copies.tenants, version: 1 })],
  ])('come from the Registry where KV’s is %s', async (_, toText) => {
    const { source, store, plane } = setUp();
    source.activate('{"cors":{}}');
    const text = toText(source.copies);
    if (text !== undefined) store.texts.set(copyName('config'), text);
    await settle(plane);
    expect(plane.copies.config).toEqual({ version: 1, number: 1, text: '{"cors":{}}' });
  });

  it('go back to an earlier version when the Registry’s storage was restored to an earlier time', async () => {
    const { clock, source, store, plane } = setUp();
    source.close('web');
    const before = source.copies.tenants;
    source.close('web', 'shop');
    await settle(plane);
    publish(store, { tenants: source.copies.tenants });
    source.copies.tenants = before;
    clock.now += BOUND_MS;
    await settle(plane);
    expect(plane.copies.tenants.closedProjects).toEqual(['web']);
  });

  it('stay the same object while nothing changes, also when many requests begin at once', async () => {
    const { clock, source, plane } = setUp();
    source.close('web');
    source.activate('{}');
    await Promise.all(Array.from({ length: 20 }, () => request(plane)));
    const { config, tenants } = plane.copies;
    clock.now += BOUND_MS;
    source.close('shop');
    await Promise.all(Array.from({ length: 20 }, () => request(plane)));
    expect(plane.copies.config).toBe(config);
    expect(plane.copies.tenants).not.toBe(tenants);
    const again = plane.copies.tenants;
    clock.now += BOUND_MS;
    await Promise.all(Array.from({ length: 20 }, () => request(plane)));
    expect(plane.copies.tenants).toBe(again);
  });

  it('stay the same object when two requests have read them at once', async () => {
    const { source, store, plane } = setUp();
    source.activate('{}');
    publish(store, { config: source.copies.config });
    const releases = [store.holdNext(), store.holdNext()];
    const requests = [request(plane), request(plane)];
    await expect.poll(() => store.reads.length).toBe(2);
    releases[0]?.();
    await requests[0];
    const { config } = plane.copies;
    releases[1]?.();
    await requests[1];
    expect(plane.copies.config).toBe(config);
  });

  it('of what was forgotten keep nobody waiting: while it cannot be had, no cached answer is good', async () => {
    const { clock, source, edge, plane } = setUp();
    await settle(plane);
    source.forget();
    source.close('web');
    const { readCopy } = edge;
    edge.readCopy = async (name) => (name === 'cache' ? 'garbage' : readCopy(name));
    clock.now += BOUND_MS;
    await settle(plane);
    expect(plane.copies).toMatchObject({ cache: ALL_FORGOTTEN, tenants: { closedProjects: ['web'] } });
    edge.readCopy = readCopy;
    clock.now += FRESH_MS;
    await settle(plane);
    expect(plane.copies.cache).toEqual(source.copies.cache);
  });

  it('of what was forgotten stay as they are for a Registry that knows of none yet', async () => {
    const { source, registry } = createSource();
    const clock = createClock();
    source.forget();
    let hasCache = false;
    const pulse: RegistryEdge['pulse'] = async (since) => {
      const { versions, ...rest } = await registry.pulse(since);
      const { cache, ...earlier } = versions;
      return { ...rest, versions: hasCache ? versions : earlier };
    };
    const edge = createEdge({ ...registry, pulse });
    const plane = new ControlPlane({ registry: edge, copies: createEdgeStore() }, clock.read);
    await settle(plane);
    expect([plane.isKnown, plane.copies.cache, edge.calls]).toEqual([true, NOTHING_FORGOTTEN, ['pulse']]);
    hasCache = true; // the Registry is deployed too
    clock.now += BOUND_MS;
    await settle(plane);
    expect(plane.copies.cache).toEqual(source.copies.cache);
    hasCache = false;
    clock.now += BOUND_MS;
    await settle(plane);
    expect(plane.copies.cache).toEqual(source.copies.cache);
    expect(edge.calls.filter((name) => name === 'readCopy')).toHaveLength(1); // an older Registry would refuse
  });

  it('are not confirmed while one of them cannot be had', async () => {
    const { clock, source, edge, plane } = setUp();
    await settle(plane);
    source.activate('{}');
    const { readCopy } = edge;
    edge.readCopy = async () => 'garbage';
    clock.now += BOUND_MS;
    await settle(plane);
    expect(plane.copies.config.number).toBe(0);
    edge.readCopy = readCopy;
    clock.now += 1000;
    await settle(plane);
    expect(plane.copies.config.number).toBe(1);
  });
});

describe('while the Registry', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  /** A request that may have to wait for a Registry or a store that hangs; the clock goes on with the timers. */
  async function late(parts: Pick<ReturnType<typeof setUp>, 'clock'>, plane: ControlPlane): Promise<number> {
    const left: Promise<unknown>[] = [];
    const startedAt = parts.clock.now;
    let endedAt = startedAt;
    const asked = Promise.resolve(plane.confirm((work) => left.push(work))).then(() => {
      endedAt = parts.clock.now;
    });
    await vi.advanceTimersByTimeAsync(0);
    for (let step = 0; step < 12; step += 1) {
      parts.clock.now += 500;
      await vi.advanceTimersByTimeAsync(500);
    }
    await Promise.all([asked, ...left]);
    parts.clock.now = endedAt;
    return endedAt - startedAt;
  }

  describe.each([
    ['is down', 'down'],
    ['hangs', 'hangs'],
  ] as const)('%s', (_, mode) => {
    it('a warm isolate goes on with what it knows, and one request at most waits, for two seconds', async () => {
      const parts = setUp();
      const { clock, source, edge, plane } = parts;
      source.close('web');
      await settle(plane);
      edge.mode = mode;
      clock.now += BOUND_MS;
      expect(await late(parts, plane)).toBe(mode === 'down' ? 0 : 2000);
      const asked = pulses(edge.calls);
      clock.now += 999;
      expect(await late(parts, plane)).toBe(0);
      expect(pulses(edge.calls)).toBe(asked);
      for (let second = 0; second < 20; second += 1) {
        clock.now += 1000;
        expect(await late(parts, plane)).toBe(0); // tried again in the background
      }
      expect(pulses(edge.calls)).toBeGreaterThan(asked);
      expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    });

    it('what it knows again is told by the first request of an isolate that slept meanwhile', async () => {
      const parts = setUp();
      const { clock, source, edge, plane } = parts;
      await settle(plane);
      edge.mode = mode;
      clock.now += BOUND_MS;
      await late(parts, plane);
      edge.mode = 'up';
      source.close('web');
      clock.now += 60_000;
      expect(await settle(plane)).toBe(true);
      expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    });

    it('a request that comes while a cold isolate is reading KV is not turned away', async () => {
      const { source, store, edge, plane } = setUp();
      publish(store, source.copies);
      edge.mode = mode;
      const release = store.holdNext();
      const first = request(plane);
      while (store.reads.length < COPY_NAMES.length) await vi.advanceTimersByTimeAsync(500);
      const second = request(plane).then(() => plane.isKnown);
      await vi.advanceTimersByTimeAsync(100);
      release();
      await vi.advanceTimersByTimeAsync(5000);
      await first;
      expect(await second).toBe(true);
    });

    it('and is back within the retry time, a busy isolate has heard of it after one more request', async () => {
      const parts = setUp();
      const { clock, source, edge, plane } = parts;
      await settle(plane);
      edge.mode = mode;
      clock.now += BOUND_MS;
      await late(parts, plane);
      edge.mode = 'up';
      source.close('web');
      clock.now += 1000;
      expect(await settle(plane)).toBe(false);
      expect(plane.copies.tenants.closedProjects).toEqual(['web']);
    });

    it('a cold isolate uses what KV holds', async () => {
      const parts = setUp();
      const { source, store, edge, plane } = parts;
      source.close('web');
      source.activate('{"keys":[]}');
      publish(store, source.copies);
      edge.mode = mode;
      await late(parts, plane);
      expect(plane.copies).toEqual(source.copies);
      expect([plane.isKnown, plane.hasKeys, plane.signingKeys]).toEqual([true, true, []]);
    });

    it('a cold isolate goes on with the document if KV says that nothing was ever activated', async () => {
      const parts = setUp();
      publish(parts.store, parts.source.copies);
      parts.edge.mode = mode;
      await late(parts, parts.plane);
      expect(parts.plane.copies.config).toEqual({ version: 0, number: 0, text: null });
      expect(parts.plane.hasKeys).toBe(true);
    });

    it.each(COPY_NAMES.filter((name) => name !== 'cache'))(
      'a cold isolate knows nothing if KV has no copy of %s',
      async (missing) => {
        const parts = setUp();
        const { [missing]: _, ...others } = parts.source.copies;
        publish(parts.store, others);
        parts.edge.mode = mode;
        await late(parts, parts.plane);
        expect(parts.plane.isKnown).toBe(false);
      },
    );

    it.each([
      ['has none', undefined],
      ['has garbage', '{"version":1}'],
      ['has one of a shape that only a newer version knows', '{"version":1,"generation":1,"entries":[{}]}'],
    ])(
      'a cold isolate serves on with no cached answer where KV %s of what was forgotten',
      async (_, text) => {
        const parts = setUp();
        const { source, store, edge, plane, clock } = parts;
        const { cache: __, ...others } = source.copies;
        publish(store, others);
        if (text !== undefined) store.texts.set(copyName('cache'), text);
        edge.mode = mode;
        await late(parts, plane);
        expect([plane.isKnown, plane.copies.cache]).toEqual([true, ALL_FORGOTTEN]);
        edge.mode = 'up';
        clock.now += BOUND_MS;
        await settle(plane);
        expect(plane.copies.cache).toEqual(NOTHING_FORGOTTEN);
      },
    );

    const garbage = (name: CopyName) => (store: TestStore) =>
      void store.texts.set(copyName(name), '{"version":1}');
    const faultOf = (fault: StoreFault) => (store: TestStore) => {
      store.fault = fault;
    };
    it.each([
      ['throws', faultOf('throws')],
      ['throws at once', faultOf('throws at once')],
      ['hangs', faultOf('hangs')],
      ['holds garbage for the configuration', garbage('config')],
      ['holds garbage for the tenants', garbage('tenants')],
      ['holds garbage for the secrets', garbage('secrets')],
    ])('and KV %s, a cold isolate knows nothing, until one of them heals', async (__, spoil) => {
      for (const heal of ['KV', 'the Registry']) {
        const parts = setUp();
        const { clock, source, store, edge, plane } = parts;
        source.close('web');
        publish(store, source.copies);
        const good = new Map(store.texts);
        spoil(store);
        edge.mode = mode;
        await late(parts, plane);
        expect(plane.isKnown).toBe(false);
        expect(() => plane.copies).toThrow(GatewayUnavailable);
        clock.now += 999;
        expect(await late(parts, plane)).toBe(0); // nobody waits again so soon
        if (heal === 'the Registry') edge.mode = 'up';
        else {
          store.fault = 'none';
          store.texts.clear();
          for (const [name, text] of good) store.texts.set(name, text);
        }
        clock.now += 1000;
        await late(parts, plane);
        expect(plane.copies.tenants.closedProjects).toEqual(['web']);
      }
    });

    it('and no KV is bound, a cold isolate knows nothing', async () => {
      const parts = setUp();
      parts.edge.mode = mode;
      const plane = new ControlPlane({ registry: parts.edge, copies: null }, parts.clock.read);
      await late(parts, plane);
      expect(plane.isKnown).toBe(false);
    });
  });

  it('rejects, no promise is left behind that rejects', async () => {
    const { clock, edge, plane } = setUp();
    await settle(plane);
    edge.mode = 'down';
    clock.now += FRESH_MS;
    const { left } = await request(plane);
    expect(await Promise.all(left)).toEqual([undefined]);
  });
});

it('traps H9: a key that a real Registry revoked is refused within the bound, and at once where it was revoked', async () => {
  const registry = createRegistry();
  // A stub's types lose what its methods take and give.
  const edge = createEdge(registry.stub as unknown as RegistryEdge);
  const clock = createClock();
  const store = createEdgeStore();
  const [here, elsewhere] = [0, 1].map(
    () => new ControlPlane({ registry: edge, copies: store }, clock.read),
  ) as [ControlPlane, ControlPlane]; // two were made
  const { token, sha256 } = await newToken();
  const { id } = await registry.write('keys.create', aKey({ secret: newSecret(sha256) }));
  for (const plane of [here, elsewhere]) {
    await settle(plane);
    expect(await plane.keys.find(token)).toMatchObject({ keyId: id });
  }
  store.texts.set(keyCopyName(sha256), JSON.stringify(aCopy([sha256], { id }))); // stale from now on
  await registry.write('keys.revoke', { id });
  here.expire();
  await settle(here);
  expect(await here.keys.find(token)).toBeUndefined();
  clock.now += BOUND_MS;
  await settle(elsewhere);
  expect(await elsewhere.keys.find(token)).toBeUndefined();
  const cold = new ControlPlane({ registry: edge, copies: store }, clock.read);
  await settle(cold);
  expect(await cold.keys.find(token)).toBeUndefined();
});

it('what a real Registry is told to forget is forgotten within the bound, and at once where it was told', async () => {
  const registry = createRegistry();
  const edge = createEdge(registry.stub as unknown as RegistryEdge); // as above
  const clock = createClock();
  const [here, elsewhere] = [0, 1].map(
    () => new ControlPlane({ registry: edge, copies: createEdgeStore() }, clock.read),
  ) as [ControlPlane, ControlPlane]; // two were made
  const about = { project: 'web', organization: null, model: 'fast', namespace: null, tags: ['a'] };
  const isKept = ({ copies }: ControlPlane) =>
    createInvalidations(copies.cache).isGood({ generation: 0, provider: 'p', model: 'm', about }, 'k', about);
  for (const plane of [here, elsewhere]) {
    await settle(plane);
    expect(isKept(plane)).toBe(true);
  }
  await registry.write('cache.forget', { project: 'web', kind: 'tag', value: 'a' });
  here.expire();
  await settle(here);
  expect(isKept(here)).toBe(false);
  clock.now += BOUND_MS;
  await settle(elsewhere);
  expect(isKept(elsewhere)).toBe(false);
});
