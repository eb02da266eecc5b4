/** A narrow token is worth no more than the key that it was minted from, and dies with it. */
import { describe, expect, it } from 'vitest';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import { DocumentKeys } from '../../../src/keys/document-keys.ts';
import type { KeyCopy } from '../../../src/keys/edge-copies.ts';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { type NarrowRequest, NarrowTokens } from '../../../src/keys/narrow-tokens.ts';
import {
  isExpired,
  mayComeFrom,
  mayReach,
  mayUseModel,
  mayUseRoute,
  type Principal,
} from '../../../src/keys/principal.ts';
import { sha256Hex } from '../../../src/sha256.ts';
import {
  aCopy,
  createClock,
  createEdge,
  createEdgeStore,
  NOW,
  registryWith,
  SIGNING_KEY,
} from './edge-support.ts';

const HOUR = 3_600_000;
const DOCUMENT_KEY = 'a key of the document';

const REQUEST: NarrowRequest = {
  id: 'tok_1',
  expiresAt: NOW + HOUR,
  name: null,
  endUser: null,
  models: null,
  deniedModels: [],
  routes: null,
  ipRanges: null,
  limits: {},
};

/** An isolate, and what it shares with others of its gateway. */
async function setUp(options: { signingKeys?: (typeof SIGNING_KEY)[]; minted?: KeyCopy[] } = {}) {
  const clock = createClock();
  const now = clock.read;
  const store = createEdgeStore();
  const edge = createEdge(registryWith(...(options.minted ?? [])));
  const keyRing = new KeyRing({ copies: store, registry: edge }, now);
  const signingKeys = options.signingKeys ?? [SIGNING_KEY];
  const cache = <Value>() => new IsolateCache<Value>({ maxEntries: 100, ttlMs: 30_000, now });
  const entry = { name: 'listed', sha256: await sha256Hex(DOCUMENT_KEY), project: 'web' };
  const documentWith = (isListed: boolean) =>
    new DocumentKeys(isListed ? [{ ...entry, metering: true, log_content: false }] : [], cache());
  const tokensOf = (documentKeys: DocumentKeys) =>
    new NarrowTokens({ documentKeys, keyRing, signingKeys: () => signingKeys, now });
  const document = documentWith(true);
  return {
    clock,
    store,
    edge,
    keyRing,
    signingKeys,
    document,
    documentWith,
    tokensOf,
    tokens: tokensOf(document),
  };
}

/** A minted key that pulses told of. */
async function setUpMinted(fields: Partial<KeyCopy> = {}) {
  const copy = aCopy(['a'.repeat(64)], fields);
  const parts = await setUp({ minted: [copy] });
  parts.keyRing.hear({ keys: [copy], isOverflown: false, hasStaleCopies: false });
  const parent = (await parts.keyRing.findById(copy.id)) as Principal; // just told
  const mint = async (wishes: Partial<NarrowRequest> = {}) =>
    (await parts.tokens.mint({ ...REQUEST, ...wishes }, parent)) as string; // it is a key
  return { ...parts, copy, parent, mint };
}

