/** Which of the rooms a credential is asked of, what closes it, and what goes on when nobody else answers. */
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context.ts';
import { GatewayUnavailable } from '../../../src/errors.ts';
import { IsolateCache } from '../../../src/isolate-cache.ts';
import { Credentials } from '../../../src/keys/credentials.ts';
import { DocumentKeys } from '../../../src/keys/document-keys.ts';
import { type KeyCopy, keyCopyName } from '../../../src/keys/edge-copies.ts';
import { JsonWebKeys } from '../../../src/keys/json-web-keys.ts';
import { KeyRing } from '../../../src/keys/key-ring.ts';
import { NarrowTokens } from '../../../src/keys/narrow-tokens.ts';
import { ProjectTokens } from '../../../src/keys/project-tokens.ts';
import { sha256Hex } from '../../../src/sha256.ts';
import { createContext } from '../gateway/support.ts';
import {
  aCopy,
  createClock,
  createEdge,
  createEdgeStore,
  newToken,
  registryWith,
  SIGNING_KEY,
} from './edge-support.ts';
import { createSigner, ISSUER, keySet, sign } from './identity-provider.ts';
import { createHost } from './key-set-host.ts';

const DOCUMENT_KEY = 'a key of the document';

interface Wishes {
  /** Keys of the document beside `DOCUMENT_KEY`, as clients send them. */
  readonly listed?: readonly string[];
  readonly minted?: readonly KeyCopy[];
}

/** One isolate, whose document may be replaced. */
async function setUp({ listed = [], minted = [] }: Wishes = {}) {
  const clock = createClock();
  const now = clock.read;
  const store = createEdgeStore();
  const edge = createEdge(registryWith(...minted));
  const keyRing = new KeyRing({ copies: store, registry: edge }, now);
  const signer = await createSigner('RS256', 'one');
  const host = createHost(() => new Response(keySet(signer.jwk)));
  const tenants = { closedProjects: [] as string[], closedOrganizations: [] as string[] };
  const issuer = { issuer: ISSUER, audience: 'edgeway', jwks_url: 'https://id.example/keys' };
  const context: RequestContext = { ...createContext().context, ...host.access, now };
  const cache = <Value>() => new IsolateCache<Value>({ maxEntries: 100, ttlMs: 30_000, now });

  async function edition(tokens: readonly string[]): Promise<Credentials> {
    const entries = await Promise.all(
      tokens.map(async (token, index) => ({
        name: `listed-${index}`,
        sha256: await sha256Hex(token),
        project: 'web',
        organization: 'acme',
        metering: true,
        log_content: false,
      })),
    );
    const documentKeys = new DocumentKeys(entries, cache());
    return new Credentials({
      documentKeys,
      keyRing,
      narrowTokens: new NarrowTokens({ documentKeys, keyRing, signingKeys: () => [SIGNING_KEY], now }),
      projectTokens: new ProjectTokens({
        fromDocument: { web: [issuer] },
        fromRegistry: () => NO_ISSUERS,
        jsonWebKeys: new JsonWebKeys(host.isolate(), () => undefined),
        now,
      }),
      tenants: () => tenants,
    });
  }
  const credentials = await edition([DOCUMENT_KEY, ...listed]);
  return { clock, store, edge, keyRing, tenants, credentials, edition, context, signer };
}

const NO_ISSUERS = {};

