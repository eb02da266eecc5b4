/**
 * What an isolate stands between, for the tests of this room: a clock that a test turns, a KV slice that fails on
 * demand, and a Registry that can be unreachable, silent or late. What the Registry says is a real one's.
 */
import type { KeyCopy } from '../../../src/keys/edge-copies.ts';
import { createMintedKey } from '../../../src/keys/minted-key.ts';
import type { Pulse, RegistryEdge } from '../../../src/keys/registry-edge.ts';
import { sha256Hex } from '../../../src/sha256.ts';

export const NOW = 1_795_512_615_000;

export interface Clock {
  now: number;
  /** Of this clock. */
  readonly read: () => number;
}

export function createClock(): Clock {
  const clock = { now: NOW, read: () => clock.now };
  return clock;
}

/** `throws`: rejects. `throws at once`: before there is a promise. `hangs`: never answers. */
export type StoreFault = 'none' | 'throws' | 'throws at once' | 'hangs';

export interface TestStore {
  readonly texts: Map<string, string>;
  /** Names that were read, in order. */
  readonly reads: string[];
  fault: StoreFault;
  /** The next read gives what stands here now, when the function that comes back is called. */
  holdNext(): () => void;
  get(name: string): Promise<string | null>;
}

/** A KV slice in memory. */
export function createEdgeStore(texts = new Map<string, string>()): TestStore & Pick<KVNamespace, 'get'> {
  const gates: Promise<void>[] = [];
  const store: TestStore = {
    texts,
    reads: [],
    fault: 'none',
    holdNext: () => hold(gates),
    get(name) {
      store.reads.push(name);
      if (store.fault === 'throws at once') throw new Error('KV GET failed: 500');
      return answer(name);
    },
  };
  async function answer(name: string): Promise<string | null> {
    if (store.fault === 'throws') throw new Error('KV GET failed: 500');
    if (store.fault === 'hangs') return new Promise(() => undefined);
    const text = texts.get(name) ?? null;
    await gates.shift();
    return text;
  }
  // KV's `get` has many shapes; this is the one that edges use.
  return store as unknown as TestStore & Pick<KVNamespace, 'get'>;
}

export interface TestEdge extends RegistryEdge {
  /** `down`: calls reject. `hangs`: they never answer. */
  mode: 'up' | 'down' | 'hangs';
  /** Methods that were called, in order. */
  readonly calls: (keyof RegistryEdge)[];
  /** The next call's answer is made when it is asked for, and given when the function that comes back is called. */
  holdNext(): () => void;
}

/** In front of `real`, or of a Registry that holds nothing. */
export function createEdge(real: RegistryEdge = EMPTY_REGISTRY): TestEdge {
  const gates: Promise<void>[] = [];
  const call = async <Value>(method: keyof RegistryEdge, ask: () => Promise<Value>): Promise<Value> => {
    edge.calls.push(method);
    if (edge.mode === 'down') throw new Error('the Registry is unreachable');
    if (edge.mode === 'hangs') return new Promise(() => undefined);
    const gate = gates.shift();
    const answer = await ask();
    await gate;
    return answer;
  };
  const edge: TestEdge = {
    mode: 'up',
    calls: [],
    holdNext: () => hold(gates),
    pulse: (since) => call('pulse', () => real.pulse(since)),
    findKey: (sha256) => call('findKey', () => real.findKey(sha256)),
    findKeyById: (id) => call('findKeyById', () => real.findKeyById(id)),
    readCopy: (name) => call('readCopy', () => real.readCopy(name)),
  };
  return edge;
}

function hold(gates: Promise<void>[]): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  gates.push(promise);
  return () => resolve();
}

export const SIGNING_KEY = { id: 's1', secret: btoa('\u0001'.repeat(32)) };

export const aPulse = (fields: Partial<Pulse> = {}): Pulse => ({
  cursor: { epoch: 'e1', seq: 1 },
  keys: [],
  hasStaleCopies: false,
  isOverflown: false,
  versions: { tenants: 0, config: 0, secrets: 0 },
  hasKeys: true,
  signingKeys: [SIGNING_KEY],
  ...fields,
});

const EMPTY_REGISTRY: RegistryEdge = {
  pulse: async () => aPulse(),
  findKey: async () => null,
  findKeyById: async () => null,
  readCopy: async () => '',
};

/** What keys a Registry knows, made by hand: for versions and times that a real one cannot be brought to at will. */
export const registryWith = (...copies: readonly KeyCopy[]): RegistryEdge => ({
  ...EMPTY_REGISTRY,
  findKey: async (sha256) =>
    copies.find(({ secrets }) => secrets.some((secret) => secret.sha256 === sha256)) ?? null,
  findKeyById: async (id) => copies.find((copy) => copy.id === id) ?? null,
});

export interface TestKey {
  /** What a client sends. */
  readonly token: string;
  readonly sha256: string;
}

export async function newToken(): Promise<TestKey> {
  const token = createMintedKey((length) => crypto.getRandomValues(new Uint8Array(length)));
  return { token, sha256: await sha256Hex(token) };
}

/** An active key that may do everything, known by these hashes. */
export const aCopy = (sha256s: readonly string[], fields: Partial<KeyCopy> = {}): KeyCopy => ({
  id: `key_${crypto.randomUUID()}`,
  version: 1,
  status: 'active',
  name: 'app',
  project: 'web',
  organization: null,
  secrets: sha256s.map((sha256) => ({ sha256, expiresAt: null })),
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  expiresAt: null,
  tags: [],
  logContent: false,
  isMetered: true,
  limits: {},
  ...fields,
});