describe('a token of a minted key', () => {
  it('has limits of its own within those of its parent, and the parent’s waiting room', async () => {
    const limits = { budgets: [{ usd: 0.5, window: 'day' as const, rolling: false, time_zone: 'UTC' }] };
    const waitingRoom = { max_wait_seconds: 5, max_waiters: 10 };
    const { tokens, mint, copy } = await setUpMinted({ limits: { concurrency: 3 }, waitingRoom });
    const narrow = await tokens.find(await mint({ id: 'tok_a', limits }));
    expect(narrow).toMatchObject({ ledgerId: 'tok_a', limits, waitingRoom });
    expect(narrow?.within).toMatchObject({ ledgerId: copy.id, limits: { concurrency: 3 } });
    expect((await tokens.find(await mint({ id: 'tok_b' })))?.limits).toEqual({});
  });

  it('is one and the same for all its requests, until its parent changes', async () => {
    const { tokens, keyRing, mint, copy } = await setUpMinted();
    const token = await mint();
    const first = await tokens.find(token);
    expect(await tokens.find(token)).toBe(first);
    const changed = { ...copy, version: 2, limits: { concurrency: 1 } };
    keyRing.hear({ keys: [changed], isOverflown: false, hasStaleCopies: false });
    const second = await tokens.find(token);
    expect(second).not.toBe(first);
    expect(second?.within?.limits).toEqual({ concurrency: 1 });
    expect(await tokens.find(token)).toBe(second);
  });

  it('is good in every isolate of the gateway, without a look-up where its parent is known', async () => {
    const { tokens, store, edge, mint, copy } = await setUpMinted();
    const token = await mint({ endUser: 'user-7', models: ['fast'] });
    expect(await tokens.find(token)).toMatchObject({
      keyName: 'app',
      keyId: null,
      project: 'web',
      endUser: 'user-7',
      models: ['fast'],
      expiresAt: NOW + HOUR,
      within: { keyId: copy.id },
    });
    expect([store.reads, edge.calls]).toEqual([[], []]);
    const elsewhere = await setUp({ minted: [copy] });
    expect(await elsewhere.tokens.find(token)).toMatchObject({ endUser: 'user-7' });
    expect(elsewhere.edge.calls).toEqual(['findKeyById']);
  });

  it.each(['disabled', 'revoked', 'deleted'] as const)(
    'is refused as soon as its parent is %s',
    async (status) => {
      const { tokens, keyRing, mint, copy } = await setUpMinted();
      const token = await mint();
      expect(await tokens.find(token)).toBeDefined();
      keyRing.hear({ keys: [{ ...copy, version: 2, status }], isOverflown: false, hasStaleCopies: false });
      expect(await tokens.find(token)).toBeUndefined();
    },
  );

  it('loses at once what its parent loses', async () => {
    const { clock, tokens, keyRing, mint, copy } = await setUpMinted();
    const token = await mint({ models: ['*'], routes: ['*'], ipRanges: ['0.0.0.0/0'] });
    const narrowed: KeyCopy = {
      ...copy,
      version: 2,
      models: ['fast'],
      deniedModels: ['openai/o3'],
      routes: ['/v1/embeddings'],
      ipRanges: ['10.0.0.0/8'],
      expiresAt: NOW + 1000,
    };
    keyRing.hear({ keys: [narrowed], isOverflown: false, hasStaleCopies: false });
    const principal = (await tokens.find(token)) as Principal; // its parent lives
    expect([mayUseModel(principal, 'fast'), mayUseModel(principal, 'slow')]).toEqual([true, false]);
    expect(mayReach(principal, 'openai/o3')).toBe(false);
    expect([mayUseRoute(principal, '/v1/embeddings'), mayUseRoute(principal, '/v1/models')]).toEqual([
      true,
      false,
    ]);
    expect([mayComeFrom(principal, '10.0.0.1'), mayComeFrom(principal, '11.0.0.1')]).toEqual([true, false]);
    expect([isExpired(principal, clock.now), isExpired(principal, NOW + 1000)]).toEqual([false, true]);
  });

  it('goes on when its parent’s secret is rotated', async () => {
    const { tokens, keyRing, mint, copy } = await setUpMinted();
    const token = await mint();
    const rotated = aCopy(['b'.repeat(64)], { id: copy.id, version: 2 });
    keyRing.hear({ keys: [rotated], isOverflown: false, hasStaleCopies: false });
    expect(await tokens.find(token)).toBeDefined();
  });

  it('ends to the millisecond, also when it was in use a moment ago', async () => {
    const { clock, tokens, keyRing, mint, copy } = await setUpMinted();
    const token = await mint({ expiresAt: NOW + 50 });
    expect(await tokens.find(token)).toBeDefined();
    clock.now += 49;
    expect(await tokens.find(token)).toBeDefined();
    clock.now += 1;
    keyRing.hear({ keys: [copy], isOverflown: false, hasStaleCopies: false });
    expect(await tokens.find(token)).toBeUndefined();
  });

  it('mints no further token', async () => {
    const { tokens, mint } = await setUpMinted();
    const child = (await tokens.find(await mint())) as Principal; // a good one
    expect(await tokens.mint(REQUEST, child)).toBeUndefined();
  });

  it('is nobody’s at another gateway', async () => {
    const { mint, copy } = await setUpMinted();
    const foreign = { id: SIGNING_KEY.id, secret: btoa('\u0007'.repeat(32)) };
    const elsewhere = await setUp({ signingKeys: [foreign], minted: [copy] });
    expect(await elsewhere.tokens.find(await mint())).toBeUndefined();
    expect(elsewhere.edge.calls).toEqual([]);
  });

  it('cannot be told from a forged one, nor minted, while the secrets are not known', async () => {
    const { tokens, signingKeys, parent, mint } = await setUpMinted();
    const token = await mint();
    signingKeys.length = 0;
    await expect(tokens.find(token)).rejects.toBeInstanceOf(GatewayUnavailable);
    await expect(tokens.mint(REQUEST, parent)).rejects.toBeInstanceOf(GatewayUnavailable);
    signingKeys.push(SIGNING_KEY);
    expect(await tokens.find(token)).toBeDefined();
  });

  it('cannot be judged while nobody knows its parent, and is not refused for that', async () => {
    const { mint, copy } = await setUpMinted();
    const token = await mint();
    const elsewhere = await setUp({ minted: [copy] });
    elsewhere.edge.mode = 'down';
    await expect(elsewhere.tokens.find(token)).rejects.toBeInstanceOf(GatewayUnavailable);
    elsewhere.edge.mode = 'up';
    expect(await elsewhere.tokens.find(token)).toBeDefined();
  });

  it('of which nobody has heard costs one question in five seconds, not one a request', async () => {
    const { mint } = await setUpMinted();
    const token = await mint();
    const elsewhere = await setUp();
    for (let round = 0; round < 10; round += 1) expect(await elsewhere.tokens.find(token)).toBeUndefined();
    expect(elsewhere.edge.calls).toEqual(['findKeyById']);
  });
});

describe('a token of a key of the document', () => {
  async function setUpListed() {
    const parts = await setUp();
    const parent = (await parts.document.find(DOCUMENT_KEY)) as Principal; // it is listed
    return { ...parts, token: (await parts.tokens.mint(REQUEST, parent)) as string }; // and a key
  }

  it('is good as long as the document lists the key, and asks nobody', async () => {
    const { tokens, tokensOf, documentWith, store, edge, token } = await setUpListed();
    edge.mode = 'down';
    expect(await tokens.find(token)).toMatchObject({ keyName: 'listed' });
    expect(await tokensOf(documentWith(true)).find(token)).toMatchObject({ keyName: 'listed' });
    expect(await tokensOf(documentWith(false)).find(token)).toBeUndefined();
    expect([store.reads, edge.calls]).toEqual([[], []]);
  });

  it('does not show the key’s hash', async () => {
    const { token } = await setUpListed();
    const payload = atob((token.slice(4).split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    expect(payload).toContain('document-key:');
    expect(payload).not.toContain((await sha256Hex(DOCUMENT_KEY)).slice(0, 16));
  });
});