describe('Credentials', () => {
  it('knows keys of the document, minted keys, and JWTs of a project’s issuer', async () => {
    const key = await newToken();
    const { credentials, context, signer } = await setUp({ minted: [aCopy([key.sha256])] });
    expect(await credentials.find(DOCUMENT_KEY, context)).toMatchObject({ keyName: 'listed-0' });
    expect(await credentials.find(key.token, context)).toMatchObject({ keyName: 'app' });
    expect(await credentials.find(await sign(signer), context)).toMatchObject({ endUser: 'user-1' });
  });

  it.each([
    ['empty', ''],
    ['too short', 'fifteen-letters'],
    ['of no form of ours', 'sk-proj-somebody-else-0123456789'],
    ['longer than any key', 'x'.repeat(513)],
    ['a JWT of nobody', 'e30.e30.e30'.padEnd(600, 'A')],
    ['a broken narrow token', 'ewt-e30.AAAA'],
    ['mistyped', `ew-${'0'.repeat(38)}`],
  ])('asks nobody for what is %s', async (_, token) => {
    const { credentials, context, store, edge } = await setUp();
    expect(await credentials.find(token, context)).toBeUndefined();
    expect([store.reads, edge.calls]).toEqual([[], []]);
  });

  it.each(['throws', 'hangs'] as const)(
    'goes on with the document’s keys while KV %s and the Registry is gone',
    async (fault) => {
      const listed = (await newToken()).token; // keys of the document may look like minted ones
      const { credentials, context, store, edge } = await setUp({ listed: [listed] });
      store.fault = fault;
      edge.mode = 'down';
      for (const token of [DOCUMENT_KEY, listed, listed])
        expect(await credentials.find(token, context)).toMatchObject({ project: 'web' });
      expect([store.reads, edge.calls]).toEqual([[], []]);
    },
  );

  it('throws where nobody can tell, and refuses nobody for it later', async () => {
    const key = await newToken();
    const { credentials, context, edge } = await setUp({ minted: [aCopy([key.sha256])] });
    edge.mode = 'down';
    await expect(credentials.find(key.token, context)).rejects.toBeInstanceOf(GatewayUnavailable);
    edge.mode = 'up';
    expect(await credentials.find(key.token, context)).toMatchObject({ keyName: 'app' });
  });

  it('knows at once a key that a new document lists, although it was refused a moment ago', async () => {
    const { token } = await newToken();
    const { credentials, context, edition } = await setUp();
    expect(await credentials.find(token, context)).toBeUndefined();
    const next = await edition([token]);
    expect(await next.find(token, context)).toMatchObject({ keyName: 'listed-0' });
    expect(await next.find(DOCUMENT_KEY, context)).toBeUndefined();
  });

  it('asks nobody twice for a token that was refused', async () => {
    const { token } = await newToken();
    const { credentials, context, store, edge } = await setUp();
    for (let round = 0; round < 5; round += 1) expect(await credentials.find(token, context)).toBeUndefined();
    expect([store.reads.length, edge.calls.length]).toEqual([1, 1]);
  });

  describe.each(['closedProjects', 'closedOrganizations'] as const)('with %s', (list) => {
    it('refuses every kind of credential of theirs at once, and takes them back', async () => {
      const [own, other] = [await newToken(), await newToken()];
      const minted = [
        aCopy([own.sha256], { organization: 'acme' }),
        aCopy([other.sha256], { project: 'shop', organization: 'zenith' }),
      ];
      const { credentials, context, tenants, store, signer } = await setUp({ minted });
      for (const copy of minted)
        store.texts.set(keyCopyName(copy.secrets[0]?.sha256 ?? ''), JSON.stringify(copy));
      const jwt = await sign(signer);
      const find = async (token: string) => (await credentials.find(token, context)) !== undefined;
      const all = async () => Promise.all([DOCUMENT_KEY, own.token, other.token].map(find));
      expect(await all()).toEqual([true, true, true]);
      expect(await find(jwt)).toBe(true);
      tenants[list].push(list === 'closedProjects' ? 'web' : 'acme');
      expect(await all()).toEqual([false, false, true]);
      // Its principal names no organisation: the Registry closes the organisation's projects for it.
      expect(await find(jwt)).toBe(list === 'closedOrganizations');
      tenants[list].length = 0;
      expect(await all()).toEqual([true, true, true]);
      expect(await find(jwt)).toBe(true);
    });
  });
});
