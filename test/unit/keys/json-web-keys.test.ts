import { beforeAll, describe, expect, it } from 'vitest';
import { verifyIdentityToken } from '../../../src/keys/identity-token.ts';
import { JsonWebKeys, type KeySource, type RefuseUrl } from '../../../src/keys/json-web-keys.ts';
import { refuseBaseUrl } from '../../../src/providers/base-url.ts';
import { createSigner, ISSUER, keySet, type Signer, sign } from './identity-provider.ts';
import { type Answer, createHost, createStore, type KeySetHost } from './key-set-host.ts';

const JWKS_URL = 'https://keys.example/jwks.json';
const DISCOVERY_URL = `${ISSUER}/.well-known/openid-configuration`;
const BY_URL: KeySource = { issuer: ISSUER, jwksUrl: JWKS_URL, allowInsecure: false };
const BY_DISCOVERY: KeySource = { ...BY_URL, jwksUrl: null };
const EMPTY = keySet();

/** Answers with the text that stands under the URL; 404 for all others. */
const serving =
  (pages: Readonly<Record<string, unknown>>): Answer =>
  (url) =>
    url in pages ? Response.json(pages[url]) : new Response('', { status: 404 });
const keysAt = (host: KeySetHost, refuseUrl: RefuseUrl = refuseBaseUrl) =>
  new JsonWebKeys(host.isolate(), refuseUrl);
const currentOf = (host: KeySetHost, source: KeySource): Promise<string | null> =>
  keysAt(host).readerFor(source, host.access).current();
const urlsOf = (host: KeySetHost): string[] => host.asked.map(({ url }) => url);

describe('the keys of an issuer', () => {
  it('come from the address in the configuration', async () => {
    const host = createHost(serving({ [JWKS_URL]: { keys: [] } }));
    expect(await currentOf(host, BY_URL)).toBe(EMPTY);
    expect(urlsOf(host)).toEqual([JWKS_URL]);
  });

  it.each([ISSUER, `${ISSUER}/`, `${ISSUER}/tenants/7`])('are discovered: %s', async (issuer) => {
    const discovery = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const host = createHost(
      serving({ [discovery]: { issuer, jwks_uri: JWKS_URL, more: 1 }, [JWKS_URL]: { keys: [] } }),
    );
    const reader = keysAt(host).readerFor({ ...BY_DISCOVERY, issuer }, host.access);
    expect(await reader.current()).toBe(EMPTY);
    expect(await reader.current()).toBe(EMPTY);
    expect(urlsOf(host)).toEqual([discovery, JWKS_URL]);
  });

  it('are discovered once for all isolates', async () => {
    const host = createHost(
      serving({ [DISCOVERY_URL]: { issuer: ISSUER, jwks_uri: JWKS_URL }, [JWKS_URL]: { keys: [] } }),
    );
    const store = createStore();
    for (const _ of [1, 2, 3]) {
      const keys = new JsonWebKeys(host.isolate(store), refuseBaseUrl);
      expect(await keys.readerFor(BY_DISCOVERY, host.access).current()).toBe(EMPTY);
      await host.settled();
    }
    expect(urlsOf(host)).toEqual([DISCOVERY_URL, JWKS_URL]);
  });

  it.each([
    ['another issuer', { issuer: 'https://evil.example', jwks_uri: JWKS_URL }],
    ['nearly the issuer', { issuer: `${ISSUER}/`, jwks_uri: JWKS_URL }],
    ['no issuer', { jwks_uri: JWKS_URL }],
    ['no address', { issuer: ISSUER }],
    ['a list of addresses', { issuer: ISSUER, jwks_uri: [JWKS_URL] }],
    ['a list', [{ issuer: ISSUER, jwks_uri: JWKS_URL }]],
    ['null', null],
  ])('are not had from a discovery document with %s', async (_, document) => {
    const host = createHost(serving({ [DISCOVERY_URL]: document, [JWKS_URL]: { keys: [] } }));
    expect(await currentOf(host, BY_DISCOVERY)).toBeNull();
    expect(urlsOf(host)).toEqual([DISCOVERY_URL]);
  });

  it.each([
    ['no members', {}],
    ['keys that are an object', { keys: {} }],
    ['a key that is null', { keys: [null] }],
    ['a key that is a text', { keys: ['k'] }],
    ['a list', []],
    ['one key alone', { kty: 'EC' }],
  ])('are not had from a set with %s', async (_, set) => {
    const host = createHost(serving({ [JWKS_URL]: set }));
    expect(await currentOf(host, BY_URL)).toBeNull();
    expect(host.logged).toMatchObject([{ url: JWKS_URL, problem: 'makes no sense' }]);
  });
});

describe('traps H1: addresses of keys', () => {
  it.each([
    'http://keys.example/jwks.json',
    'https://localhost/jwks.json',
    'https://10.0.0.1/jwks.json',
    'https://169.254.169.254/latest/meta-data',
    'https://user:password@keys.example/jwks.json',
    'https://keys.example/jwks.json#fragment',
    'ftp://keys.example/jwks.json',
    'keys.example/jwks.json',
    '',
  ])('are checked before they are called: %s', async (jwksUrl) => {
    const document = { issuer: ISSUER, jwks_uri: jwksUrl };
    const host = createHost((url) => Response.json(url === DISCOVERY_URL ? document : { keys: [] }));
    expect(await currentOf(host, { ...BY_URL, jwksUrl })).toBeNull();
    expect(urlsOf(host)).toEqual([]);
    expect(host.logged).toEqual([
      { type: 'identity_document_unavailable', url: jwksUrl, problem: expect.any(String) },
    ]);
    // Nor when somebody else's document names them.
    expect(await currentOf(host, BY_DISCOVERY)).toBeNull();
    expect(urlsOf(host)).toEqual([DISCOVERY_URL]);
  });

  it.each(['http://id.example', 'https://127.0.0.1:8080', 'my-issuer', ''])(
    'are checked before discovery: issuer %j',
    async (issuer) => {
      const host = createHost(() => Response.json({ issuer, jwks_uri: JWKS_URL, keys: [] }));
      expect(await currentOf(host, { ...BY_DISCOVERY, issuer })).toBeNull();
      expect(urlsOf(host)).toEqual([]);
    },
  );

  it('may be insecure where the configuration says so, but never a metadata service', async () => {
    const host = createHost(() => Response.json({ keys: [] }));
    const insecure = (jwksUrl: string) => currentOf(host, { ...BY_URL, jwksUrl, allowInsecure: true });
    expect(await insecure('http://127.0.0.1:8080/jwks')).toBe(EMPTY);
    expect(await insecure('http://169.254.169.254/jwks')).toBeNull();
    expect(urlsOf(host)).toEqual(['http://127.0.0.1:8080/jwks']);
  });

  it('may hold a query, which some issuers tell their key sets apart by', async () => {
    const host = createHost(() => Response.json({ keys: [] }));
    const jwksUrl = `${JWKS_URL}?p=sign_in`;
    expect(await currentOf(host, { ...BY_URL, jwksUrl })).toBe(EMPTY);
    expect(urlsOf(host)).toEqual([jwksUrl]);
    expect(await currentOf(host, { ...BY_URL, jwksUrl: `https://localhost/?${JWKS_URL}` })).toBeNull();
    expect(urlsOf(host)).toEqual([jwksUrl]);
  });
});

describe('a rotation at the issuer', () => {
  let old: Signer;
  let fresh: Signer;
  beforeAll(async () => {
    old = await createSigner('RS256', '2026-10');
    fresh = await createSigner('RS256', '2026-11');
  });

  const setup = () => {
    const host = createHost(serving({ [JWKS_URL]: { keys: [old.jwk] } }));
    const keys = keysAt(host);
    const settings = { issuer: ISSUER, audience: 'edgeway', clockSkewSeconds: 60 };
    const verify = async (token: string): Promise<string> => {
      const reader = keys.readerFor(BY_URL, host.access);
      const verdict = await verifyIdentityToken(token, settings, reader, host.clock.now);
      return verdict.ok ? 'taken' : verdict.reason;
    };
    return { host, verify };
  };

  it('is noticed by the first token of the new key', async () => {
    const { host, verify } = setup();
    expect(await verify(await sign(old))).toBe('taken');
    host.answer = serving({ [JWKS_URL]: { keys: [old.jwk, fresh.jwk] } });
    host.clock.now += 30_000;
    expect(await verify(await sign(fresh))).toBe('taken');
    expect(await verify(await sign(old))).toBe('taken');
    expect(host.asked).toHaveLength(2);
    host.answer = serving({ [JWKS_URL]: { keys: [fresh.jwk] } });
    host.clock.now += 30_000;
    const invented = await sign(fresh, {}, { kid: 'invented' });
    expect(await verify(invented)).toBe('unknown_key');
    expect(await verify(await sign(old))).toBe('unknown_key');
  });

  it('cannot be forced: invented key ids reach the issuer every half minute at most', async () => {
    const { host, verify } = setup();
    for (let at = 0; at < 60; at += 1) {
      host.clock.now += 1000;
      expect(await verify(await sign(old, {}, { kid: `invented-${at}` }))).toBe('unknown_key');
    }
    expect(host.asked.length).toBeLessThanOrEqual(3);
    expect(await verify(await sign(old))).toBe('taken');
  });

  it('leaves the old keys good when the issuer is down', async () => {
    const { host, verify } = setup();
    expect(await verify(await sign(old))).toBe('taken');
    host.answer = () => new Response('', { status: 503 });
    host.clock.now += 30_000;
    expect(await verify(await sign(fresh))).toBe('unknown_key');
    expect(await verify(await sign(old))).toBe('taken');
  });

  it('is no refusal when the issuer was never reached', async () => {
    const { host, verify } = setup();
    host.answer = () => new Response('', { status: 503 });
    expect(await verify(await sign(old))).toBe('unavailable');
    expect(await verify(await sign(old))).toBe('unavailable');
    expect(host.asked).toHaveLength(1);
  });
});
